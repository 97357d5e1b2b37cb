"""Where the shipped templates and sample settings lie: inside the installed package, else in the checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent.parent


def shipped(name: str) -> Path:
    """Return the folder `templates` or `config` that came with this version.

    Raises FileNotFoundError when neither the package nor the checkout holds it (a broken installation).
    """
    for folder in (_PACKAGE / "_shipped" / name, _CHECKOUT / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the shipped folder {name!r} is missing: reinstall mailsupport")
