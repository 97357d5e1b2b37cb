"""Which verbs are there? Each by its name; the page docs/reference/commands.md is made from here.

Rule for editing here: a verb's module imports on top only what `--help` needs.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.main import get_command

from mailsupport.cli import due, try_
from mailsupport.cli.given import Given, settings_path

PLAIN: dict[str, Any] = {"rich_markup_mode": None, "add_completion": False, "no_args_is_help": True}
"""Help without rich: it costs three times the rest of the start."""

app = typer.Typer(**PLAIN, pretty_exceptions_enable=False)


@app.callback()
def start(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar="MAILSUPPORT_CONFIG",
            help="The settings file. Default: mailsupport.toml here, else /etc/mailsupport/mailsupport.toml.",
        ),
    ] = None,
) -> None:
    """Turn support mailboxes into tickets with a guarded response time."""
    context.obj = Given(settings_path(config))


app.command()(due.due)
app.command("try")(try_.try_)


@cache
def command() -> Any:
    """Return the whole command, ready to be run with arguments."""
    return get_command(app)
