"""`mailsupport ticket list|show` and `mailsupport explain ticket N`: what is known of tickets, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from mailsupport.cli.given import Json, given
from mailsupport.errors import EXIT_OK, MailsupportError

if TYPE_CHECKING:
    from mailsupport.app.looking.report import ChainState, ListedTicket, TicketReport
    from mailsupport.core.guard import Clock

Number = Annotated[int, typer.Argument(metavar="N", help="The ticket's number.")]


def list_tickets(
    context: typer.Context,
    as_json: Json = False,
    open_only: Annotated[bool, typer.Option("--open", help="Only those that are not closed.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest first.")] = 200,
) -> int:
    """List tickets, the newest first."""
    from mailsupport.app.looking.report import ticket_list
    from mailsupport.cli.screen import show_json, table

    with given(context).reading() as tx:
        found = ticket_list(tx, open_only=open_only, limit=limit)
    if as_json:
        show_json(found)
        return EXIT_OK
    zone = given(context).settings().timezone
    headers = ("no.", "state", "priority", "contract", "first response", "chain", "requester", "subject")
    table(headers, (_row(one, zone) for one in found), nothing="there are no tickets")
    return EXIT_OK


def _row(one: ListedTicket, zone: str) -> Sequence[object]:
    from mailsupport.cli.times import shown
    from mailsupport.cli.worded import in_words

    first = f"{in_words(one.first_response.state)}, due {shown(one.first_response.due, zone)}" if one.first_response else "–"
    chain = f"{in_words(one.chain.state)}, step {one.chain.step}" if one.chain else "–"
    return one.number, one.state, one.priority, one.contract, first, chain, one.requester, one.subject


def show_ticket(context: typer.Context, number: Number, as_json: Json = False) -> int:
    """Show a ticket: its mails with reasons, clocks, chain and history."""
    from mailsupport.app.looking.report import ticket_report
    from mailsupport.cli.screen import say, show_json

    with given(context).reading() as tx:
        found = ticket_report(tx, number)
    if found is None:
        raise _none(number)
    if as_json:
        show_json(found)
    else:
        say(*_told(found, given(context).settings().timezone))
    return EXIT_OK


def explain_ticket(context: typer.Context, number: Number, as_json: Json = False) -> int:
    """Explain every clock and step of a ticket with its arithmetic."""
    from mailsupport.app.looking.explain import explain_ticket as explained
    from mailsupport.cli.explained import explained_lines
    from mailsupport.cli.screen import say, show_json

    desk = given(context).desk()
    with given(context).reading() as tx:
        found = explained(tx, number, desk)
    if found is None:
        raise _none(number)
    if as_json:
        show_json(found)
    else:
        say(*explained_lines(found, desk.timezone))
    return EXIT_OK


def _none(number: int) -> MailsupportError:
    return MailsupportError(f"there is no ticket {number}", "mailsupport ticket list shows those there are")


# --- one ticket in words ----------------------------------------------------------------------------------------------


def _told(found: TicketReport, zone: str) -> Iterator[str]:
    from mailsupport.cli.times import local, shown

    yield f"ticket {found.number}: {found.subject}"
    customer = f" of {found.customer}" if found.customer else ""
    yield f"{found.state}, priority {found.priority}; {found.requester_name or found.requester} <{found.requester}>{customer}"
    yield f"answered by {found.assignee}" if found.assignee else "nobody in particular answers it"
    if found.waiting_for:
        until = f"until {shown(found.waiting_until, zone)}" if found.waiting_until else "until they write"
        yield f"it waits for the {found.waiting_for} {until}"
    yield f"contract {found.contract}: {found.reason}"
    yield f"mailbox {found.mailbox}, received {shown(found.received_at, zone)}"
    if found.related:
        yield f"its first mail named ticket {found.related}"
    if found.merged_into:
        yield f"it goes on as ticket {found.merged_into}"
    yield f"on it: {', '.join(f'{person.email} ({person.role})' for person in found.participants)}"
    yield from ("", "clocks", *(f"  {_clock(clock, zone)}" for clock in found.clocks))
    yield from ("", "chain", f"  {chain_line(found.chain, zone)}")
    yield from ("", "mails", *_mails(found, zone))
    yield from ("", "history", *(f"  {shown(line.at, zone)}  {local(line.words, zone)}" for line in found.log))


def _mails(found: TicketReport, zone: str) -> Iterator[str]:
    from mailsupport.cli.times import shown

    for mail in found.mails:
        yield f"  mail {mail.id}, {shown(mail.at, zone)}, {mail.by}, {mail.visibility}: {mail.subject}"
        yield f"    {mail.kind}: {mail.verdict}"
        yield f"    on this ticket: {mail.matched}"
        if mail.attachments or mail.flags:
            yield f"    {', '.join((*mail.attachments, *mail.flags))}"
        yield from (f"    | {line}" for line in mail.text.splitlines()[:40])


def _clock(clock: Clock, zone: str) -> str:
    from mailsupport.cli.times import local, shown
    from mailsupport.cli.worded import in_words

    stopped = f", stopped {shown(clock.stopped_at, zone)}" if clock.stopped_at else ""
    cycle = f" (cycle {clock.cycle + 1})" if clock.cycle else ""
    due = "due when it goes on" if clock.state == "paused" else f"due {shown(clock.due_at, zone)}"
    excused = f", excused by {clock.excused}" if clock.excused else ""
    return f"{in_words(clock.kind)}{cycle}: {in_words(clock.state)}, {due}{stopped}{excused}; {local(clock.reason, zone)}"


def chain_line(chain: ChainState | None, zone: str) -> str:
    """Return where a chain stands, in a line."""
    from mailsupport.cli.times import shown
    from mailsupport.cli.worded import in_words

    if chain is None:
        return "none was opened"
    acknowledged = f", by {chain.acknowledged_by} until {shown(chain.acknowledged_until, zone)}" if chain.acknowledged_by else ""
    goes_on = f", goes on {shown(chain.next_at, zone)}" if chain.next_at else ""
    return f"{in_words(chain.state)}{acknowledged} ({in_words(chain.cause)}), step {chain.step} of round {chain.round}{goes_on}"
