"""The one asyncio loop: hands out what the outbox holds, in a thread of its own, whenever something is ready."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import datetime

import structlog

from mailsupport.app.deliver import deliver
from mailsupport.daemon.assembly import Assembly
from mailsupport.errors import MailsupportError
from mailsupport.store import outbox

LONGEST = 60.0
"""Seconds after which the outbox is looked at in any case."""

PAUSE = 5.0
"""Seconds of rest after the database failed."""

_log = structlog.get_logger("post_office")


class PostOffice:
    """Delivers until stopped. `current` gives the assembly, which a reload replaces; `after` is called when mails were tried."""

    def __init__(self, current: Callable[[], Assembly], after: Callable[[], None]) -> None:
        self._current, self._after = current, after
        self._loop = asyncio.new_event_loop()
        self._wake = asyncio.Event()
        self._stop = False
        self._thread = threading.Thread(target=self._run, name="post-office", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def nudge(self) -> None:
        """Look at the outbox now; may be called from any thread."""
        self._loop.call_soon_threadsafe(self._wake.set)

    def stop(self, seconds: float) -> bool:
        """Finish the mails that are under way and end; False when that took longer than `seconds`."""
        self._stop = True
        self.nudge()
        self._thread.join(seconds)
        if self._thread.is_alive():
            return False
        self._loop.close()
        return True

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.run_until_complete(self._loop.shutdown_default_executor())

    async def _serve(self) -> None:
        before = self._current()
        while not self._stop:
            assembly = self._current()
            if assembly.relays is not before.relays:
                await before.relays.close()
            before = assembly
            self._wake.clear()
            try:
                tried = await deliver(assembly.service, assembly.relays, lambda: self._stop)
                rest = self._rest(assembly)
            except Exception as error:  # P12: alerts have to leave tomorrow as well, whatever we stumbled over today.
                _log.error("delivery_failed", error=str(error), exc_info=not isinstance(error, MailsupportError))
                tried, rest = 0, PAUSE
            if tried:
                self._after()
            if not self._stop:
                await _until(self._wake, rest)
        await self._current().relays.close()

    def _rest(self, assembly: Assembly) -> float:
        service = assembly.service
        with service.store.read() as tx:
            ready: datetime | None = outbox.next_ready(tx)
        if ready is None:
            return LONGEST
        return min(max((ready - service.now()).total_seconds(), 0.05), LONGEST)


async def _until(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
