"""How does a mailbox thread wait? For the server (IDLE, RFC 2177), for a nudge from another thread, for the time to pass.

IDLE only shortens the wait; polling is the promise. Hence it is short, always ended with DONE (which is what finds out that
the connection is dead), and followed by a search whatever it brought.
"""

from __future__ import annotations

import select
import socket

from mailsupport.net.imapwire import ORDINARY_ANSWER, Client


class Waker:
    """A bell that another thread may ring; rung early, it ends the next wait. Never raises."""

    def __init__(self) -> None:
        self._bell, self._ear = socket.socketpair()
        self._bell.setblocking(False)
        self._ear.setblocking(False)

    def ring(self) -> None:
        """End the wait under way, or the next one."""
        try:
            self._bell.send(b"!")
        except OSError:
            pass  # full: it rings already; closed: nobody waits any more

    def wait(self, seconds: float, other: socket.socket | None = None) -> bool:
        """Wait for the bell, the other socket or the time; returns whether the bell rang, and silences it."""
        poll = select.poll()
        for heard in (self._ear, other):
            if heard is not None and heard.fileno() >= 0:
                poll.register(heard.fileno(), select.POLLIN)
        poll.poll(max(0.0, seconds) * 1000)
        return self._silence()

    def close(self) -> None:
        """Give the bell up."""
        self._bell.close()
        self._ear.close()

    def _silence(self) -> bool:
        try:
            return bool(self._ear.recv(4096))
        except OSError:
            return False


def idle(client: Client, waker: Waker, seconds: float) -> bool | None:
    """Wait in IDLE; returns whether mail was announced, or None when the server will not idle after all.

    Raises what imapclient and the socket raise; the caller translates.
    """
    announced = _begin(client)
    if announced is None:
        return None
    # Lines that came in one segment with "+ idling" are in our buffer already, where no poll shows them.
    if not announced and not client.wire.has_unread():
        waker.wait(seconds, client.wire.sock)
    client.wire.allow(ORDINARY_ANSWER)
    _, responses = client.idle_done()
    return announced or any(len(response) > 1 and response[1] == b"EXISTS" for response in responses)


def _begin(client: Client) -> bool | None:
    # imapclient's own idle() takes an EXISTS before the continuation for an error; servers send it.
    client.expect()
    wire, announced = client.wire, False
    client._idle_tag = tag = wire._command("IDLE")
    while (line := wire._get_response()) is not None:
        wire._check_bye()
        if wire.tagged_commands[tag]:
            del wire.tagged_commands[tag]
            return None
        announced = announced or line.endswith(b" EXISTS")
    return announced
