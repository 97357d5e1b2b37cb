"""`mailsupport clock hold|release`: the clocks of a ticket stand still for a while, by name and with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from mailsupport.cli.given import Json, given
from mailsupport.cli.quarantined import service_of
from mailsupport.errors import EXIT_OK

if TYPE_CHECKING:
    from mailsupport.app.standstill import StoodStill

Number = Annotated[int, typer.Argument(metavar="N", help="The ticket's number.")]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why; stands in the ticket's history.")]
By = Annotated[str, typer.Option(metavar="NAME", help="Who; the name of the login when not given.")]


def hold_clocks(
    context: typer.Context,
    number: Number,
    until: Annotated[str, typer.Option(metavar="T", help="Until when; local time of the settings unless it has an offset.")],
    reason: Reason,
    by: By = "",
    as_json: Json = False,
) -> int:
    """Let resolution and progress_update of a ticket stand still until then: an outage, force majeure.

    An answer that is owed is never put off: first_response and next_response go on. What has lapsed stays so.
    """
    from mailsupport.app.standstill import hold

    zone = given(context).settings().timezone
    with service_of(given(context)) as service:
        _show(hold(service, number, _instant(until, zone), by or _login(), reason), zone, as_json=as_json)
    return EXIT_OK


def release_clocks(context: typer.Context, number: Number, reason: Reason, by: By = "", as_json: Json = False) -> int:
    """End a hold of a ticket's clocks before its time."""
    from mailsupport.app.standstill import release

    with service_of(given(context)) as service:
        _show(release(service, number, by or _login(), reason), given(context).settings().timezone, as_json=as_json)
    return EXIT_OK


def _instant(text: str, zone: str) -> datetime:
    from mailsupport.cli.times import NoTime, instant

    try:
        return instant(text, zone)
    except NoTime as error:
        raise typer.BadParameter(f"--until: {error}") from error


def _login() -> str:
    """Who is at the terminal, for the history; a system that does not know is no reason to refuse."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "operator"


def _show(found: StoodStill, zone: str, *, as_json: bool) -> None:
    from mailsupport.cli.screen import say, show_json

    if as_json:
        show_json(found)
    else:
        say(*_lines(found, zone))


def _lines(found: StoodStill, zone: str) -> Iterator[str]:
    from mailsupport.cli.times import shown

    held = f"are held until {shown(found.until, zone)}" if found.until else "are held no longer"
    yield f"ticket {found.ticket}: its clocks {held} ({found.by}: {found.reason})"
    for one in found.moved:
        yield f"  {one.kind}: due {shown(one.due, zone)}, was {shown(one.due_before, zone)}"
    for stay in found.stays:
        yield f"  {stay.kind}: due {shown(stay.due, zone)} {stay.reason}"
