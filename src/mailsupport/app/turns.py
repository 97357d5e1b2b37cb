"""May somebody be mailed now, or does this wait for a mail about several tickets? The rule is `core.reaching.digests`, asked of
the rows.

Comes in: a scene, a kind of mail (alert or all-clear) and an address. Whoever is told that it goes now must send it in the same
transaction: it counts from here on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailsupport.app.scene import Scene, Tx
from mailsupport.app.service import Service
from mailsupport.core.reaching.digests import next_mail, recent
from mailsupport.store import digests, leases


def wait_until(scene: Scene, kind: str, email: str) -> datetime | None:
    """Return until when a mail of that kind to that address waits; None: it goes now, and is counted."""
    known = scene.shared.waits.get((kind, email))
    if known is not None and known > scene.now:
        return known
    take(scene.tx, kind, email)
    sent, waits = digests.turn(scene.tx, kind, email)
    at = next_mail(sent, scene.now, scene.service.desk.max_alert_mails_per_hour)
    # What waits already goes first: else a steady drip of alerts, each sent at once, would put the digest off again and again.
    if at > scene.now or waits:
        scene.shared.waits[kind, email] = max(at, scene.now)
        return max(at, scene.now)
    _count(scene.tx, kind, email, sent, scene.now)
    return None


def take(tx: Tx, kind: str, email: str) -> None:
    """Let no other daemon count or collect mails of that kind to that address until this transaction ends."""
    leases.one_at_a_time(tx, f"turn:{kind}:{email}")


def due(service: Service, tx: Tx, kind: str, email: str, now: datetime) -> datetime:
    """Return from when on the next mail of that kind to that address may go."""
    return next_mail(digests.mailed(tx, kind, email), now, service.desk.max_alert_mails_per_hour)


def count(tx: Tx, kind: str, email: str, now: datetime) -> None:
    """Note that a mail of that kind goes to that address now."""
    _count(tx, kind, email, digests.mailed(tx, kind, email), now)


def _count(tx: Tx, kind: str, email: str, sent: Sequence[datetime], now: datetime) -> None:
    digests.note_mailed(tx, kind, email, (*recent(sent, now), now), now)
