"""Which connection carries the next mail? Connections at rest, kept a while because a new one costs seven round trips.

Generic over the connection, so that it can be tested without one. Used from one event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Connection = TypeVar("Connection")


class IdlePool(Generic[Connection]):
    """Connections at rest, the last used first. `slots` bounds how many are in use at once; `rest` is in seconds."""

    def __init__(
        self,
        size: int,
        rest: float,
        usable: Callable[[Connection], bool],
        farewell: Callable[[Connection], Awaitable[None]],
    ) -> None:
        self.slots = asyncio.Semaphore(size)
        self._rest, self._usable, self._farewell = rest, usable, farewell
        self._idle: list[tuple[Connection, asyncio.TimerHandle]] = []
        self._leaving: set[asyncio.Task[None]] = set()
        self._closed = False

    def take(self) -> Connection | None:
        """Return a connection at rest that looks alive, or None."""
        while self._idle:
            connection, timer = self._idle.pop()
            timer.cancel()
            if self._usable(connection):
                return connection
        return None

    def put(self, connection: Connection) -> None:
        """Let a connection rest until it is taken again or its time is over."""
        if self._closed:
            self._dismiss(connection)
        elif self._usable(connection):
            timer = asyncio.get_running_loop().call_later(self._rest, self._expire, connection)
            self._idle.append((connection, timer))

    async def close(self) -> None:
        """Say farewell to every connection at rest, and from now on to each that is put."""
        self._closed = True
        while (connection := self.take()) is not None:
            self._dismiss(connection)
        if self._leaving:
            await asyncio.wait(set(self._leaving))

    def _expire(self, connection: Connection) -> None:
        self._idle = [entry for entry in self._idle if entry[0] is not connection]
        self._dismiss(connection)

    def _dismiss(self, connection: Connection) -> None:
        async def leave() -> None:
            await self._farewell(connection)

        task = asyncio.get_running_loop().create_task(leave())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)
