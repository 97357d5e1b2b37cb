"""The way of a mail: from bytes to a decision, and the rows it makes. Read this page first.

    ledger + raw bytes -> mail.parse -> core.judging (classify, matching, routing, standing) -> core.deciding.following -> app.act

Comes in: a mail that `app.passes` fetched, read by the worker process, and the open transaction of its window. Goes out:
what the ledger will say of it, and the rows of whatever follows. Rules for editing here: this page asks, and decides
nothing itself. A mail is never lost: what cannot be read, or makes us stumble, gets a stub ticket with a running clock (P1,
P12).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from mailsupport.app import act, results, selftest, siblings
from mailsupport.app.crashpoints import reach
from mailsupport.app.gathering import Origin, gather
from mailsupport.app.scene import Scene, Tx
from mailsupport.app.service import Service
from mailsupport.core.deciding import customer_mail
from mailsupport.core.deciding.arrival import Arrival
from mailsupport.core.deciding.disclosure import ONLY_THE_BEGINNING
from mailsupport.core.deciding.following import decide
from mailsupport.core.effects import Decision
from mailsupport.core.model import Kind, Mail, Verdict
from mailsupport.core.timing import clock
from mailsupport.errors import StorageError
from mailsupport.mail.stub import stub
from mailsupport.mail.worker import Unread
from mailsupport.ports import Fetched
from mailsupport.store import mails, savepoint

_log = structlog.get_logger("intake")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a mail: the ledger's state and reason, and the mail row that holds its bytes."""

    state: str
    reason: str
    mail: int | None


def take(service: Service, tx: Tx, origin: Origin, fetched: Fetched, reading: Mail | Unread, now: datetime) -> Taken:
    """Take one mail in; whatever is wrong with it alone makes a quarantined mail with a ticket and a clock."""
    if isinstance(reading, Unread):
        return _quarantine(service, tx, origin, fetched, reading.reason, now)
    try:
        with savepoint(tx):
            return _take(service, tx, origin, fetched, reading, now)
    except StorageError:
        raise
    except Exception as error:  # P12: whatever one mail makes us stumble over, the others go on, and this one is kept.
        _log.exception("mail_not_understood", mailbox=origin.mailbox, uid=fetched.uid)
        return _quarantine(service, tx, origin, fetched, f"we stumbled over it: {type(error).__name__}", now)


def _take(service: Service, tx: Tx, origin: Origin, fetched: Fetched, reading: Mail, now: datetime) -> Taken:
    mail = _identified(fetched, reading)
    received_at, doubt = clock.clamp_start(fetched.received_at, now, origin.oldest_clock)
    seen = mails.seen(tx, mail.message_id, mail.content_hash)
    if seen.duplicate is not None:
        state, reason = siblings.again(service, tx, origin, mail, seen.duplicate, received_at, now)
        return Taken(state, reason, seen.duplicate)
    if seen.same_id:
        mail = replace(mail, problems=(*mail.problems, "another mail came under the same Message-ID"))
    arrival = gather(service, tx, origin, mail, received_at, now, fetched.raw)
    if doubt:
        arrival = replace(arrival, start_doubt=doubt)
    if selftest.arrived(service, tx, arrival):
        decision = Decision("ignored", "our own test mail: plus-addresses arrive here")
    else:
        decision = decide(arrival, service.desk)
    if arrival.verdict.kind is Kind.OWN:
        results.seen_again(service, tx, mail.message_id, now)
    scene = Scene(service, tx, now, origin.mailbox, reading=mail, raw=fetched.raw)
    if arrival.ticket is not None:
        scene.know(arrival.ticket, arrival.clocks)
    act.carry_out(scene, decision, _incoming(arrival, fetched))
    reach("intake.stored")
    if seen.awaited:
        siblings.adopt(service, tx, origin, mail, now)
    return Taken(decision.state, decision.reason, scene.mail)


def _identified(fetched: Fetched, mail: Mail) -> Mail:
    """Give a mail without Message-ID one that stays the same at every reading, and note when only its beginning was read."""
    if mail.message_id and fetched.whole:
        return mail
    problems = list(mail.problems)
    if not fetched.whole:
        problems.append(f"of {fetched.size} bytes {ONLY_THE_BEGINNING}")
    message_id = mail.message_id or f"{mail.content_hash[:32]}@no-message-id.invalid"
    return replace(mail, message_id=message_id, problems=tuple(problems))


def _incoming(arrival: Arrival, fetched: Fetched) -> act.Incoming:
    return act.Incoming(
        mail=arrival.mail,
        raw=fetched.raw,
        size=fetched.size,
        received_at=arrival.received_at,
        verdict=arrival.verdict,
        matched=arrival.match.reason,
        from_sent=arrival.from_sent,
    )


def _quarantine(service: Service, tx: Tx, origin: Origin, fetched: Fetched, reason: str, now: datetime) -> Taken:
    """A mail that cannot be read still opens a ticket with a clock; its bytes are kept as they came (P1)."""
    mail = stub(fetched.raw)
    mail = replace(mail, message_id=f"{mail.content_hash[:32]}@unreadable.invalid")
    before = mails.seen(tx, mail.message_id, mail.content_hash).duplicate
    if before is not None:
        return Taken("quarantined", reason, before)
    received_at, doubt = clock.clamp_start(fetched.received_at, now, origin.oldest_clock)
    arrival = replace(gather(service, tx, origin, mail, received_at, now), start_doubt=doubt, ticket=None)
    arrival = replace(arrival, verdict=Verdict(Kind.UNREADABLE, reason, answerable=False))
    decision = customer_mail.unreadable(arrival, reason)
    scene = Scene(service, tx, now, origin.mailbox, raw=fetched.raw)
    act.carry_out(scene, decision, _incoming(arrival, fetched))
    return Taken(decision.state, reason, scene.mail)
