"""What did the relay do with this mail? One mail over one open connection: MAIL, RCPT …, DATA, the body, the final dot.

The phase is ours to know: up to the moment the final dot is handed to the transport the relay cannot have taken the mail,
whatever breaks; from then on only its answer tells (RFC 5321 §4.2.5). So the body goes out first, and the dot alone after
it once the body has left, except for a small mail, whose body and dot are one write and count as sent together.

Rules for editing: what a server does is a value here, never an exception. A connection that is out of step is closed
here; whoever gets it back asks `is_connected`. Only a 5xx to RCPT, DATA or the dot refuses; any other 5xx is our own trouble.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Any

from aiosmtplib import SMTP, SMTPResponse
from aiosmtplib.errors import SMTPException

from mailsupport.net.replies import said
from mailsupport.ports import Handover, Outcome, Phase, RecipientResult

CHUNK = 64 * 1024
"""Bytes written before it is looked whether the relay answered early; a body of at most so many is sent with its dot."""

_START_INPUT = 354
_CLOSING = 421
_OUR_FAULT = frozenset({503, 530, 538})
"""Bad sequence, login required, encryption required: a recipient has no part in these."""
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f<>\ud800-\udfff]")
_LINE_END = re.compile(rb"\r\n|\n|\r")

NO_ANSWER = 0


class Stale(Exception):
    """Internal to `net`: a connection that had rested broke before it took MAIL; the mail may go over a fresh one."""


def deferred(stage: str, recipients: Sequence[str], code: int, words: str) -> Handover:
    """Return the result of an attempt that failed before any recipient was named."""
    return Handover(Phase.BEFORE, stage, tuple(RecipientResult(to, Outcome.DEFERRED, code, words) for to in recipients))


def on_the_wire(raw: bytes) -> bytes:
    """Return the mail with CRLF line ends, a last one, and leading dots doubled (RFC 5321 §2.3.8, §4.5.2)."""
    if not raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r"):
        raw = _LINE_END.sub(b"\r\n", raw)
    if not raw.endswith(b"\r\n"):
        raw += b"\r\n"
    return (b"." if raw.startswith(b".") else b"") + raw.replace(b"\r\n.", b"\r\n..")


class Dialogue:
    """One mail on its way to some recipients over one connection."""

    def __init__(self, connection: SMTP, data_timeout: float, sender: str, recipients: Sequence[str], raw: bytes) -> None:
        self._connection, self._data_timeout = connection, data_timeout
        self._sender, self._recipients = sender, tuple(dict.fromkeys(recipients))
        self._body = on_the_wire(raw)
        self._8bit = not raw.isascii()
        self._results: dict[str, RecipientResult] = {}

    async def hand_over(self, *, reused: bool) -> Handover:
        """Try once. Raises Stale when `reused` and the connection was dead already."""
        if trouble := self._unsendable():
            return trouble
        if trouble := await self._name_sender(reused=reused):
            return trouble
        for recipient in self._recipients:
            if trouble := await self._name_recipient(recipient):
                return trouble
        if not self._accepted:
            await self._reset()
            return self._result(Phase.BEFORE, "rcpt")
        reply = await self._ask(b"DATA")
        if reply.code != _START_INPUT:
            await self._reset()
            return self._all_accepted(Phase.BEFORE, "data", reply)
        phase, reply = await self._send_body()
        return self._all_accepted(phase, "data" if phase is Phase.BEFORE else "dot", reply)

    # --- the steps --------------------------------------------------------------------------------------------------

    def _unsendable(self) -> Handover | None:
        if _FORBIDDEN.search(self._sender) or not self._can_say(self._sender):
            return deferred("mail", self._recipients, NO_ANSWER, "our sender address cannot be used with this relay")
        largest = self._connection.esmtp_extensions.get("size", "")
        if largest.isdecimal() and 0 < int(largest) < len(self._body):
            words = f"the mail has {len(self._body)} bytes, the relay takes {largest}"
            return self._all(Outcome.REFUSED, Phase.BEFORE, "data", SMTPResponse(NO_ANSWER, words))
        return None

    async def _name_sender(self, *, reused: bool) -> Handover | None:
        options = [b"BODY=8BITMIME"] if self._8bit and self._connection.supports_extension("8bitmime") else []
        if not (self._sender + "".join(self._recipients)).isascii() and self._connection.supports_extension("smtputf8"):
            options.append(b"SMTPUTF8")
        reply = await self._ask(b"MAIL", b"FROM:<" + self._sender.encode() + b">", *options)
        if 200 <= reply.code < 300:
            return None
        if reused and reply.code in (NO_ANSWER, _CLOSING):
            raise Stale
        refused = not self._sender and 500 <= reply.code < 600
        failed = deferred("mail", self._recipients, reply.code, said(reply.message))
        return Handover(failed.phase, failed.stage, failed.recipients, null_sender_refused=refused)

    async def _name_recipient(self, recipient: str) -> Handover | None:
        if _FORBIDDEN.search(recipient) or not recipient or not self._can_say(recipient):
            self._note(recipient, Outcome.REFUSED, SMTPResponse(NO_ANSWER, "the relay cannot be told such an address"))
            return None
        reply = await self._ask(b"RCPT", b"TO:<" + recipient.encode() + b">")
        if reply.code in (NO_ANSWER, _CLOSING):
            return self._all_accepted(Phase.BEFORE, "rcpt", reply)
        self._note(recipient, _outcome(reply.code), reply)
        return None

    async def _reset(self) -> None:
        if self._connection.is_connected and (await self._ask(b"RSET")).code != 250:
            self._connection.close()

    async def _send_body(self) -> tuple[Phase, SMTPResponse]:
        protocol = self._connection.protocol
        if protocol is None:
            return Phase.BEFORE, SMTPResponse(NO_ANSWER, "connection lost")
        phase = Phase.BEFORE
        answer = asyncio.ensure_future(protocol.read_response())
        await asyncio.sleep(0)  # the reader is armed before a byte leaves: an early answer is not lost
        try:
            if len(self._body) > CHUNK:
                await self._write_large(answer)
            if not answer.done():
                protocol.write((self._body if len(self._body) <= CHUNK else b"") + b".\r\n")
                phase = Phase.AFTER
            reply = await asyncio.wait_for(asyncio.shield(answer), self._data_timeout)
        except (SMTPException, OSError, TimeoutError) as error:
            self._connection.close()
            return phase, SMTPResponse(NO_ANSWER, said(getattr(error, "message", "") or error or "no answer in time"))
        finally:
            _forget(answer)
        if phase is Phase.BEFORE or not 200 <= reply.code < 300:
            self._connection.close()
        return (Phase.DONE if phase is Phase.AFTER else phase), reply

    async def _write_large(self, answer: asyncio.Future[SMTPResponse]) -> None:
        for start in range(0, len(self._body), CHUNK):
            protocol = self._connection.protocol
            if answer.done() or protocol is None:
                return
            protocol.write(self._body[start : start + CHUNK])
            # asyncio.StreamWriter.drain() is this same call; a StreamWriter would close the transport when it is forgotten.
            flushed = asyncio.ensure_future(protocol._drain_helper())
            waiting: set[asyncio.Future[Any]] = {flushed, answer}
            await asyncio.wait(waiting, timeout=self._connection.timeout, return_when=asyncio.FIRST_COMPLETED)
            if not flushed.done() and not answer.done():
                flushed.cancel()
                raise TimeoutError("the relay stopped reading")
            _forget(flushed)

    async def _ask(self, *words: bytes) -> SMTPResponse:
        """Send a command and return the reply, with code 0 when none came that could be read."""
        try:
            reply = await self._connection.execute_command(*words)
        except (SMTPException, OSError) as error:
            self._connection.close()
            return SMTPResponse(NO_ANSWER, said(getattr(error, "message", error)))
        return reply

    # --- the results ------------------------------------------------------------------------------------------------

    @property
    def _accepted(self) -> list[str]:
        return [to for to, result in self._results.items() if result.outcome is Outcome.ACCEPTED]

    def _can_say(self, address: str) -> bool:
        return address.isascii() or self._connection.supports_extension("smtputf8")

    def _note(self, recipient: str, outcome: Outcome, reply: SMTPResponse) -> None:
        self._results[recipient] = RecipientResult(recipient, outcome, reply.code, said(reply.message))

    def _all_accepted(self, phase: Phase, stage: str, reply: SMTPResponse) -> Handover:
        """Give what became of the mail to everybody the relay had accepted, and to those it was not asked about."""
        outcome = _outcome(reply.code)
        if reply.code == NO_ANSWER and phase is not Phase.BEFORE:
            phase, outcome = Phase.AFTER, Outcome.UNKNOWN
        elif outcome is Outcome.ACCEPTED and phase is Phase.BEFORE:
            outcome = Outcome.DEFERRED  # a relay that accepts what it has not seen the end of
        return self._all(outcome, phase, stage, reply)

    def _all(self, outcome: Outcome, phase: Phase, stage: str, reply: SMTPResponse) -> Handover:
        for recipient in self._recipients:
            if recipient not in self._results or recipient in self._accepted:
                self._note(recipient, outcome, reply)
        if outcome is Outcome.ACCEPTED:
            stage = "rcpt" if len(self._accepted) < len(self._recipients) else ""
        return self._result(phase, stage)

    def _result(self, phase: Phase, stage: str) -> Handover:
        return Handover(phase, stage, tuple(self._results[recipient] for recipient in self._recipients))


def _outcome(code: int) -> Outcome:
    if 200 <= code < 300:
        return Outcome.ACCEPTED
    return Outcome.REFUSED if 500 <= code < 600 and code not in _OUR_FAULT else Outcome.DEFERRED


def _forget(future: asyncio.Future[SMTPResponse] | asyncio.Future[None]) -> None:
    """Let go of a future without a complaint about an exception that nobody fetched."""
    if not future.done():
        future.cancel()
    elif not future.cancelled():
        future.exception()
