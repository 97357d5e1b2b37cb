"""`mailsupport report fairness`: who took, passed on and answered how much, and who answered out of the order of deadlines."""

from __future__ import annotations

from dataclasses import astuple
from datetime import timedelta
from typing import Annotated

import typer

from mailsupport.cli.given import Json, given, now
from mailsupport.errors import EXIT_OK

HEADERS = (
    "who",
    "given",
    "offered",
    "taken",
    "passed on",
    "no word",
    "dropped",
    "answers",
    "out of order",
    "tickets passed over",
)


def report_fairness(
    context: typer.Context,
    days: Annotated[int, typer.Option(metavar="N", min=1, max=3660, help="How many days back are counted.")] = 30,
    as_json: Json = False,
) -> int:
    """Count for each person what was given and offered to them, what they did with it, and their answers.

    An answer is out of order when another ticket that its author may answer was due before, and nobody else had it. The oldest
    unclaimed ticket is the first that waits for us and that nobody has taken.
    """
    from mailsupport.app.looking.fairness import fairness
    from mailsupport.cli.screen import say, show_json, table
    from mailsupport.cli.times import shown

    where = given(context)
    desk = where.desk()
    with where.reading() as tx:
        found = fairness(tx, desk, now() - timedelta(days=days))
    if as_json:
        show_json(found)
        return EXIT_OK
    say(f"the last {days} days" if days > 1 else "the last day")
    rows = [astuple(one)[1:] for one in found.people]
    if (oldest := found.oldest_unclaimed) is not None:
        say(f"oldest unclaimed ticket: #{oldest.ticket}, since {shown(oldest.since, desk.timezone)}")
    table(HEADERS, rows, nothing="nobody answers here")
    return EXIT_OK
