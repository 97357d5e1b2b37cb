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

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from mailsupport.app import act, agreements, assigning, digests, flooding, reminders, undecided
from mailsupport.app.crashpoints import reach
from mailsupport.app.letters.to_contacts import Alarm, alert, reason_of
from mailsupport.app.presence import present
from mailsupport.app.scene import Scene, Shared, Tx
from mailsupport.app.service import Service
from mailsupport.core.effects import TellOperator
from mailsupport.core.guard import Chain, Clock
from mailsupport.core.reaching import escalation
from mailsupport.core.reaching.contacts import targets
from mailsupport.core.reaching.escalation import Exhaust, Fire, Rest, Unreachable
from mailsupport.core.reaching.flood import Lapse
from mailsupport.core.timing import clock
from mailsupport.errors import Crossed, MailsupportError
from mailsupport.store import chains, clocks, leases, mailboxes, tickets
from mailsupport.store.rows import SKIPPED, FolderRow

UNREADABLE_WAIT = timedelta(minutes=5)
"""How long a mailbox that cannot be read keeps its deadlines from being judged."""

PASS_WAIT = timedelta(seconds=60)
"""How long a pass that does not come to an end keeps deadlines from being judged."""

SKEW = timedelta(seconds=5)
"""How far the clock of a daemon that reads may be ahead of one that judges."""

BATCH = 500
"""Rows looked at in one query; the sweep goes on until none is left."""

TOGETHER = 20
"""Tickets judged in one transaction: a commit waits for the disk as long as a ticket takes to be judged."""

LATE, NOT_RUNNING = timedelta(minutes=10), "mailsupport was not running when it was due"
"""An alert that comes later than this after its time says why."""

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


def _together(service: Service, tasks: Sequence[tuple[int, list[Clock]]], gate: Gate, now: datetime, shared: Shared) -> Swept:
    """Judge some tickets in one transaction; if that fails, each in one of its own."""
    done = Swept()
    try:
        with service.store.write() as tx:
            # While another daemon judges, and what a mail that comes in decides about, is left to the next sweep (P4).
            if not leases.one_at_a_time(tx, "sweep", wait=False):
                return done
            ours = tickets.hold(tx, [number for number, _ in tasks], wait=False)
            scenes = _scenes(service, tx, ours, now, shared)
            for number, lapses in tasks:
                if number in scenes:
                    _judge(scenes[number], lapses, gate, done)
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


class Gate:
    """Which mailboxes have been read up to which instant (P5).

    `waiting` is since when a mailbox is waited for: from when it was first missed, never from the deadline, for a program that
    starts or wakes hours after a deadline must read first like any other.
    """

    def __init__(self, folders: Sequence[FolderRow], now: datetime, waiting: dict[str, datetime]) -> None:
        self._now, self._waiting = now, waiting
        self._folders: dict[str, list[FolderRow]] = {}
        for row in folders:
            self._folders.setdefault(row.mailbox, []).append(row)
        for mailbox in [name for name, since in waiting.items() if since > now or not self.unread(name, since)]:
            del waiting[mailbox]

    def closed(self, mailbox: str, due: datetime) -> bool:
        """Whether an answer to a mail of that mailbox may still lie unread before that instant."""
        missing = [row for row in self._folders.get(mailbox, ()) if not self._read(row, due)]
        since = self._waiting.setdefault(mailbox, self._now) if missing else self._now
        return any(not self._given_up(row, since) for row in missing)

    def unread(self, mailbox: str, due: datetime) -> tuple[str, ...]:
        """Return the folders that were not read up to that instant, in words for the alert."""
        return tuple(f"{row.mailbox}/{row.name}" for row in self._folders.get(mailbox, ()) if not self._read(row, due))

    def _read(self, row: FolderRow, due: datetime) -> bool:
        # A pass of the future was noted by a clock that has been set back since: it says nothing of what came in our past.
        return row.read_until is not None and due <= row.read_until <= self._now + SKEW

    def _given_up(self, row: FolderRow, since: datetime) -> bool:
        if row.unreadable_since is not None:
            return self._now - min(row.unreadable_since, since) >= UNREADABLE_WAIT
        return self._now - since >= (PASS_WAIT if row.read_until is not None else UNREADABLE_WAIT)


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
    chains_of, clocks_of = chains.chains(tx, numbers), clocks.clocks_of_all(tx, numbers)
    for number, ticket in tickets.tickets(tx, numbers).items():
        scene = found[number] = Scene(service, tx, now, ticket.mailbox, ticket=number, shared=shared)
        scene.know(ticket, clocks_of[number])
        scene.know_chain(chains_of.get(number))
    return found


def _judge(scene: Scene, lapses: list[Clock], gate: Gate, done: Swept) -> None:
    ticket, now = scene.subject(), scene.now
    if ticket.hold_alerts_until is None or ticket.hold_alerts_until <= now:
        for due in lapses:
            if due.due_at <= now:
                _lapse(scene, due, gate, done)
            else:
                _remind(scene, reminders.warn(scene, due, gate.closed), done)
        _remind(scene, reminders.wait_over(scene, gate.closed), done)
    chain = scene.chain()
    if chain is not None and chain.next_at is not None and chain.next_at <= now:
        _advance(scene, chain, ticket.hold_alerts_until, gate, done)


def _lapse(scene: Scene, due: Clock, gate: Gate, done: Swept) -> None:
    if gate.closed(scene.mailbox, due.due_at):
        done.unread.add(scene.mailbox)
        return
    if not clocks.lapse(scene.tx, due.id, scene.now):
        return
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


def _advance(scene: Scene, chain: Chain, hold: datetime | None, gate: Gate, done: Swept) -> None:
    contract = scene.contract
    due = chain.next_at or scene.now
    if gate.closed(scene.mailbox, due):
        done.unread.add(scene.mailbox)
        return
    move = escalation.next_move(chain, contract, scene.now, hold)
    if isinstance(move, Rest):
        chains.save_chain(scene.tx, escalation.after_rest(chain, move).chain)
    elif isinstance(move, Exhaust):
        _exhaust(scene, chain, move)
    else:
        _fire(scene, chain, move, gate.unread(scene.mailbox, due), done)


def _fire(scene: Scene, chain: Chain, move: Fire, unread: tuple[str, ...], done: Swept) -> None:
    """Claim the step before anybody is named for it; a step that was claimed before tells nobody again (P4)."""
    contract = scene.contract
    fired = escalation.after_fire(chain, move, contract, scene.now).chain
    late = scene.now - (chain.next_at or scene.now) > LATE
    reason = reason_of(move.reason, unread, NOT_RUNNING if late else "")
    firing = chains.fire(scene.tx, scene.number, chain.cause, chain.cycle, move.round, move.step, scene.now, reason)
    if firing is None:
        chains.save_chain(scene.tx, fired)
        return
    done.fired += 1
    customer = scene.customer_of(scene.subject())
    found = targets(contract, move.step, move.round, customer, present(scene), scene.now, chain.told)
    for target, why in found.reasons:
        scene.log(SKIPPED, "mailsupport", {"firing": firing, "target": target, "reason": why})
    alarm = Alarm(firing, fired, contract, unread, NOT_RUNNING if late else "")
    waits = [alert(scene, alarm, person, found.stands_in.get(person.key, ())) for person in found.people]
    mailed_at = scene.now if None in waits else min(filter(None, waits), default=scene.now)
    if mailed_at > scene.now:  # its wait begins with the acceptance of the digest, which nobody can accept before it is sent
        fired = escalation.after_fire(chain, move, contract, mailed_at).chain
    if not found.people:
        fired = escalation.unreachable(fired, contract, scene.now, Unreachable.NOBODY, move.step, move.round).chain
        what = f"step {move.step + 1} of the chain of {contract.name} has nobody to tell"
        why = "; ".join(f"{target}: {reason}" for target, reason in found.skipped)
        operator = TellOperator(f"nobody:{contract.name}:{move.step}", what, why, "correct the chain, the roles or the people")
        act.perform(scene, [operator])
    chains.save_chain(scene.tx, fired)
    _tell_of_unread(scene, unread)
    reach("sweep.fired")


def _exhaust(scene: Scene, chain: Chain, move: Exhaust) -> None:
    chains.save_chain(scene.tx, escalation.exhaust(chain, move).chain)
    scene.log("exhausted", "mailsupport", {"reason": move.reason})
    act.perform(scene, flooding.exhausted(scene, chain, move.reason))


def _tell_of_unread(scene: Scene, unread: tuple[str, ...]) -> None:
    if unread:
        what = f"{', '.join(unread)} cannot be read, and deadlines are judged without it"
        why = "an answer may lie there; the alerts say so"
        act.perform(scene, [TellOperator(f"unread:{unread[0]}", what, why, "see `mailsupport status` for what the server says")])
