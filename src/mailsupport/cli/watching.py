"""`mailsupport status` and `mailsupport audit`: how the desk stands, and whether its promises are kept."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailsupport.cli.given import Json, given, now
from mailsupport.errors import EXIT_FAILED, EXIT_OK

if TYPE_CHECKING:
    from mailsupport.app.looking.report import Status
    from mailsupport.store import Store

EVERY = 2.0
"""Seconds between two looks of `status --watch`."""

Part = tuple[str, Sequence[str], list[Sequence[object]], str]
"""A table of the status: title, headers, rows, and the words for no rows."""


def audit(context: typer.Context, as_json: Json = False) -> int:
    """Check the promises on the live database.

    The exit code is 1 when one is broken.
    """
    from mailsupport.app.looking.audit import audit as audited
    from mailsupport.cli.screen import mark, say, show_json

    with given(context).store() as store:
        found = audited(store, now())
    broken = any(one.findings for one in found)
    if as_json:
        show_json([{"promise": one.promise, "ok": not one.findings, "findings": one.findings} for one in found])
    else:
        for one in found:
            say(f"{mark('failed' if one.findings else 'ok')} {one.promise}", *(f"    {line}" for line in one.findings))
    return EXIT_FAILED if broken else EXIT_OK


def status(
    context: typer.Context,
    watch: Annotated[bool, typer.Option("--watch", help="Look again every two seconds, until Ctrl-C.")] = False,
    as_json: Json = False,
) -> int:
    """Show what runs, what is due, what is stuck."""
    if watch and as_json:
        raise typer.BadParameter("--watch is for people, --json for programs: choose one")
    from mailsupport.cli.screen import is_terminal, show_json

    settings = given(context).settings()
    with given(context).store() as store:
        if as_json:
            show_json(_look(store))
        elif not watch:
            _show(_look(store), settings.timezone)
        elif is_terminal():
            _watch_live(store, settings.timezone)
        else:
            while True:
                _show(_look(store), settings.timezone)
                time.sleep(EVERY)
    return EXIT_OK


def _look(store: Store) -> Status:
    from mailsupport.app.looking.report import status as status_of

    with store.read() as tx:
        return status_of(tx, now())


def _show(found: Status, zone: str) -> None:
    from mailsupport.cli.screen import say, table

    say(_headline(found, zone), "")
    for title, headers, rows, nothing in _parts(found, zone):
        say(title)
        table(headers, rows, nothing=nothing)
        say("")


def _watch_live(store: Store, zone: str) -> None:
    from rich.live import Live

    with Live(_screenful(_look(store), zone), screen=True, auto_refresh=False) as live:
        while True:
            time.sleep(EVERY)
            live.update(_screenful(_look(store), zone), refresh=True)


def _screenful(found: Status, zone: str) -> Any:
    from rich.console import Group
    from rich.text import Text

    from mailsupport.cli.screen import rich_table

    tables = [
        rich_table(headers, [[str(cell) for cell in row] for row in rows], title) if rows else Text(f"{title}: {nothing}\n")
        for title, headers, rows, nothing in _parts(found, zone)
    ]
    return Group(Text(_headline(found, zone)), *tables)


# --- what it says -------------------------------------------------------------------------------------------------------


def _headline(found: Status, zone: str) -> str:
    from mailsupport.cli.times import shown

    mails = ", ".join(f"{count} {state}" for state, count in sorted(found.outbox.items())) or "empty"
    quarantine = f"{found.quarantine} in quarantine" if found.quarantine else "quarantine empty"
    tickets = f"{found.open_tickets} open ticket{'' if found.open_tickets == 1 else 's'}"
    running = sum(daemon.alive for daemon in found.daemons)
    who = "NO DAEMON RUNS" if not running else "the daemon runs" if running == 1 else f"{running} daemons run"
    relays = (("THE RELAY", found.relay), ("THE SECOND RELAY", found.second_relay))
    troubles = [f"; {name} TAKES NOTHING since {shown(one.since, zone)}: {one.trouble}" for name, one in relays if one]
    return f"{shown(found.at, zone)}: {who}; {tickets}; outbox {mails}; {quarantine}{''.join(troubles)}"


def _parts(found: Status, zone: str) -> list[Part]:
    from mailsupport.cli.times import shown, span
    from mailsupport.cli.worded import in_words

    def left(at: Any) -> str:
        seconds = int((at - found.at).total_seconds())
        return f"in {span(seconds - seconds % 60)}" if seconds >= 60 else f"in {seconds} s" if seconds > 0 else "now"

    def ago(at: Any) -> str:
        return "never" if at is None else f"{shown(at, zone)} ({span(max(0, int((found.at - at).total_seconds())))} ago)"

    boxes: list[Sequence[object]] = [(b.mailbox, b.name, b.role, ago(b.read_until), b.trouble or "–") for b in found.mailboxes]
    due: list[Sequence[object]] = [
        (d.ticket, in_words(d.kind), shown(d.due_at, zone), left(d.due_at), d.subject) for d in found.deadlines
    ]
    chains: list[Sequence[object]] = [
        (c.ticket, in_words(c.state), c.step, shown(c.next_at, zone), left(c.next_at), c.subject) for c in found.chains
    ]
    daemons: list[Sequence[object]] = [
        (d.host, d.pid, shown(d.started_at, zone), ago(d.heard_at), "runs" if d.alive else "dead", ", ".join(d.mailboxes) or "–")
        for d in found.daemons
    ]
    return [
        (
            "daemons",
            ("host", "process", "since", "last heard of", "state", "its mailboxes (no other daemon reads them)"),
            daemons,
            "none runs",
        ),
        ("mailboxes", ("mailbox", "folder", "role", "read until", "trouble"), boxes, "none was ever read"),
        ("next deadlines", ("ticket", "clock", "due", "left", "subject"), due, "no clock runs"),
        ("chains", ("ticket", "state", "step", "goes on", "left", "subject"), chains, "none is under way"),
    ]
