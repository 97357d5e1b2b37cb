"""What a network or a server may do to a connection, by name; each is done once, at a stage, by the proxy.

`BENIGN` are those that a client has to bear without losing the connection.
"""

from __future__ import annotations

import random
import time

from servers.proxy import Fault, Link

REFUSED_FOR = 0.15
"""Seconds during which nobody is let in."""

_ALERT = b"\x15\x03\x03\x00\x02\x02\x28"
"""RFC 8446 §6: a fatal handshake_failure."""


def delay(link: Link, rest: bytes) -> None:
    """The answer is late, but comes."""
    time.sleep(0.3)
    link.send(rest)


def drip(link: Link, rest: bytes) -> None:
    """The answer comes byte by byte."""
    for position in range(len(rest[:300])):
        link.send(rest[position : position + 1])
    link.send(rest[300:])


def unasked_news(link: Link, rest: bytes) -> None:
    """The server tells what nobody asked for, as it may at any time (RFC 3501 §7)."""
    if not rest.startswith(b"* ") or b"{" in rest:
        link.send(rest)  # in the middle of an answer no server would
        return
    link.send(b"* OK still here\r\n* 1 FETCH (FLAGS (\\Seen))\r\n" + rest)


def pieces(link: Link, rest: bytes) -> None:
    """The answer comes in two segments, cut in the middle."""
    link.send(rest[: len(rest) // 2])
    time.sleep(0.05)
    link.send(rest[len(rest) // 2 :])


def slow_drip(link: Link, rest: bytes) -> None:
    """Bytes come so slowly that no read ever times out."""
    for position in range(len(rest)):
        link.send(rest[position : position + 1])
        time.sleep(0.1)


def reset(link: Link, _rest: bytes) -> None:
    """The connection breaks."""
    link.reset()


def reset_later(link: Link, rest: bytes) -> None:
    """The connection breaks after a few bytes."""
    link.send(rest[:7])
    link.reset()


def close(link: Link, _rest: bytes) -> None:
    """The connection ends."""
    link.close()


def close_later(link: Link, rest: bytes) -> None:
    """The connection ends after a few bytes."""
    link.send(rest[:7])
    link.close()


def silence(link: Link, _rest: bytes) -> None:
    """Nothing comes any more, and the connection stays: half-open."""
    link.deaf = True


def silence_later(link: Link, rest: bytes) -> None:
    """Nothing comes any more after a few bytes."""
    link.send(rest[:7])
    link.deaf = True


def stall(link: Link, rest: bytes) -> None:
    """The answer comes when nobody waits for it any more."""
    time.sleep(1.5)
    link.send(rest)


def garbage_line(link: Link, rest: bytes) -> None:
    """A line that is no IMAP comes in between."""
    link.send(b")( %% {x} nonsense \x01\r\n" + rest)


def garbage_bytes(link: Link, rest: bytes) -> None:
    """Bytes without any sense come in between."""
    link.send(random.Random(1).randbytes(300) + rest)


def zeros(link: Link, rest: bytes) -> None:
    """NULs come in between."""
    link.send(bytes(50) + rest)


def bye(link: Link, _rest: bytes) -> None:
    """The server restarts and says so."""
    link.send(b"* BYE restarting\r\n")
    link.close()


def bye_and_more(link: Link, rest: bytes) -> None:
    """The server says goodbye and goes on talking."""
    link.send(b"* BYE restarting\r\n" + rest)


def half_a_line(link: Link, rest: bytes) -> None:
    """A line is cut, ended as if it were whole, and that is all."""
    link.send(rest[: len(rest) // 2].rstrip(b"\r\n") + b"\r\n")
    link.close()


def huge_literal(link: Link, rest: bytes) -> None:
    """More is announced than anybody may send."""
    link.send(b"* 1 FETCH (UID 1 BODY[] {999999999}\r\n" + rest)


def endless_line(link: Link, _rest: bytes) -> None:
    """A line does not end."""
    for _ in range(48):
        link.send(b"x" * 65536)
    link.deaf = True


def flood(link: Link, _rest: bytes) -> None:
    """Lines do not end."""
    for _ in range(400):
        link.send(b"* OK " + b"y" * 8000 + b"\r\n")
    link.deaf = True


def strange_tag(link: Link, rest: bytes) -> None:
    """A command ends that nobody gave."""
    link.send(b"ZZZZ9 OK done\r\n" + rest)


def refusal(link: Link, rest: bytes) -> None:
    """The command is refused for now (RFC 5530)."""
    link.send((link.tag or b"*") + b" NO [UNAVAILABLE] try again later\r\n")
    link.swallowing = not rest.startswith(link.tag + b" ")


def not_understood(link: Link, rest: bytes) -> None:
    """The command is not understood."""
    link.send((link.tag or b"*") + b" BAD what?\r\n")
    link.swallowing = not rest.startswith(link.tag + b" ")


def said_twice(link: Link, rest: bytes) -> None:
    """The same bytes come twice."""
    link.send(rest + rest)


def refused_for_a_while(link: Link, _rest: bytes) -> None:
    """The connection breaks, and for a while there is no other."""
    link.proxy.refuse_until = time.monotonic() + REFUSED_FOR
    link.reset()


def alert(link: Link, _rest: bytes) -> None:
    """TLS ends with a fatal alert."""
    link.send_raw(_ALERT)
    link.close()


FAULTS: dict[str, Fault] = {
    fault.__name__: fault
    for fault in (
        delay, drip, unasked_news, pieces, slow_drip, reset, reset_later, close, close_later, silence, silence_later, stall,
        garbage_line, garbage_bytes, zeros, bye, bye_and_more, half_a_line, huge_literal, endless_line, flood, strange_tag,
        refusal, not_understood, said_twice, refused_for_a_while, alert,
    )
}  # fmt: skip
BENIGN = ("delay", "drip", "unasked_news", "pieces")
