"""`mailsupport chain gaps`: when a chain will reach nobody, and what else about it will fail.

Only with `--database` is the database opened, for the addresses whose alerts came back; no secret and no server is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from mailsupport.cli.given import Given, Json, given, now
from mailsupport.errors import EXIT_OK, EXIT_WARNINGS

if TYPE_CHECKING:
    from mailsupport.core.desk import Desk
    from mailsupport.core.reaching.gaps import Gap

SPANS_SHOWN, NAMED = 3, 5
"""Of a gap that comes again and again, how many times are shown; and of one that concerns customers, how many are named."""

BY_MAILBOX = "that of their mailbox, or everybody's"
"""Under which contract others come, where mailboxes have different ones."""


def find_gaps(
    context: typer.Context,
    days: Annotated[int, typer.Option(metavar="N", min=1, max=366, help="How many days ahead are looked at.")] = 30,
    database: Annotated[bool, typer.Option("--database", help="Name also addresses whose last alert came back.")] = False,
    as_json: Json = False,
) -> int:
    """List when a step of a chain will reach nobody, and what else about it will fail; exit code 3 when there is any.

    Somebody away without a deputy, a rotation without anybody on duty, one person in all steps, a round that never begins, a
    contract that ends or has ended, a calendar whose holidays end within 60 days.
    """
    from mailsupport.app.looking.gaps import gaps
    from mailsupport.cli.screen import say, show_json

    where = given(context)
    desk = where.desk()
    found = gaps(desk, now(), days, _failed(where) if database else None)
    if as_json:
        show_json([_row(gap) for gap in found])
    elif not found:
        say(f"no gaps: every step of every chain reaches somebody in the coming {days} days")
    else:
        say(*(line for gap in found for line in gap_lines(gap, desk)))
    return EXIT_WARNINGS if found else EXIT_OK


def _failed(where: Given) -> dict[str, datetime]:
    from mailsupport.store import overview

    with where.reading() as tx:
        return overview.failed_addresses(tx)


def _row(gap: Gap) -> dict[str, object]:
    return {
        "kind": gap.kind,
        "contract": gap.contract,
        "customers": gap.customers,
        "step": gap.step + 1,
        "subject": gap.subject,
        "spans": gap.spans,
        "seconds": gap.seconds,
        "reasons": [f"{who}: {why}" for who, why in gap.reasons],
    }


def gap_lines(gap: Gap, desk: Desk) -> Iterator[str]:
    """Yield a gap in words: what, when, why."""
    from mailsupport.app.looking.gaps import reasons
    from mailsupport.cli.times import local, span

    contract = desk.contracts.get(gap.contract)
    zone = contract.calendar.timezone if contract else desk.timezone
    where = f"contract {gap.contract}" + _for(gap, desk) if gap.contract else ""
    where += f", step {gap.step + 1}" if gap.step >= 0 else ""
    yield f"{where}: {_what(gap, desk, zone)}" if where else _what(gap, desk, zone)
    if gap.seconds:
        yield from (f"    {line}" for line in _times(gap, zone))
        yield f"    {span(gap.seconds)} in which alerts go out"
    yield from (f"    {local(line, zone)}" for line in reasons(gap))


def _for(gap: Gap, desk: Desk) -> str:
    names = [desk.customers[key].name for key in gap.customers]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f" for {', '.join(names[:NAMED])}{more}" if names else ""


def _what(gap: Gap, desk: Desk, zone: str) -> str:
    from mailsupport.cli.times import shown
    from mailsupport.core.reaching.gaps import GapKind

    person = desk.people.get(gap.subject)
    who = (person.name or person.address) if person else gap.subject
    since = shown(gap.spans[0][0], zone) if gap.spans else ""
    return {
        GapKind.NOBODY: "reaches nobody",
        GapKind.LEFT_OUT: f"{who} is never reached",
        GapKind.ONE_PERSON: f"every step reaches {who} alone",
        GapKind.NO_ROUND: f"contract.{gap.contract}.repeat_from begins a further round here, but there is one round only",
        GapKind.SUSPECT: f"the last alert to {who} did not arrive ({since})",
        GapKind.ENDS: f"does not hold from {since} on; later requests come under {who or BY_MAILBOX}",
        GapKind.HOLIDAYS: f"calendar {who} knows no holidays from {since} on",
    }[gap.kind]


def _times(gap: Gap, zone: str) -> Iterator[str]:
    from mailsupport.cli.times import shown

    yield from (f"{shown(start, zone)} – {shown(end, zone)}" for start, end in gap.spans[:SPANS_SHOWN])
    if len(gap.spans) > SPANS_SHOWN:
        yield f"and {len(gap.spans) - SPANS_SHOWN} times more, until {shown(gap.spans[-1][1], zone)}"
