"""Who is due? Judges deadlines and moves chains, one step a ticket and pass.

1. Clocks whose deadline has come are lapsed, dated at the deadline, and open their chain (or join the one under way).
   Whoever answers is reminded before (`app.reminders`).
2. Chains that are to be looked at do what `core.reaching.escalation` says: fire a step, rest, or give up and tell the operator.
3. Offers whose time is over go to the next one (`app.assigning`).
4. Held answers about which nobody decides become notes (`app.undecided`).
5. What waits for a mail about several tickets (`app.digests`) goes, when its time has come.

A deadline is judged only when the ticket's mailbox, and its Sent folder, have been read up to it (P5): an answer that lies
there stops the alarm. What cannot be read is waited for five minutes, then the alert says so. Some tickets share a
transaction; when it fails, each gets its own, and the one that fails again is logged and left for the next pass: it stops
nobody else (P12).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from mailsupport.app import act, agreements, assigning, digests, flooding, reminders, steps, undecided
from mailsupport.app.crashpoints import reach
from mailsupport.app.gate import Gate
from mailsupport.app.scene import Scene, Shared, Tx
from mailsupport.app.service import Service
from mailsupport.app.steps import Step
from mailsupport.core.guard import Chain, Clock
from mailsupport.core.reaching import escalation
from mailsupport.core.reaching.escalation import Exhaust, Rest
from mailsupport.core.reaching.flood import Lapse
from mailsupport.core.timing import clock
from mailsupport.errors import Crossed, MailsupportError
from mailsupport.store import chains, clocks, gather, leases, mailboxes, tickets

Task = tuple[int, list[Clock]]
"""A ticket, and those of its clocks whose time has come."""

BATCH = 500
"""Rows looked at in one query; the sweep goes on until none is left."""

TOGETHER = 50
"""Tickets judged in one transaction: what it asks and writes is one round trip for all. Others wait for it as long as for one
window of mails."""

_log = structlog.get_logger("sweep")


@dataclass(slots=True)
class Swept:
    """What a sweep did: lapses, steps fired, and the mailboxes that must be read before the rest can be judged."""

    lapsed: int = 0
    fired: int = 0
    unread: set[str] = field(default_factory=set)
    failed: int = 0
    mailed: int = 0
    """Reminders, and mails made of what waited for them."""
    lapses: list[tuple[str, Lapse]] = field(default_factory=list)
    """The lapses, each with its contract."""

    def add(self, one: Swept) -> None:
        """Count what was done for one ticket, once it is committed."""
        self.lapsed += one.lapsed
        self.fired += one.fired
        self.unread |= one.unread
        self.failed += one.failed
        self.mailed += one.mailed
        self.lapses += one.lapses


def sweep(service: Service) -> Swept:
    """Judge everything that is due now, some tickets in each transaction."""
    now, done, shared = service.now(), Swept(), Shared()
    with service.store.read() as tx:
        watched = [row for row in mailboxes.folders(tx) if row.mailbox in service.desk.mailboxes]
        gate = Gate(watched, now, service.learned.waiting)
        due = _due(tx, now)
        agreements.recall(service, tx)
    tasks = list(due.items())
    for start in range(0, len(tasks), TOGETHER):
        done.add(_together(service, tasks[start : start + TOGETHER], gate, now, shared))
    ended, unread = assigning.move_on(service, now, gate.closed)
    done.mailed += ended + undecided.settle(service, now) + digests.send_due(service, now)
    done.unread |= unread
    flooding.note(service, done.lapses, now)
    return done


def _together(service: Service, tasks: Sequence[Task], gate: Gate, now: datetime, shared: Shared) -> Swept:
    """Judge some tickets in one transaction; if that fails, each in one of its own."""
    done = Swept()
    try:
        with service.store.write() as tx:
            # While another daemon judges, and what a mail that comes in decides about, is left to the next sweep (P4).
            if not leases.one_at_a_time(tx, "sweep", wait=False):
                return done
            ours = tickets.hold(tx, [number for number, _ in tasks], wait=False)
            gather(tx)
            _judge_all(_scenes(service, tx, ours, now, shared), tasks, gate, done)
            reach("sweep.before_commit")
        reach("sweep.committed")
    except Exception as error:  # P12: whatever one ticket makes us stumble over, the others are judged.
        if len(tasks) == 1:
            if isinstance(error, Crossed):
                return Swept()
            known = isinstance(error, MailsupportError)
            _log.error("ticket_not_judged", ticket=tasks[0][0], error=str(error), exc_info=not known)
            return Swept(failed=1)
        done = Swept()
        shared.forget()
        for task in tasks:
            done.add(_together(service, [task], gate, now, shared))
    return done


def next_due(service: Service) -> datetime | None:
    """Return when the next deadline or step must be looked at, or None."""
    with service.store.read() as tx:
        due = (
            clocks.next_due(tx),
            chains.next_wake(tx),
            digests.next_due(service, tx),
            reminders.next_due(tx),
            assigning.next_until(tx),
            undecided.next_until(tx),
        )
        return min(filter(None, due), default=None)


def _due(tx: Tx, now: datetime) -> dict[int, list[Clock]]:
    """The tickets to be judged, the most overdue first, with the clocks of each that have come due."""
    found: dict[int, list[Clock]] = {}
    last: Clock | None = None
    while page := clocks.due(tx, now, BATCH, last):
        last = page[-1]
        for one in page:
            found.setdefault(one.ticket, []).append(one)
    past: tuple[datetime, int] | None = None
    while waking := chains.waking(tx, now, BATCH, past):
        past = waking[-1]
        for _, number in waking:
            found.setdefault(number, [])
    reminders.add_due(tx, now, found, BATCH)
    return found


def _scenes(service: Service, tx: Tx, numbers: Collection[int], now: datetime, shared: Shared) -> dict[int, Scene]:
    """The scenes of some tickets, with what is known of each: asked for all of them at once."""
    found: dict[int, Scene] = {}
    shared.turns.clear()  # whose turn it is was asked in a transaction that is over
    chains_of, clocks_of = chains.chains(tx, numbers), clocks.clocks_of_all(tx, numbers)
    for number, ticket in tickets.tickets(tx, numbers).items():
        scene = found[number] = Scene(service, tx, now, ticket.mailbox, ticket=number, shared=shared)
        scene.know(ticket, clocks_of[number])
        scene.know_chain(chains_of.get(number))
    return found


def _judge_all(scenes: Mapping[int, Scene], tasks: Sequence[Task], gate: Gate, done: Swept) -> None:
    """Judge tickets one by one; their clocks lapse together before, their steps fire together afterwards."""
    ours = [(scenes[number], _as_it_is(scenes[number], due)) for number, due in tasks if number in scenes]
    lapsed = _lapsed(ours, gate, done)
    moves = [_judge(scene, due, lapsed, gate, done) for scene, due in ours]
    done.fired += steps.fire([step for step in moves if step is not None])


def _as_it_is(scene: Scene, found: Sequence[Clock]) -> list[Clock]:
    """The same clocks as they stand now that the ticket is held: they were found in another transaction."""
    ids = {one.id for one in found}
    return [one for one in scene.clocks() if one.id in ids]


def _lapsed(ours: Sequence[tuple[Scene, list[Clock]]], gate: Gate, done: Swept) -> set[int]:
    """Let what is due lapse, unless mail must be read first; return what did."""
    found: list[int] = []
    for scene, clocks_due in ours:
        over = [one for one in clocks_due if one.due_at <= scene.now and not _rests(scene)]
        for due in over:
            if gate.closed(scene.mailbox, due.due_at):
                done.unread.add(scene.mailbox)
            else:
                found.append(due.id)
    return clocks.lapse(ours[0][0].tx, found, ours[0][0].now) if found else set()


def _rests(scene: Scene) -> bool:
    """Whether an answer is on its way, and nobody is to be alarmed until it is there."""
    hold = scene.subject().hold_alerts_until
    return hold is not None and hold > scene.now


def _judge(scene: Scene, clocks_due: list[Clock], lapsed: Collection[int], gate: Gate, done: Swept) -> Step | None:
    """Follow what has lapsed, remind, and look at the chain; return the step that is to fire."""
    now = scene.now
    if not _rests(scene):
        for due in clocks_due:
            if due.id in lapsed:
                _lapse(scene, due, done)
            elif due.due_at > now:
                _remind(scene, reminders.warn(scene, due, gate.closed), done)
        _remind(scene, reminders.wait_over(scene, gate.closed), done)
    chain = scene.chain()
    if chain is None or chain.next_at is None or chain.next_at > now:
        return None
    return _advance(scene, chain, chain.next_at, gate, done)


def _lapse(scene: Scene, due: Clock, done: Swept) -> None:
    done.lapsed += 1
    done.lapses.append((scene.contract.name, Lapse(scene.number, flooding.whose(scene), due.due_at)))
    lapsed = clock.lapse(due, scene.now)
    scene.know(clocks=tuple(lapsed.clock if one.id == due.id else one for one in scene.clocks()))
    scene.log("lapsed", "mailsupport", {"clock": str(due.kind), "cycle": due.cycle, "reason": lapsed.reason}, at=due.due_at)
    act.perform(scene, reminders.after_lapse(scene, due, lapsed.reason))
    reach("sweep.lapsed")


def _remind(scene: Scene, reminded: int | None, done: Swept) -> None:
    """Count the mails of a reminder; None: mail must be read first."""
    if reminded is None:
        done.unread.add(scene.mailbox)
    else:
        done.mailed += reminded


def _advance(scene: Scene, chain: Chain, due: datetime, gate: Gate, done: Swept) -> Step | None:
    if gate.closed(scene.mailbox, due):
        done.unread.add(scene.mailbox)
        return None
    move = escalation.next_move(chain, scene.contract, scene.now, scene.subject().hold_alerts_until)
    if isinstance(move, Rest):
        chains.save_chain(scene.tx, escalation.after_rest(chain, move).chain)
        return None
    if isinstance(move, Exhaust):
        chains.save_chain(scene.tx, escalation.exhaust(chain, move).chain)
        scene.log("exhausted", "mailsupport", {"reason": move.reason})
        act.perform(scene, flooding.exhausted(scene, chain, move.reason))
        return None
    return Step(scene, chain, move, gate.unread(scene.mailbox, due))
