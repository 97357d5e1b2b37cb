"""`mailsupport outbox list|retry`: the mails we send, and those that are stuck."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailsupport.cli.given import Json, given, now
from mailsupport.errors import EXIT_FAILED, EXIT_OK, MailsupportError

if TYPE_CHECKING:
    from mailsupport.store import Tx
    from mailsupport.store.rows import OutboxRow

STATES = ("queued", "sending", "done", "failed", "unknown", "cancelled")
STUCK = ("failed", "unknown")
AT_ONCE = 100_000
"""Mails that one `--all` queues again at the most."""


def list_outbox(
    context: typer.Context,
    state: Annotated[str, typer.Option(metavar="S", help=f"Only one state: {', '.join(STATES)}.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest first.")] = 200,
    as_json: Json = False,
) -> int:
    """List outgoing mails, the newest first, with what became of each recipient."""
    from mailsupport.cli.screen import show_json, table
    from mailsupport.store import outbox

    if state and state not in STATES:
        raise typer.BadParameter(f"--state is one of {', '.join(STATES)}")
    with given(context).reading() as tx:
        found = [_entry(tx, row) for row in outbox.listing(tx, state or None, limit)]
    if as_json:
        show_json(found)
        return EXIT_OK
    zone = given(context).settings().timezone
    headers = ("id", "state", "kind", "ticket", "written", "tries", "relay", "next try", "to", "trouble")
    table(headers, (_row(entry, zone) for entry in found), nothing="no such mails")
    return EXIT_OK


def _entry(tx: Tx, row: OutboxRow) -> dict[str, Any]:
    from mailsupport.cli.screen import plain
    from mailsupport.store import outbox

    shown = (
        "id",
        "state",
        "kind",
        "ticket",
        "subject",
        "message_id",
        "created_at",
        "attempts",
        "route",
        "next_at",
        "finished_at",
        "error",
    )
    recipients = [
        {"address": one.email, "state": one.state, "code": one.code, "reply": one.reply}
        for one in outbox.recipients_of(tx, row.id)
    ]
    return {**{name: plain(getattr(row, name)) for name in shown}, "recipients": recipients}


def _row(entry: dict[str, Any], zone: str) -> Sequence[object]:
    from mailsupport.cli.times import instant, shown

    written = shown(instant(entry["created_at"], zone), zone)
    next_try = shown(instant(entry["next_at"], zone), zone) if entry["next_at"] else "–"
    to = ", ".join(f"{one['address']} ({one['state']})" for one in entry["recipients"])
    first = (entry["id"], entry["state"], entry["kind"], entry["ticket"], written, entry["attempts"])
    return *first, entry["route"] or "first", next_try, to, entry["error"]


def retry_outbox(
    context: typer.Context,
    number: Annotated[int | None, typer.Argument(metavar="[N]", help="The mail's id, as `outbox list` shows it.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every mail that failed or whose fate is unknown.")] = False,
) -> int:
    """Queue a mail again for whoever has not accepted it; it is the same mail, byte for byte."""
    if (number is None) is not every:
        raise typer.BadParameter("name one mail, or --all")
    from mailsupport.cli.screen import say
    from mailsupport.store import outbox

    at = now()
    with given(context).store() as store, store.write() as tx:
        stuck = [row.id for state in STUCK for row in outbox.listing(tx, state, AT_ONCE)] if every else []
        asked = [number] if number is not None else stuck
        queued = [one for one in asked if outbox.retry(tx, one, at)]
    if number is not None and not queued:
        raise MailsupportError(
            f"mail {number} cannot be queued again", "it is done, being sent, or not there: mailsupport outbox list"
        )
    say(f"queued again: {', '.join(map(str, queued))}" if queued else "nothing was stuck")
    return EXIT_OK if len(queued) == len(asked) else EXIT_FAILED
