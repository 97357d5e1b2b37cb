"""Hands the outbox to the relay, a few mails at a time, and writes down what became of each.

    claim (attempt counted, lease taken) -> MailSink.send -> record, with what follows from it, in one transaction

Rules for editing here: nothing is sent that was not claimed, and an attempt is committed before anybody dials; before each
claim the reason is checked again (P3: an alert whose chain rests is cancelled, not sent stale); as many mails are in flight
as there are connections, so that a crash can repeat no more than those. Recording and claiming share a transaction: results
that came in meanwhile are written together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from mailsupport.app import pace, results
from mailsupport.app.crashpoints import reach
from mailsupport.app.digests import SETTLED
from mailsupport.app.scene import Tx
from mailsupport.app.service import Service
from mailsupport.core.reaching.retry import FIRST, ONCE, SECOND, delay
from mailsupport.errors import StorageError
from mailsupport.ports import Handover, MailSink, Outcome, Phase, RecipientResult
from mailsupport.store import daemons, digests, facts, outbox, savepoint, tickets, ways
from mailsupport.store.rows import ALERT, Claimed, OutboxRow

RECORD_TRIES, RECORD_PAUSE = 10, 1.0
"""How often, and with how many seconds between, we try to write down what was handed over when the database fails."""

LEASE_SECONDS = 900
"""How long a claimed mail is ours while we live: longer than the longest time-out of a handover (600 s after the final dot)."""

MORE_SECONDS = 0.002
"""How long a mail that was handed over waits for others, so that they are written down in one transaction."""

_log = structlog.get_logger("deliver")


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that was handed over, and how that went."""

    mail: Claimed
    handover: Handover


@dataclass(frozen=True, slots=True)
class Relays:
    """Where mails go, and how many at once: the relay that takes all, and a second for alerts that it does not take.

    Each has connections of its own, so that a first relay which answers nothing keeps no alert from the second.
    """

    sink: MailSink
    connections: int
    second: MailSink | None = None
    second_connections: int = 0

    def by(self, route: str) -> MailSink:
        """Return the relay of a route; the first where there is no second (any more)."""
        return self.second if route == SECOND and self.second is not None else self.sink

    async def close(self) -> None:
        """Close every connection; never raises."""
        await self.sink.close()
        if self.second is not None:
            await self.second.close()


@dataclass(slots=True)
class _Underway:
    """The mails that are being handed over, and by which relay each."""

    tasks: dict[asyncio.Task[Sent], str] = field(default_factory=dict)

    def free(self, relays: Relays) -> dict[str | None, int]:
        """Return how many mails each relay may be given now; one relay alone takes the mails of every route."""
        busy = list(self.tasks.values())
        if relays.second is None:
            return {None: relays.connections - len(busy)}
        return {
            FIRST: relays.connections - busy.count(FIRST),
            SECOND: relays.second_connections - busy.count(SECOND),
        }

    async def finished(self) -> list[Sent]:
        """Wait until one mail or several were handed over."""
        done, rest = await asyncio.wait(self.tasks, return_when=asyncio.FIRST_COMPLETED)
        if rest:
            more, rest = await asyncio.wait(rest, timeout=MORE_SECONDS)
            done |= more
        for task in done:
            del self.tasks[task]
        return [task.result() for task in done]


async def deliver(service: Service, relays: Relays, stop: Callable[[], bool] = lambda: False) -> int:
    """Send what is ready, until nothing is or `stop` says so; return how many handovers were tried."""
    underway = _Underway()
    finished: list[Sent] = []
    tried = 0
    failures = 0
    while True:
        free = {} if stop() else underway.free(relays)
        try:
            claimed = await asyncio.to_thread(_turn, service, finished, free)
        except StorageError:
            failures += 1
            if failures > RECORD_TRIES or not (finished or underway.tasks):
                raise
            await asyncio.sleep(RECORD_PAUSE)
            continue
        failures = 0
        tried += len(claimed)
        for mail in claimed:
            underway.tasks[asyncio.create_task(_hand_over(relays.by(mail.route), mail))] = mail.route
        if not underway.tasks:
            return tried
        finished = await underway.finished()


async def _hand_over(sink: MailSink, mail: Claimed) -> Sent:
    try:
        handover = await sink.send(mail.sender, mail.recipients, mail.data)
    except Exception as error:  # P12: a mistake of ours with one mail stops no other; nobody knows how far this one came.
        _log.exception("handover_failed", outbox=mail.id)
        said = f"{type(error).__name__}: {error}"[:300]
        unknown = tuple(RecipientResult(address, Outcome.UNKNOWN, 0, said) for address in mail.recipients)
        handover = Handover(Phase.AFTER, "dot", unknown)
    reach("deliver.handed_over")
    return Sent(mail, handover)


def _turn(service: Service, finished: Sequence[Sent], free: Mapping[str | None, int]) -> list[Claimed]:
    """Record what came back and claim what is next, in one transaction; `free` is how many may go by each route."""
    now = service.now()
    claimed: list[Claimed] = []
    with service.store.write() as tx:
        for sent in _ours(service, tx, finished):
            _record(service, tx, sent, now)
        _note_relays(service, tx, finished, now)
        at = service.tenure.alive(tx, now)
        _recover(tx, now, at)
        for route, places in free.items():
            claimed += _claim(service, tx, now, at, places, route) if places else []
        reach("deliver.before_commit")
    if finished:
        reach("deliver.recorded")
    if claimed:
        reach("deliver.claimed")
    return claimed


def _record(service: Service, tx: Tx, sent: Sent, now: datetime) -> None:
    """Write down one attempt and what follows; where we stumble over what follows, the attempt itself (P12)."""
    _remember_null_sender(service, tx, sent, now)
    try:
        with savepoint(tx):
            results.record(service, tx, sent.mail, sent.handover, now)
    except StorageError:
        raise
    except Exception:  # P12: else the same mail would be sent again and again, for nothing says that it left.
        _log.exception("result_not_followed", outbox=sent.mail.id)
        results.write_down(service, tx, sent.mail, sent.handover, now)


def _note_relays(service: Service, tx: Tx, finished: Sequence[Sent], now: datetime) -> None:
    """Remember, when it changes, whether a relay can be reached and lets us in: `status` says so."""
    last = {sent.mail.route: sent.handover for sent in finished}
    learned = service.learned
    if FIRST in last:
        learned.relay = _noted(tx, facts.RELAY, learned.relay, last[FIRST], now)
    if SECOND in last:
        learned.second = _noted(tx, facts.SECOND_RELAY, learned.second, last[SECOND], now)


def _noted(tx: Tx, fact: str, before: str | None, last: Handover, now: datetime) -> str:
    said = last.recipients[0].reply if last.stage in results.UNREACHED and last.phase is Phase.BEFORE and last.recipients else ""
    if before is None or (said == "") != (before == ""):
        facts.set_fact(tx, fact, said[:300], now)
    return said


def _ours(service: Service, tx: Tx, finished: Sequence[Sent]) -> Sequence[Sent]:
    """Leave out what another daemon took over while we slept past our lease: the result that counts is its own."""
    if not finished or not service.tenure.shared:
        return finished
    held = outbox.still_held(tx, [sent.mail for sent in finished], service.tenure.id)
    for sent in finished:
        if sent.mail.id not in held:
            _log.warning("result_of_a_lost_claim", outbox=sent.mail.id, attempt=sent.mail.attempts)
    ours = [sent for sent in finished if sent.mail.id in held]
    about = {sent.mail.ticket for sent in ours if sent.mail.ticket is not None}
    several = digests.tickets_of(tx, [sent.mail.id for sent in ours if sent.mail.ticket is None])
    tickets.hold(tx, about | several)
    return ours


def _claim(service: Service, tx: Tx, now: datetime, at: datetime, free: int, route: str | None) -> list[Claimed]:
    """Claim as many as are free, once every one of them still has its reason; the claim is measured by `at`."""
    while any(_cancelled(tx, row, now) for row in outbox.ready(tx, now, free, route)):
        continue
    # The rates of the settings are the first relay's; by the second goes what has waited already.
    free = free if route == SECOND else pace.keep(service.pace, tx, now, free, route)
    claimed = outbox.claim(tx, now, free, LEASE_SECONDS, service.tenure.id, at, route)
    return [_by_the_only(tx, mail) if route is None and mail.route else mail for mail in claimed]


def _by_the_only(tx: Tx, mail: Claimed) -> Claimed:
    """A mail that was to go by a second relay, which the settings name no more."""
    ways.take_route(tx, mail.id, FIRST)
    return replace(mail, route=FIRST)


def _cancelled(tx: Tx, row: OutboxRow, now: datetime) -> bool:
    """Take back an alert whose every ticket was answered or acknowledged meanwhile; a digest goes as it was built otherwise."""
    states = {told.chain for told in digests.of_mail(tx, row.id)} if row.kind == ALERT else set()
    if not states or states - SETTLED:
        return False
    said = " or ".join(sorted(filter(None, states)))
    if not outbox.cancel(tx, row.id, f"the chain is {said}: nothing to be alarmed about", now):
        return False
    digests.cancel_mail(tx, row.id, now)
    return True


def _recover(tx: Tx, now: datetime, at: datetime) -> None:
    """A lease that ran out means a crash while sending: it may have arrived."""
    for row in outbox.recover(tx, at):
        _take_up(tx, row, now, now + delay(row.kind, row.attempts))


def recover_orphans(service: Service) -> int:
    """Take up at once what a daemon was sending that is dead now, or that is not known; return how many mails.

    Where we are alone (SQLite), nobody but us is alive.
    """
    now = service.now()
    with service.store.write() as tx:
        rows = outbox.orphans(tx, daemons.present(tx, now))
        for row in rows:
            _take_up(tx, row, now, now)
    return len(rows)


def _take_up(tx: Tx, row: OutboxRow, now: datetime, at: datetime) -> None:
    again = row.kind not in ONCE
    words = "the program stopped while it was being sent: it may have arrived"
    outbox.record(tx, row.id, (), now, next_at=at if again else None, state="queued" if again else "unknown", error=words)


def _remember_null_sender(service: Service, tx: Tx, sent: Sent, now: datetime) -> None:
    """A relay that refuses MAIL FROM:<> gets the mailbox address from now on; this mail goes again with it."""
    if not sent.handover.null_sender_refused:
        return
    facts.set_fact(tx, "no-null-sender", sent.handover.recipients[0].reply if sent.handover.recipients else "", now)
    service.learned.no_null_sender = True
    box = service.desk.mailboxes.get(sent.mail.mailbox)
    if box is not None:
        outbox.change_sender(tx, sent.mail.id, box.address)
