"""Which verbs are there? Each by its name; the page docs/reference/commands.md is made from here.

Rule for editing here: a verb's module imports on top only what `--help` needs.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.main import get_command

from mailsupport.cli import (
    chain,
    check,
    contracts,
    due,
    fairness,
    gaps,
    holding,
    merging,
    outgoing,
    quarantined,
    running,
    setup,
    templates,
    tickets,
    try_,
    watching,
)
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


def _group(name: str, words: str) -> typer.Typer:
    made = typer.Typer(help=words, **PLAIN)
    app.add_typer(made, name=name)
    return made


app.command()(setup.init)
app.command()(check.check)
app.command()(running.run)
app.command()(running.demo)
app.command("try")(try_.try_)
app.command()(watching.status)
of_tickets = _group("ticket", "Tickets, with reasons and history.")
of_tickets.command("list")(tickets.list_tickets)
of_tickets.command("show")(tickets.show_ticket)
of_tickets.command("merge")(merging.merge_tickets)
of_tickets.command("split")(merging.split_mail)
of_tickets.command("contract")(contracts.set_contract)
_group("contract", "What was promised, and to whom.").command("apply")(contracts.apply_contract)
_group("explain", "Why something is as it is.").command("ticket")(tickets.explain_ticket)
of_clocks = _group("clock", "The clocks of a ticket.")
of_clocks.command("hold")(holding.hold_clocks)
of_clocks.command("release")(holding.release_clocks)
app.command()(due.due)
of_chains = _group("chain", "Whom a contract's chain reaches, and when.")
of_chains.command("show")(chain.show_chain)
of_chains.command("simulate")(chain.simulate_chain)
of_chains.command("gaps")(gaps.find_gaps)
_group("report", "What can be counted.").command("fairness")(fairness.report_fairness)
of_outbox = _group("outbox", "Outgoing mails, and those that are stuck.")
of_outbox.command("list")(outgoing.list_outbox)
of_outbox.command("retry")(outgoing.retry_outbox)
of_quarantine = _group("quarantine", "Mails that could not be read.")
of_quarantine.command("list")(quarantined.list_quarantine)
of_quarantine.command("show")(quarantined.show_quarantined)
of_quarantine.command("retry")(quarantined.retry_quarantined)
of_quarantine.command("discard")(quarantined.discard_quarantined)
of_templates = _group("template", "The mails that are sent, to see and change.")
of_templates.command("list")(templates.list_templates)
of_templates.command("preview")(templates.preview_template)
of_templates.command("eject")(templates.eject_template)
of_templates.command("check")(templates.check_templates)
app.command()(watching.audit)
app.command()(running.version)


@cache
def command() -> Any:
    """Return the whole command, ready to be run with arguments."""
    return get_command(app)
