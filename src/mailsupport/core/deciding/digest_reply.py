"""What follows from a reply to a mail about several tickets, from its bounce, and from its reader's absence notice?

Comes in: an `Arrival` with its `Digest`. Goes out: a `Decision` about all of its tickets, or None where the mail is judged like
any other. Any reply by the person it went to acknowledges every ticket of it, `/ack 4711 4712` only those; `ack_guard` counts
as for a single alert, and so does who hears of it: those who answer the tickets, each in one mail. Whatever else is asked for
needs the mail of one ticket: the reply is held, and nothing of it done.

For editing here: one ticket of the mail keeps the reply as a note, each has its own line in its history; nobody but the reader of
the digest is obeyed (P8), and what its bounce says moves every chain on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailsupport.core.deciding import robot_mail
from mailsupport.core.deciding.arrival import Arrival
from mailsupport.core.desk import Contract, Desk, Person
from mailsupport.core.effects import Attach, Decision, Effect, Hold, Log, SettleHold, TellOperator
from mailsupport.core.learned import MarkBounced
from mailsupport.core.model import Kind
from mailsupport.core.orders import ChangeChains, Confirm, TellNoticed
from mailsupport.core.reaching import escalation
from mailsupport.core.reaching.chain_states import ChainChange
from mailsupport.core.reaching.digests import Digest, Line
from mailsupport.core.reaching.escalation import Unreachable
from mailsupport.core.reading.commands import Request, read_request
from mailsupport.core.said import Said, said

ALL = "ack_all"
"""The purpose of a hold whose confirmation acknowledges every ticket of the digest that the held mail answers."""

NAMED = 30
"""Tickets that a confirmation names."""

_NUMBER = re.compile(r"#?([1-9]\d{0,11})(?:-[a-z2-7]{2})?")
_PLAIN_WORDS = re.compile(r"ack(?:nowledge)?(?: all)?[.!]?", re.IGNORECASE)


def follow(arrival: Arrival, desk: Desk) -> Decision | None:
    """Return what follows from a mail that answers or reports on a digest; None for any other mail."""
    digest, kind, person = arrival.digest, arrival.verdict.kind, arrival.standing.person
    if digest is None or not digest.lines or arrival.from_sent:
        return None
    if kind is Kind.BOUNCE:
        return _bounced(arrival, digest, desk)
    if kind is Kind.AUTO_REPLY:
        return _absent(arrival, digest, desk)
    if kind not in (Kind.STAFF, Kind.CONTACT) or person is None:
        return None
    if not arrival.standing.power or person.key != digest.person:
        return _held(digest, Hold(person, "", arrival.standing.doubt or said("no_token"), said("answer_from_there")))
    if arrival.held is not None:
        settle = SettleHold(arrival.held.id, arrival.now)
        return _acknowledged(arrival, digest.lines, person, desk, (settle,), plain=True)
    return _reply(arrival, digest, person, desk)


def _reply(arrival: Arrival, digest: Digest, person: Person, desk: Desk) -> Decision:
    request = read_request(arrival.mail.new_text, desk.command_words)
    plain = not request.commands and not _PLAIN_WORDS.fullmatch(request.text.partition("\n")[0].strip())
    if request.problem is not None:
        return _held(digest, Hold(person, "", request.problem, said("digest_ack"), nearest=request.nearest))
    if plain and _too_fast(arrival, digest, desk):
        return _held(digest, Hold(person, ALL, said("too_fast"), said("any_reply_acknowledges")))
    chosen = _chosen(request, digest)
    if isinstance(chosen, Said):
        return _held(digest, Hold(person, "", chosen, said("digest_ack")))
    return _acknowledged(arrival, chosen, person, desk, (), plain=plain)


def _chosen(request: Request, digest: Digest) -> Sequence[Line] | Said:
    """The tickets that are meant, or why nobody can tell."""
    other = next((command.verb for command in request.commands if command.verb != "ack"), "")
    if other:
        return said("digest_verb", verb=other, count=len(digest.lines))
    words = [word for word in re.split(r"[\s,;]+", request.value("ack").lower()) if word]
    if not words or words == ["all"]:
        return digest.lines
    there = {line.ticket: line for line in digest.lines}
    found = [_NUMBER.fullmatch(word) for word in words]
    strange = next((word for word, number in zip(words, found, strict=True) if not number or int(number[1]) not in there), "")
    if strange:
        return said("digest_number", word=strange)
    return [there[number] for number in dict.fromkeys(int(one[1]) for one in found if one)]


def _acknowledged(
    arrival: Arrival, lines: Sequence[Line], person: Person, desk: Desk, before: tuple[Effect, ...], *, plain: bool
) -> Decision:
    changes = [_frozen(arrival, line, person, desk, plain) for line in lines]
    done = tuple((change.chain, change.reason) for change in changes if change.changed)
    effects: list[Effect] = [Attach(public=False, person=person.key), *before]
    if done:
        effects.append(ChangeChains(done, "acknowledged", person.key))
        effects.append(TellNoticed(tuple(chain.ticket for chain, _ in done), person))
        if not plain:
            numbers = ", ".join(f"#{chain.ticket}" for chain, _ in done[:NAMED])
            effects.append(Confirm(person, (said("acknowledged_many", count=len(done), numbers=numbers),)))
    else:
        effects.append(Log("acknowledged_nothing", person.key, {"reason": changes[0].reason}))
    what = f"{person.name or person.key} acknowledged {len(done)} of {len(lines)} tickets of one mail"
    return Decision("ticketed", what, lines[0].ticket, tuple(effects))


def _frozen(arrival: Arrival, line: Line, person: Person, desk: Desk, plain: bool) -> ChainChange:
    until = escalation.ack_until(_contract(line, desk), line.chain, arrival.now, plain)
    return escalation.acknowledge(line.chain, person.key, arrival.now, until)


def _bounced(arrival: Arrival, digest: Digest, desk: Desk) -> Decision | None:
    """The contact was not reached: each chain goes on now, and the operator mends the address (P6)."""
    ours, bounce = arrival.bounced, arrival.mail.bounce
    if ours is None or bounce is None:
        return None
    failed = robot_mail.failed_of(bounce, ours)
    effects: list[Effect] = [Attach(public=False), Log("bounced", "mailsupport", {"kind": ours.kind, "recipients": failed})]
    if failed:
        effects.append(MarkBounced(ours.outbox, tuple(failed), arrival.mail.text[: robot_mail.SAID]))
        effects += _moved_on(arrival, digest, Unreachable.BOUNCED, desk)
        who = ", ".join(failed)
        what, cure = f"alerts of {len(digest.lines)} tickets to {who} bounced", f"correct the address of {who} in the settings"
        effects.append(TellOperator(f"suspect:{who}", what, "the address does not work", cure))
    return Decision("ticketed", "a delivery report on alerts of ours", digest.lines[0].ticket, tuple(effects))


def _absent(arrival: Arrival, digest: Digest, desk: Desk) -> Decision:
    """The reader of the digest is away: each chain goes on a little later."""
    theirs = arrival.standing.power and arrival.standing.person is not None and arrival.standing.person.key == digest.person
    moved = _moved_on(arrival, digest, Unreachable.AUTO_REPLIED, desk) if theirs else []
    return Decision("ticketed", arrival.verdict.reason, digest.lines[0].ticket, (Attach(public=False), *moved))


def _moved_on(arrival: Arrival, digest: Digest, how: Unreachable, desk: Desk) -> list[Effect]:
    moved = (
        escalation.unreachable(line.chain, _contract(line, desk), arrival.now, how, line.step, line.round)
        for line in digest.lines
    )
    changes = tuple((change.chain, change.reason) for change in moved if change.changed)
    return [ChangeChains(changes, "unreachable", digest.person)] if changes else []


def _held(digest: Digest, hold: Hold) -> Decision:
    effects = (Attach(public=False, person="", flags=("held",)), hold)
    return Decision("ticketed", f"held: {hold.reason.code}", digest.lines[0].ticket, effects)


def _too_fast(arrival: Arrival, digest: Digest, desk: Desk) -> bool:
    wait = min(escalation.wait_after(_contract(line, desk), line.step, line.round) for line in digest.lines)
    return escalation.ack_is_suspicious(digest.sent_at, arrival.received_at, desk.ack_guard, wait)


def _contract(line: Line, desk: Desk) -> Contract:
    return desk.contracts.get(line.contract) or desk.contracts[desk.default_contract]
