"""`mailsupport ticket contract` and `mailsupport contract apply`: another contract for a ticket, today's version for all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from mailsupport.cli.given import Json, given
from mailsupport.cli.quarantined import service_of
from mailsupport.errors import EXIT_OK

if TYPE_CHECKING:
    from mailsupport.app.contracts import Applied, Moved

Number = Annotated[int, typer.Argument(metavar="N", help="The ticket's number.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The contract's name in the settings.")]


def set_contract(
    context: typer.Context,
    number: Number,
    name: Name,
    customer: Annotated[
        str | None, typer.Option(metavar="KEY", help="It is this customer's, as the settings call it: its people are alerted.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Put a ticket under another contract; its deadlines are counted anew from their start, and what has lapsed stays so."""
    from mailsupport.app.contracts import assign

    with service_of(given(context)) as service:
        _show(assign(service, number, name, customer), given(context).settings().timezone, as_json=as_json)
    return EXIT_OK


def apply_contract(
    context: typer.Context,
    name: Name,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would become of each deadline.")] = False,
    as_json: Json = False,
) -> int:
    """Put all open tickets of a contract under what it says today; without this they keep what it said when they came."""
    from mailsupport.app.contracts import apply

    with service_of(given(context)) as service:
        _show(apply(service, name, trial=dry_run), given(context).settings().timezone, as_json=as_json)
    return EXIT_OK


def _show(applied: Applied, zone: str, *, as_json: bool) -> None:
    from mailsupport.cli.screen import say, show_json

    if as_json:
        show_json(applied)
    else:
        say(*_lines(applied, zone))


def _lines(applied: Applied, zone: str) -> Iterator[str]:
    from mailsupport.cli.times import local

    if not applied.tickets:
        yield f"every open ticket of contract {applied.contract} is under its version {applied.version} already"
        return
    would = "would be" if applied.trial else "are" if len(applied.tickets) != 1 else "is"
    count = f"{len(applied.tickets)} ticket{'' if len(applied.tickets) == 1 else 's'}"
    yield f"{count} {would} under contract {applied.contract}, version {applied.version}"
    for one in applied.moved:
        yield f"  ticket {one.ticket}, {one.kind}: {_change(one, zone)}"
        yield f"    {local(one.reason, zone)}"


def _change(one: Moved, zone: str) -> str:
    from mailsupport.cli.times import shown

    before, after = shown(one.due_before, zone), shown(one.due, zone)
    if one.due_before is None:
        return f"begins, due {after}"
    return f"{one.state}, was due {before}" if one.due is None else f"due {after}, was {before}"
