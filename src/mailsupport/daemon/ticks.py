"""What happens by the clock rather than by an event: the audit, the watch over the outbox, the lists of what was ignored
and of who will not be reached, comparing the servers with the ledger, and forgetting raw bytes.

APScheduler only ticks (in memory, nothing is persisted): deadlines are rows, and the daemon wakes for them by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Protocol

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from mailsupport.app import act, selftest
from mailsupport.app.looking import gaps, ignored
from mailsupport.app.looking.audit import audit
from mailsupport.app.scene import Scene
from mailsupport.core.effects import TellOperator
from mailsupport.daemon.assembly import Assembly
from mailsupport.daemon.shout import Shout
from mailsupport.errors import MailsupportError, ServerUnavailable
from mailsupport.store import facts, mailboxes, mails, outbox

SWEEP_SECONDS = 15
AUDIT_MINUTES = 60
OUTBOX_MINUTES = 1
IGNORED_MINUTES = 60
GAPS_MINUTES = 60

RECALL_MINUTES = 5
"""How often is asked what other daemons on the database have learned."""

COMPARE_MINUTES = 60
COMPARE_AGAIN = timedelta(days=1)

STUCK = timedelta(minutes=15)
"""An alert or a word to the operator that waits longer than this is shouted: mail itself does not work."""

_log = structlog.get_logger("ticks")


class Ticking(Protocol):
    """A scheduler that runs."""

    def shutdown(self, wait: bool = True) -> None:
        """Stop ticking."""
        ...


def start(current: Callable[[], Assembly], shout: Shout, nudge: Callable[[], None]) -> Ticking:
    """Start the ticks; `current` gives the assembly, which a reload replaces."""
    # misfire_grace_time=None: a late tick still happens; coalesce: after a pause it happens once.
    scheduler = BackgroundScheduler(timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1})
    scheduler.add_job(nudge, "interval", seconds=SWEEP_SECONDS)
    scheduler.add_job(_careful(lambda: watch_outbox(current(), shout)), "interval", minutes=OUTBOX_MINUTES)
    scheduler.add_job(_careful(lambda: check_promises(current())), "interval", minutes=AUDIT_MINUTES)
    scheduler.add_job(_careful(lambda: ignored.tell(current().service)), "interval", minutes=IGNORED_MINUTES)
    scheduler.add_job(_careful(lambda: gaps.tell(current().service)), "interval", minutes=GAPS_MINUTES)
    scheduler.add_job(_careful(lambda: forget(current())), "interval", hours=6)
    scheduler.add_job(_careful(lambda: compare_with_servers(current())), "interval", minutes=COMPARE_MINUTES)
    scheduler.add_job(_careful(lambda: current().service.learned.tested.clear()), "interval", hours=24)
    scheduler.add_job(_careful(lambda: selftest.recall(current().service)), "interval", minutes=RECALL_MINUTES)
    scheduler.start()
    ticking: Ticking = scheduler
    return ticking


def watch_outbox(assembly: Assembly, shout: Shout) -> None:
    """Shout when what must reach a person by mail does not leave."""
    now = assembly.service.now()
    with assembly.service.store.read() as tx:
        stuck = [row for row in outbox.pending(tx) if row.kind in ("alert", "operator") and now - row.created_at > STUCK]
    if stuck:
        what = f"{len(stuck)} urgent mails cannot be sent since {min(row.created_at for row in stuck):%Y-%m-%d %H:%M} UTC"
        shout("outbox", f"{what}: {stuck[0].error}", "see `mailsupport outbox list` and the relay's log")


def check_promises(assembly: Assembly) -> None:
    """Audit the live database; a broken promise goes to the operator."""
    service = assembly.service
    findings = [line for promise in audit(service.store, service.now()) for line in promise.findings]
    if not findings:
        return
    effect = TellOperator("audit", f"the audit found {len(findings)} broken promises", findings[0], "run `mailsupport audit`")
    with service.store.write() as tx:
        act.perform(Scene(service, tx, service.now(), next(iter(service.desk.mailboxes))), [effect])


def compare_with_servers(assembly: Assembly) -> None:
    """Compare each folder with the ledger, once a day at most; one that cannot be read now is the next day's (A9)."""
    service = assembly.service
    for box in assembly.boxes:
        if not service.tenure.holds(box.settings.name):
            continue  # whoever reads it compares it
        with service.store.write() as tx:
            folders = [row for row in mailboxes.folders(tx) if row.mailbox == box.settings.name and row.unreadable_since is None]
            # Claimed before dialling: a refused login is not to be tried again every hour.
            due = {
                f.name for f in folders if facts.first_time(tx, f"compared:{f.mailbox}/{f.name}", service.now(), COMPARE_AGAIN)
            }
        try:
            if due:
                box.compare(service, due)
        except ServerUnavailable as error:
            _log.warning("not_compared", mailbox=box.settings.name, error=str(error))


def forget(assembly: Assembly) -> None:
    """Drop the raw bytes of mails that are older than the settings keep them; hash and size stay."""
    keep = assembly.settings.storage.keep_raw
    if keep is None:
        return
    service = assembly.service
    with service.store.write() as tx:
        dropped = mails.drop_raw_before(tx, service.now() - timedelta(seconds=keep))
    if dropped:
        _log.info("raw_bytes_forgotten", mails=dropped)


def _careful(job: Callable[[], object]) -> Callable[[], None]:
    def tick() -> None:
        try:
            job()
        except MailsupportError as error:
            _log.error("tick_failed", error=str(error))

    return tick
