"""`mailsupport chain show|simulate`: whom a contract's chain reaches, and who would hear when.

Neither a secret nor the database nor a server is opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailsupport.cli.given import Json, given, now
from mailsupport.errors import EXIT_OK

if TYPE_CHECKING:
    from mailsupport.app.looking.plan import Plan, Planned, Whose
    from mailsupport.core.desk import Desk

PRIORITIES = ("low", "normal", "high", "critical")


def show_chain(
    context: typer.Context,
    whom: Annotated[str, typer.Argument(metavar="CONTRACT|CUSTOMER", help="A contract, a customer, or a customer's address.")],
    as_json: Json = False,
) -> int:
    """Show whom each step of a chain reaches now."""
    from mailsupport.app.looking.plan import counting, whose
    from mailsupport.cli.screen import say, show_json, table

    desk = given(context).desk()
    named = counting(whose(whom, desk), desk, now())
    steps = _steps(named, desk, now())
    if as_json:
        customer = named.customer.key if named.customer else ""
        show_json({"contract": named.contract.name, "customer": customer, "steps": steps})
        return EXIT_OK
    contract = named.contract
    rounds = f"{contract.rounds} rounds, " if contract.rounds > 1 else ""
    hours = f"{rounds}hours {contract.hours}, calendar {contract.calendar.name} ({contract.calendar.timezone})"
    say(f"chain of contract {contract.name} ({named.reason}): {hours}", *_validity(named), "")
    rows = [(s["step"], s["wait"], ", ".join(s["targets"]), ", ".join(s["reaches"]), "; ".join(s["skipped"])) for s in steps]
    table(("step", "after", "for", "reaches", "left out"), rows, nothing="nobody is in it")
    own = [one.key for one in desk.customers.values() if one.contract == contract.name and one.people]
    if own and named.customer is None:
        say("", f"with people of their own: {', '.join(own)} (`mailsupport chain show {own[0]}`)")
    return EXIT_OK


def _validity(named: Whose) -> list[str]:
    """Between which days a contract holds, and what follows where it does not."""
    contract = named.ended or named.contract
    since = f" from {contract.valid_from} on" if contract.valid_from else ""
    until = f" until {contract.valid_to}" if contract.valid_to else ""
    if named.ended is None:
        return [f"holds{since}{until}"] if since or until else []
    then = (
        f"{named.contract.name} counts then" if named.customer else "what was opened under it goes on, others come under another"
    )
    return [f"contract {contract.name} holds only{since}{until}: {then}"]


def _steps(named: Whose, desk: Desk, at: datetime) -> list[dict[str, Any]]:
    from mailsupport.cli.times import span
    from mailsupport.core.reaching.contacts import targets

    found = []
    for number, step in enumerate(named.contract.steps):
        reached = targets(named.contract, number, 0, named.customer, desk, at)
        people = [f"{person.name} <{person.address}>" if person.name else person.address for person in reached.people]
        skipped = [f"{who}: {why}" for who, why in reached.reasons]
        found.append(
            {"step": number + 1, "wait": span(step.wait), "targets": list(step.targets), "reaches": people, "skipped": skipped}
        )
    return found


def simulate_chain(
    context: typer.Context,
    whom: Annotated[str, typer.Argument(metavar="CUSTOMER", help="A customer, a contract, or a customer's address.")],
    received: Annotated[
        str,
        typer.Option(metavar="T", help="When the mail comes; local time of the calendar unless it has an offset. Default: now."),
    ] = "",
    priority: Annotated[str, typer.Option(metavar="P", help=f"One of {', '.join(PRIORITIES)}.")] = "normal",
    as_json: Json = False,
) -> int:
    """Print who would hear when, if a mail were never answered."""
    from mailsupport.app.looking.plan import counting, plan, whose
    from mailsupport.cli.screen import say, show_json
    from mailsupport.cli.times import NoTime, instant
    from mailsupport.core.model import Priority

    if priority not in PRIORITIES:
        raise typer.BadParameter(f"--priority is one of {', '.join(PRIORITIES)}")
    desk = given(context).desk()
    named = whose(whom, desk)
    try:
        at = instant(received, named.contract.calendar.timezone) if received else now()
    except NoTime as error:
        raise typer.BadParameter(f"--received: {error}") from error
    named = counting(named, desk, at)
    found = plan(named, desk, at, Priority(priority))
    if as_json:
        show_json(found)
    else:
        say(*plan_lines(found, named))
    return EXIT_OK


# --- a timetable in words -----------------------------------------------------------------------------------------------


def plan_lines(found: Plan, named: Whose) -> Iterator[str]:
    """Yield a timetable that can be checked by hand: what was counted up to the deadline, then every alert."""
    from mailsupport.cli.ledger import counted_lines
    from mailsupport.cli.times import shown

    zone, calendar = found.timezone, named.contract.calendar
    customer = f" for {found.customer}" if found.customer else ""
    yield f"contract {found.contract}{customer}, calendar {found.calendar} ({zone}), priority {found.priority}"
    yield from _validity(named)
    yield f"received  {shown(found.received, zone)}"
    if found.due is not None:
        yield f"due       {shown(found.due, zone)}, after {found.promised}"
        yield from ("", *counted_lines(calendar, found.received, found.due))
    yield from ("", *entry_lines(found.entries, zone))


def entry_lines(entries: Sequence[Planned], zone: str) -> list[str]:
    """Return the alerts of a plan, one a line: when, which step, who at which address, why; below it whoever is left out."""
    from mailsupport.cli.screen import aligned
    from mailsupport.cli.times import local, shown

    if not entries:
        return ["nobody is ever alerted: this priority has no promise"]
    rows: list[list[str]] = [["when", "what", "who", "why"]]
    below: list[list[str]] = [[]]
    for entry in entries:
        names = ", ".join(f"{one.name} <{one.address}>" if one.name else one.address for one in entry.to)
        nobody = "nobody" if entry.kind == "alert" else "–"
        why, *more = local(entry.reason, zone).split("; ")
        rows.append([shown(entry.at, zone), _what(entry), names or nobody, why])
        below.append(more)
    return [line for row, more in zip(aligned(rows), below, strict=True) for line in (row, *(f"    {one}" for one in more))]


def _what(entry: Planned) -> str:
    if entry.kind == "alert":
        return f"step {entry.step}" + (f", round {entry.round}" if entry.round > 1 else "")
    return {"lapse": "deadline passes", "exhausted": "chain ends"}[entry.kind]
