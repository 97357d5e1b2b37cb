"""One mail of what waits: alerts of several tickets for one person, or all-clears of several, when their time has come.

Comes in: what waits in `told` since somebody was mailed a moment ago (`app.turns`). Goes out: one mail for each person and kind:
a digest, or, when only one ticket is left, the mail it would have got. Before it is made each reason is looked at again: whoever
was answered or acknowledged meanwhile is left out (P3); an all-clear whose ticket waits for an answer again says so, and is sent
all the same, for nothing else would ever tell that the alert is over. Each mail is a transaction of its own; one that cannot be
made stops no other (P12), and is tried again at the next sweep.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from mailsupport.app import turns
from mailsupport.app.crashpoints import reach
from mailsupport.app.letters import bundles
from mailsupport.app.letters.facts import language_of
from mailsupport.app.letters.post import Letter, inner_headers, send
from mailsupport.app.letters.to_contacts import Alarm, admitted, how_it_ended, person_of, write_alert, write_all_clear
from mailsupport.app.presence import desk_now
from mailsupport.app.scene import Scene, Tx
from mailsupport.app.service import Service
from mailsupport.core.desk import Person
from mailsupport.core.guard import ChainState
from mailsupport.core.judging import tokens
from mailsupport.core.judging.tokens import Purpose
from mailsupport.core.model import Address, Ticket
from mailsupport.core.reaching.contacts import targets
from mailsupport.core.reaching.digests import MOST
from mailsupport.errors import MailsupportError
from mailsupport.store import chains, digests, tickets
from mailsupport.store.digests import DigestRow
from mailsupport.store.rows import ALERT, ALL_CLEAR

SETTLED = frozenset({ChainState.RESOLVED, ChainState.ACKNOWLEDGED, None})
"""Where a chain stands when nobody is to be alarmed any more."""

_log = structlog.get_logger("digests")


def next_due(service: Service, tx: Tx) -> datetime | None:
    """Return when the next mail of what waits is to be made, or None when nothing waits."""
    now = service.now()
    return min((turns.due(service, tx, kind, email, now) for kind, email in digests.who_waits(tx)), default=None)


def send_due(service: Service, now: datetime) -> int:
    """Make the mails whose time has come; return how many."""
    with service.store.read() as tx:
        waiting = digests.who_waits(tx)
    return sum(_sent(service, kind, email, now) for kind, email in waiting)


def _sent(service: Service, kind: str, email: str, now: datetime) -> bool:
    try:
        with service.store.write() as tx:
            turns.take(tx, kind, email)
            if turns.due(service, tx, kind, email, now) > now:
                return False
            row = _made(service, tx, kind, email, now)
            reach("digest.before_commit")
    except Exception as error:  # P12: whatever one mail makes us stumble over, the others are made.
        _log.error("digest_not_made", kind=kind, to=email, error=str(error), exc_info=not isinstance(error, MailsupportError))
        return False
    if row is not None:
        reach("digest.committed")
    return row is not None


def _made(service: Service, tx: Tx, kind: str, email: str, now: datetime) -> int | None:
    """Put what waits for somebody into one mail, the most urgent first; what has lost its reason is taken back."""
    waiting = digests.waiting(tx, kind, email)
    over = [row for row in waiting if (row.chain in SETTLED if kind == ALERT else row.chain != ChainState.RESOLVED)]
    digests.cancel(tx, [row.id for row in over], now)
    gone = {row.id for row in over}
    found = tickets.tickets(tx, {row.ticket for row in waiting if row.id not in gone})
    rows = [(row, found[row.ticket]) for row in waiting if row.id not in gone and not _held(found[row.ticket], now)]
    if not rows:
        return None
    rows = bundles.in_order(rows, kind)[:MOST]
    scenes = [_scene(service, tx, ticket, now) for _, ticket in rows]
    person = person_of(scenes[0], rows[0][0].person, email)
    write = _FORMS[kind, len(rows) == 1]
    outbox = write(scenes, [row for row, _ in rows], person)
    digests.sent(tx, [row.id for row, _ in rows], outbox, now)
    turns.count(tx, kind, email, now)
    for scene, (row, _) in zip(scenes, rows, strict=True):
        if kind == ALERT:
            scene.log("alerted", person.key, {"step": row.step, "round": row.round, "together_with": len(rows) - 1})
    return outbox


def _held(ticket: Ticket, now: datetime) -> bool:
    """Whether an answer is on its way: what waits goes on waiting, and is taken back when the relay has the answer (P5)."""
    return ticket.hold_alerts_until is not None and ticket.hold_alerts_until > now


def _scene(service: Service, tx: Tx, ticket: Ticket, now: datetime) -> Scene:
    scene = Scene(service, tx, now, ticket.mailbox, ticket=ticket.number)
    scene.know(ticket)
    return scene


def _one_alert(scenes: Sequence[Scene], rows: Sequence[DigestRow], person: Person) -> int:
    """The alert that it would have got; its chain may have gone on meanwhile, and the mail tells of the step that fired."""
    scene, row = scenes[0], rows[0]
    chain = chains.chain(scene.tx, row.ticket)
    if chain is None:
        raise LookupError(f"ticket {row.ticket} has no chain")
    unread, late = admitted(row.reason)
    alarm = Alarm(row.firing, replace(chain, step=row.step, round=row.round), scene.contract, unread, late)
    contract = scene.contract
    customer = scene.customer_of(scene.subject())
    found = targets(contract, row.step, row.round, customer, desk_now(scene.tx, scene.service.desk, row.fired_at), row.fired_at)
    return write_alert(scene, alarm, person, found.stands_in.get(person.key, ()))


def _one_all_clear(scenes: Sequence[Scene], rows: Sequence[DigestRow], person: Person) -> int:
    scene, row = scenes[0], rows[0]
    effect = how_it_ended(scene)
    if effect is None:
        raise LookupError(f"nobody knows how the chain of ticket {row.ticket} ended")
    return write_all_clear(scene, effect, person, row.firing, row.step)


def _several(scenes: Sequence[Scene], rows: Sequence[DigestRow], person: Person) -> int:
    """A mail about several tickets is about none: its token names its first row, and gives power over all of them."""
    service, kind = scenes[0].service, rows[0].kind
    token = tokens.issue(service.keys, Purpose.DIGEST, 0, person.key, str(min(row.id for row in rows)))
    context = (bundles.alerts if kind == ALERT else bundles.all_clears)(scenes, rows, person, token)
    scene = Scene(service, scenes[0].tx, scenes[0].now, scenes[0].mailbox)
    letter = Letter(
        kind=kind,
        context=context,
        to=(Address(person.name, rows[0].email),),
        language=language_of(scene, person),
        token=token,
        from_name=f"{service.name} escalation",
        headers=inner_headers({"Event": "escalated" if kind == ALERT else "answered", "Tickets": str(len(rows))}),
    )
    return send(scene, letter)


_FORMS: dict[tuple[str, bool], Callable[[Sequence[Scene], Sequence[DigestRow], Person], int]] = {
    (ALERT, True): _one_alert,
    (ALERT, False): _several,
    (ALL_CLEAR, True): _one_all_clear,
    (ALL_CLEAR, False): _several,
}
"""How a mail is written, by its kind and whether one ticket is left."""
