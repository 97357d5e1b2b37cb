"""What was ignored since the operator last heard of it? One mail a day, when there is anything to tell.

Comes in: the service. Goes out: an outbox row, or nothing. A robot's mail opens no ticket, and a person may have been taken for a
robot: so nothing is ignored in silence. The numbers in the list are those that `quarantine retry` takes. Our own echoes, further
copies of a mail, and what lay there before the first run are not told: nobody could miss them.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from mailsupport.app.letters.post import send_to_operator
from mailsupport.app.scene import Scene, Tx
from mailsupport.app.service import Service
from mailsupport.mail.contexts import IgnoredContext, IgnoredGroup, IgnoredMail
from mailsupport.store import facts, overview
from mailsupport.store.rows import IgnoredRow

AGAIN = timedelta(days=1)
"""How often the operator is told at the most."""

SHOWN, GROUPS = 50, 20
"""Mails listed one by one, and reasons counted, at the most."""

_TOLD = "ignored-told"
"""The fact that holds the last ledger number told, and since when mails are counted."""


def tell(service: Service) -> int:
    """Put the list into the outbox when there is one and a day has passed; return how many mails it tells of."""
    now = service.now()
    with service.store.write() as tx:
        told = facts.fact(tx, _TOLD)
        rows = overview.ignored_since(tx, int(told[0]) if told else 0)
        if not rows or not facts.first_time(tx, "ignored-list", now, AGAIN):
            return 0
        _send(service, tx, rows)
        facts.set_fact(tx, _TOLD, str(rows[-1].number), now)
    return len(rows)


def _send(service: Service, tx: Tx, rows: list[IgnoredRow]) -> None:
    desk = service.desk
    scene = Scene(service, tx, service.now(), next(iter(desk.mailboxes)))
    singly = [row for row in reversed(rows) if not row.reason.endswith(" is blocked")]
    counts = Counter(row.reason for row in rows).most_common(GROUPS)
    context = IgnoredContext(
        total=len(rows),
        since=rows[0].at,
        zone=desk.timezone,
        groups=tuple(IgnoredGroup(reason, count) for reason, count in counts),
        mails=tuple(IgnoredMail(row.number, row.at, row.sender, row.subject, row.reason) for row in singly[:SHOWN]),
        more=max(0, len(singly) - SHOWN),
    )
    send_to_operator(scene, context, f"{len(rows)} mails were ignored")
