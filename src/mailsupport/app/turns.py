"""May somebody be mailed now, or does this wait for a mail about several tickets? The rule is `core.reaching.digests`, asked of
the rows.

Comes in: a scene, a kind of mail (alert or all-clear) and an address. Whoever is told that it goes now must send it in the same
transaction: it counts from here on. Whoever is about to ask of many addresses takes their turns together before (`take_all`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mailsupport.app.scene import Scene, Tx
from mailsupport.app.service import Service
from mailsupport.core.reaching.digests import next_mail, recent
from mailsupport.store import digests, leases
from mailsupport.store.digests import Turn


def wait_until(scene: Scene, kind: str, email: str) -> datetime | None:
    """Return until when a mail of that kind to that address waits; None: it goes now, and is counted."""
    known = scene.shared.waits.get((kind, email))
    if known is not None and known > scene.now:
        return known
    if (kind, email) not in scene.shared.turns:
        take_all(scene, kind, [email])
    turn = scene.shared.turns[kind, email]
    at = _next(scene, turn)
    # What waits already goes first: else a steady drip of alerts, each sent at once, would put the digest off again and again.
    if at > scene.now or turn.waits:
        scene.shared.waits[kind, email] = max(at, scene.now)
        return max(at, scene.now)
    sent = (*recent(turn.sent, scene.now), scene.now)
    digests.note_mailed(scene.tx, kind, email, sent, scene.now)
    scene.shared.turns[kind, email] = Turn(sent, waits=False)
    return None


def take_all(scene: Scene, kind: str, emails: Iterable[str]) -> None:
    """Let no other daemon count mails of that kind to these addresses until this transaction ends, and ask how they stand."""
    waits = scene.shared.waits
    asked = sorted({email for email in emails if waits.get((kind, email), scene.now) <= scene.now})
    leases.each_at_a_time(scene.tx, [_name(kind, email) for email in asked])
    found = digests.turns(scene.tx, kind, asked)
    scene.shared.turns.update({(kind, email): turn for email, turn in zip(asked, found, strict=True)})


def goes_now(scene: Scene, kind: str, email: str) -> bool:
    """Tell whether the next mail of that kind to that address would go now, as far as `take_all` has asked."""
    turn = scene.shared.turns.get((kind, email))
    return turn is not None and not turn.waits and _next(scene, turn) <= scene.now


def take(tx: Tx, kind: str, email: str) -> None:
    """Let no other daemon count or collect mails of that kind to that address until this transaction ends."""
    leases.one_at_a_time(tx, _name(kind, email))


def due(service: Service, tx: Tx, kind: str, email: str, now: datetime) -> datetime:
    """Return from when on the next mail of that kind to that address may go."""
    return next_mail(digests.mailed(tx, kind, email), now, service.desk.max_alert_mails_per_hour)


def count(tx: Tx, kind: str, email: str, now: datetime) -> None:
    """Note that a mail of that kind goes to that address now."""
    digests.note_mailed(tx, kind, email, (*recent(digests.mailed(tx, kind, email), now), now), now)


def _next(scene: Scene, turn: Turn) -> datetime:
    return next_mail(turn.sent, scene.now, scene.service.desk.max_alert_mails_per_hour)


def _name(kind: str, email: str) -> str:
    return f"turn:{kind}:{email}"
