"""What becomes of a ticket and its neighbours: close, reopen, merge, split, link, cc, spam, resend, undo."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from mailsupport.core.deciding import lifecycle, merging
from mailsupport.core.deciding.answers import Source, ended, sent, words_of
from mailsupport.core.deciding.arrival import MAX_COPIES, Named, is_ours
from mailsupport.core.deciding.assignment import may_answer
from mailsupport.core.deciding.verbs.asked import Asked, Done, Refused, Verb
from mailsupport.core.desk import Desk, Person
from mailsupport.core.effects import CancelClocks, ChangeTicket, Effect, Join, Log, TellOperator
from mailsupport.core.guard import ChainState
from mailsupport.core.handling import Leave, Link, Merge, Retract, Split
from mailsupport.core.model import Participant, Role, State
from mailsupport.core.reaching import escalation
from mailsupport.core.reading.addresses import strict_mailbox
from mailsupport.core.reading.commands import Command, read_request
from mailsupport.core.said import said

NUMBER = re.compile(r"(?:ticket )?#?([1-9]\d{0,11})(?:-([a-z2-7]{2}))?[.,]?", re.IGNORECASE)
"""A ticket as people write it; the two characters behind the hyphen check the number."""


def numbers_in(commands: Iterable[Command]) -> tuple[int, ...]:
    """Return the tickets that commands name: what has to be known before they are obeyed."""
    named = (NUMBER.fullmatch(command.value) for command in commands if command.verb in ("merge", "link"))
    return tuple(dict.fromkeys(int(found[1]) for found in named if found is not None))


def close(asked: Asked) -> Done | Refused:
    """It is done: the customer gets the resolution, which stands behind the command or below it."""
    ticket, key = asked.ticket, asked.person.key
    if not words_of(asked.request):
        return Refused(said("close_needs_words"), said("write_behind_or_below", verb="close"))
    if not ticket.requester.email:
        reason = f"closed by {key}: {words_of(asked.request)[:80]}"
        closed = ChangeTicket(reason, state=lifecycle.follow(ticket.state, lifecycle.Event.CLOSED))
        return Done((closed, CancelClocks(reason), *ended(asked.arrival, reason, key, asked.arrival.now, "")), said("closed"))
    # A new ticket is answered and closed by one mail: the table knows no way from new to closed but by an answer.
    closed = ChangeTicket("closed with the answer", state=lifecycle.follow(State.ANSWERED, lifecycle.Event.CLOSED))
    return Done((closed, *_chain_ends(asked)), said("closed"))


def reopen(asked: Asked) -> Done | Refused:
    """A closed ticket is open again."""
    if asked.ticket.state is not State.CLOSED:
        return Done((), said("open_already"))
    reason = f"reopened by {asked.person.key}" + (f": {asked.value}" if asked.value else "")
    return Done((ChangeTicket(reason, state=lifecycle.follow(State.CLOSED, lifecycle.Event.REOPENED)),), said("reopened"))


def merge(asked: Asked) -> Done | Refused:
    """This ticket ends, and goes on as the one that is named."""
    named = _named(asked)
    if isinstance(named, Refused):
        return named
    target = named.ticket
    if merging.refusal(asked.ticket, target):
        code = "merge_itself" if target.number == asked.ticket.number else "merge_two_customers"
        return Refused(said(code, tag=named.tag))
    if asked.arrival.known.answer_queued:
        return Refused(said("answer_under_way"), said("try_later"))
    if asked.request.text:
        return Refused(said("merge_without_text"), said("write_in_two_mails"))
    return Done((Merge(target.number, asked.person.key),), said("merged", tag=named.tag, subject=target.subject[:80]))


def split(asked: Asked) -> Done | Refused:
    """The customer's mail that the author answers becomes a ticket of its own."""
    if not asked.arrival.known.about:
        return Refused(said("nothing_to_split"))
    if asked.request.text:
        return Refused(said("split_without_text"), said("write_in_two_mails"))
    return Done((Split(asked.arrival.known.about, asked.person.key),), said("split"))


def link(asked: Asked) -> Done | Refused:
    """This ticket and another one name each other."""
    named = _named(asked)
    if isinstance(named, Refused):
        return named
    if named.ticket.number == asked.ticket.number:
        return Refused(said("link_itself", tag=named.tag))
    return Done((Link(named.ticket.number, asked.person.key),), said("linked", tag=named.tag, subject=named.ticket.subject[:80]))


def cc(asked: Asked) -> Done | Refused:
    """Who of the customer's side gets answers too: +address comes in, -address goes out."""
    words = [word for word in re.split(r"[\s,;]+", asked.value) if word not in ("", "+", "-")]
    if not words:
        return Refused(said("cc_needs_address"), said("cc_example"))
    effects: list[Effect] = []
    for word in words:
        found = _copy(asked, word)
        if isinstance(found, Refused):
            return found
        effects.append(found)
    coming = ", ".join(e.participant.email for e in effects if isinstance(e, Join))
    going = ", ".join(e.email for e in effects if isinstance(e, Leave))
    code = "cc_both" if coming and going else "cc_in" if coming else "cc_out"
    return Done(tuple(effects), said(code, coming=coming, going=going))


def spam(asked: Asked) -> Done | Refused:
    """Nobody is owed anything: the clocks end, the ticket is closed, nothing is sent, and the sender is noted."""
    key, sender = asked.person.key, asked.ticket.requester.key
    reason = f"{key} says that it is spam"
    effects: list[Effect] = [
        Log("spam", key, {"sender": sender}),
        CancelClocks(reason),
        ChangeTicket(reason, state=State.CLOSED, release_alerts=True),
        *ended(asked.arrival, reason, key, asked.arrival.now, ""),
    ]
    if sender:
        cure = "to let nothing follow from its mails any more, name it in [senders] block"
        effects.append(TellOperator(f"spam:{sender}", f"{sender} sends spam, says {key}", f"ticket {asked.ticket.number}", cure))
    return Done(tuple(effects), said("spam_noted", sender=sender))


def resend(asked: Asked) -> Done | Refused:
    """The customer gets the last answer once more."""
    last = asked.arrival.known.last_answer
    request = read_request(last.text, asked.desk.command_words) if last is not None else None
    if last is None or request is None or not asked.ticket.requester.email:
        return Refused(said("nothing_to_resend"))
    if asked.request.text:
        return Refused(said("resend_without_text"), said("write_in_two_mails"))
    words = words_of(request) if request.problem is None else last.text
    person = asked.desk.people.get(last.person, asked.person)
    again = sent(asked.arrival, asked.ticket, person, words, Source(last.parts, bool(last.parts), last.mail))
    name = person.name or person.key
    return Done(again, said("resent", name=name, to=asked.ticket.requester.name or asked.ticket.requester.email))


def undo(asked: Asked) -> Done | Refused:
    """The author's answer that still waits in the outbox is not sent."""
    queued = asked.arrival.known.queued
    if queued is None:
        return Refused(said("nothing_to_undo" if asked.desk.undo_window else "no_undo_window"))
    effects: list[Effect] = [Retract(queued.outbox, queued.mail, asked.person, queued.text)]
    return Done(tuple(effects))


def may_see(named: Named, person: Person, desk: Desk) -> bool:
    """Whether that person has to do with a ticket: may answer it, was alerted about it, or answers it already."""
    ticket = named.ticket
    alerted = {told.person for told in named.chain.told} if named.chain is not None else set()
    return person.key in alerted | {ticket.assignee} or may_answer(person.key, ticket.contract, ticket.mailbox, desk)


def _named(asked: Asked) -> Named | Refused:
    """The ticket whose number stands behind the command; one that does not exist, and one of others, look alike."""
    found = NUMBER.fullmatch(asked.value)
    if found is None:
        return Refused(said("needs_number", verb=asked.verb), said("number_example", verb=asked.verb))
    named = asked.arrival.known.named.get(int(found[1]))
    if named is None or not may_see(named, asked.person, asked.desk):
        return Refused(said("no_such_ticket", number=found[1]))
    if found[2] and not named.written.endswith(f"-{found[2].lower()}"):
        return Refused(said("number_mistyped", written=asked.value[:20], tag=named.written))
    return named


def _copy(asked: Asked, word: str) -> Join | Leave | Refused:
    sign, address = (word[0], word[1:]) if word[0] in "+-" else ("+", word)
    mailbox = strict_mailbox(address.strip("<>"))
    if mailbox is None:
        return Refused(said("no_address", word=word[:60]), said("cc_example"))
    role = asked.ticket.role_of(mailbox.key)
    if sign == "-":
        return Leave(mailbox.key) if role is Role.CC else Refused(said("not_in_copy", address=mailbox.email))
    if is_ours(mailbox.key, asked.desk):
        return Refused(said("never_in_copy", address=mailbox.email), said("ours_get_notes"))
    if role is not None:
        return Refused(said("in_copy_already", address=mailbox.email))
    if len([one for one in asked.ticket.participants if one.role is Role.CC]) >= MAX_COPIES:
        return Refused(said("too_many_copies", most=MAX_COPIES))
    return Join(Participant(mailbox.key, mailbox.name, Role.CC))


def _chain_ends(asked: Asked) -> tuple[Effect, ...]:
    """A chain that an answer does not end is ended by closing; one that it does ends when the relay has the answer."""
    chain = asked.arrival.chain
    if chain is None or chain.state is ChainState.RESOLVED or chain.cause in escalation.ENDED_BY_ANSWER:
        return ()
    key = asked.person.key
    return ended(asked.arrival, f"closed by {key}", key, asked.arrival.now)


VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        "close": close,
        "reopen": reopen,
        "merge": merge,
        "split": split,
        "link": link,
        "cc": cc,
        "spam": spam,
        "resend": resend,
        "undo": undo,
    }
)
