"""How does a page that is made from the program get into the checkout? Prints it, or writes it.

In: a page's path and text, the arguments of `python -m …`. Out: the page. The modules that make the pages use it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def print_or_write(page: Path, text: str, arguments: Sequence[str]) -> int:
    """Print the text, or with `--write` write it to that path of the checkout; returns the exit code."""
    parser = argparse.ArgumentParser(description=f"Prints {page}, made from the program.")
    parser.add_argument("--write", action="store_true", help=f"write {page} instead")
    if parser.parse_args(arguments).write:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0
