"""Are the promises kept? Asks the live database, for `mailsupport audit`.

In: a store, the time. Out: each promise with what breaks it; nothing is mended. The questions about rows are `store.review`'s;
here stands what needs the time: whatever should have happened long ago, and did not (P6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mailsupport.core.timing.worktime import spoken
from mailsupport.store import Store, Tx, chains, clocks, digests, mailboxes, outbox
from mailsupport.store.review import AT_MOST, CHECKS

OVERDUE = timedelta(hours=1)
"""What is due for so long, and not done, waits for nobody: the program does not run, or does not come through."""


@dataclass(frozen=True, slots=True)
class Audited:
    """A promise, and what breaks it: nothing when it is kept."""

    promise: str
    findings: tuple[str, ...]


def audit(store: Store, now: datetime) -> tuple[Audited, ...]:
    """Return every promise that the database can speak of. Raises StorageError when it cannot be read."""
    found = [Audited("the database is whole", tuple(store.check()))]
    with store.read() as tx:
        found += [Audited(promise, tuple(question(tx))) for promise, question in CHECKS]
        found.append(Audited("P6 nothing waits unseen", tuple(waiting_unseen(tx, now))))
    return tuple(found)


def waiting_unseen(tx: Tx, now: datetime) -> list[str]:
    """Return deadlines, steps, mails and folders that nobody has looked at for an hour after their time."""
    past = now - OVERDUE
    return [
        *(f"ticket {c.ticket}: {c.kind} was due {spoken(c.due_at)} and is not judged" for c in clocks.due(tx, past, AT_MOST)),
        *(f"ticket {n}: its chain was to go on {spoken(at)} and did not" for at, n in chains.waking(tx, past, AT_MOST)),
        *(f"outgoing mail {m.id} ({m.kind}) was to be sent {spoken(m.created_at)}" for m in outbox.ready(tx, past, AT_MOST)),
        *(f"{who} waits since {spoken(at)} for a digest ({kind})" for kind, who, at in digests.waiting_since(tx, past, AT_MOST)),
        *(
            f"{row.mailbox}, folder {row.name} cannot be read since {spoken(row.unreadable_since)}: {row.trouble}"
            for row in mailboxes.folders(tx)
            if row.unreadable_since is not None and row.unreadable_since <= past
        ),
    ]
