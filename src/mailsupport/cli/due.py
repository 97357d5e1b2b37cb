"""`mailsupport due`: when is a promise due by a calendar of the settings, and how was that counted?

One question by options, or many as JSON lines. Neither a secret nor the database nor a server is opened.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from mailsupport.cli.given import Json, given
from mailsupport.errors import EXIT_FAILED, EXIT_OK, MailsupportError

if TYPE_CHECKING:
    from mailsupport.cli.deadlines import Question
    from mailsupport.core.desk import Calendar


def due(
    context: typer.Context,
    calendar: Annotated[str, typer.Option(metavar="NAME", help="A calendar of the settings, or 24x7.")] = "",
    start: Annotated[str, typer.Option(metavar="T", help="Start; local time of the calendar unless it has an offset.")] = "",
    within: Annotated[str, typer.Option(metavar="D", help='Time given: "8h", seconds, "3bd" or "3bd end".')] = "",
    pause: Annotated[list[str] | None, typer.Option(metavar="A/B", help="From A to B nothing counts; may be repeated.")] = None,
    as_json: Json = False,
    batch: Annotated[
        str, typer.Option(metavar="FILE", help="Answer JSON lines of a file, or of stdin (-), with one object a line.")
    ] = "",
) -> int:
    """Reckon a deadline by a calendar of the settings."""
    calendars = given(context).settings().calendars
    if batch:
        with _lines(batch) as lines:
            return _answer_all(lines, calendars, calendar)
    missing = [name for name, value in (("--calendar", calendar), ("--start", start), ("--within", within)) if not value]
    if missing:
        raise typer.BadParameter(f"{', '.join(missing)} is missing (or ask many at once with --batch FILE)")
    question = _question(calendars, calendar, start, within, pause or [])
    _show(question, as_json)
    return EXIT_OK


def _question(calendars: Mapping[str, Calendar], calendar: str, start: str, within: str, pauses: list[str]) -> Question:
    from mailsupport.cli.deadlines import Question, named_calendar, pause_between, promise
    from mailsupport.cli.times import NoTime, instant
    from mailsupport.settings.problems import Wrong

    try:
        chosen = named_calendar(calendar, calendars)
        between = tuple(pause_between(text, chosen) for text in pauses)
        return Question(chosen, instant(start, chosen.timezone), promise(within), pauses=between)
    except (Wrong, NoTime) as wrong:
        raise typer.BadParameter(str(wrong)) from wrong


def _show(question: Question, as_json: bool) -> None:
    from mailsupport.cli.deadlines import answer, deadline
    from mailsupport.cli.ledger import counted_lines
    from mailsupport.cli.screen import say, show_json
    from mailsupport.cli.times import shown

    if as_json:
        show_json(answer(question), indent=None)
        return
    zone, ends = question.calendar.timezone, deadline(question)
    promised = question.within.text if question.within else ""
    say(f"start   {shown(question.start, zone)}", f"within  {promised} of open time in {question.calendar.name} ({zone})")
    say(f"due     {shown(ends, zone)}", "")
    say(*counted_lines(question.calendar, question.start, ends, question.pauses))


# --- many at once ---------------------------------------------------------------------------------------------------


def _lines(name: str) -> AbstractContextManager[TextIO]:
    if name == "-":
        return nullcontext(sys.stdin)
    try:
        return Path(name).open(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise MailsupportError(f"{name} cannot be read: {error.strerror}", "name a file of JSON lines, or - for stdin") from error


def _answer_all(lines: Iterable[str], calendars: Mapping[str, Calendar], usual: str) -> int:
    """Answer each line with one line; a line that cannot be answered says why and makes the exit code 1."""
    from mailsupport.cli.deadlines import answer, read_line
    from mailsupport.cli.screen import show_json
    from mailsupport.settings.problems import Wrong

    code = EXIT_OK
    for line in lines:
        if not line.strip():
            continue
        try:
            answered = answer(read_line(line, calendars, usual))
        except (Wrong, MailsupportError) as error:
            answered, code = {"error": str(error)}, EXIT_FAILED
        show_json(answered, indent=None)
    return code
