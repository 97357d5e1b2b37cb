"""`mailsupport demo`: the whole job on built-in loopback servers, in seconds, for everybody to see.

`main` is what the command calls. Read on in `story` (who does what), `show` (from start to end), `verdict` (what is checked).
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from mailsupport.errors import MailsupportError


def main(*, folder: Path | None = None) -> int:
    """Play the demo and return the exit code: 0, 1 when something did not happen, 130 when it was interrupted.

    Settings, database, log and every mail stay in `folder` (must be empty or new; default: a new temporary one). Raises
    MailsupportError when the built-in servers are not installed, or the folder cannot be used.
    """
    lacking = [name for name in ("pymap", "aiosmtpd") if find_spec(name) is None]
    if lacking:
        raise MailsupportError(f"the demo needs {' and '.join(lacking)}", "pip install 'mailsupport[demo]'")
    from mailsupport.demo.show import show

    return show(folder)
