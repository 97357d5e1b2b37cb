"""`mailsupport run`, `demo`, `version`: the verbs that hand over to somebody else."""

from __future__ import annotations

from typing import Annotated

import typer

from mailsupport.cli.given import given
from mailsupport.errors import EXIT_OK


def run(
    context: typer.Context,
    once: Annotated[
        bool,
        typer.Option(
            "--once",
            help="One pass: take in, judge, deliver until nothing is due now, and stop. A digest that waits for its two minutes "
            "is not due: a later pass sends it.",
        ),
    ] = False,
) -> int:
    """Run the daemon."""
    from mailsupport.daemon import run as run_daemon

    return run_daemon(given(context).path, once)


def demo() -> int:
    """Play a working day on built-in servers.

    Customers write, nobody answers, the chain is alerted; seconds, not hours.
    """
    from mailsupport.demo import main

    return main()


def version() -> int:
    """Print the version."""
    from mailsupport import __version__

    print(__version__)
    return EXIT_OK
