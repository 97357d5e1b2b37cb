"""`python -m mailsupport` is the command `mailsupport`."""

from __future__ import annotations

import sys

from mailsupport.cli import main

if __name__ == "__main__":
    sys.exit(main())
