"""The log of the daemon: one line an event on standard error, as text or JSON, and never a word of a mail or a secret.

In: events of ours by structlog, of the libraries by logging, and what transactions did by the store (`happened`). Out: lines.
What the events are called is fixed in docs/reference/log.md; a test compares. Rules for editing here: writing a line must not
raise, whatever it is about; addresses, passwords and tokens are taken out of every value here, at the end, where no caller can
forget it.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from hashlib import blake2s
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict

from mailsupport.core.reading.clean import clean_line
from mailsupport.errors import MailsupportError
from mailsupport.settings import Settings
from mailsupport.settings.log import LogSettings
from mailsupport.store.told import Happening

OF_TICKETS: Mapping[str, str] = {
    "received": "ticket_opened",
    "lapsed": "deadline_lapsed",
    "chain_opened": "chain_opened",
    "alerted": "step_fired",
    "unreachable": "contact_unreachable",
    "acknowledged": "alert_acknowledged",
    "exhausted": "chain_exhausted",
    "answered": "ticket_answered",
    "held": "mail_held",
    "bounced": "mail_bounced",
    "operator_told": "operator_told",
}
"""What the history of a ticket calls a thing, and what the log does; what is not named here is in the history alone."""

AS_THEY_ARE = frozenset({"mails_taken", "mail_accepted", "mail_deferred", "mail_refused", "mail_unknown"})
"""Events that only the log knows."""

_SHOWN = (
    "mailbox",
    "folder",
    "mails",
    "contract",
    "clock",
    "cycle",
    "cause",
    "step",
    "round",
    "outbox",
    "kind",
    "attempt",
    "route",
    "to",
    "said",
)
"""The values that are written, of those an event has: never a reason, since it may hold words of a mail."""
_WORST = {"mail_deferred": "warning", "mail_refused": "warning", "mail_unknown": "warning", "chain_exhausted": "warning"}

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,128}@[A-Za-z0-9.-]*[A-Za-z0-9]")
_TOKEN = re.compile(r"\b(?:ms\.)?[a-z]\d{1,12}\.[a-z2-7]{8}\.[a-z0-9]{1,16}\.[a-z2-7]{16}(?:\.[a-z0-9-]{1,40})?")
_PLAIN = re.compile(r"[\w.:+/<>@-]+")
SHORTEST_SECRET = 4
"""Characters of a password that is looked for in what is written; a shorter one would blot out innocent words."""
NOT_SHOWN = "[not shown]"
"""Stands for what an error says of a value: its type and its place are told."""
CAUSES = 20
"""Errors behind an error that are looked at."""
LONGEST, LOOKED_AT = 500, 50_000
"""Characters of a value that are written, and that are looked at; of a traceback what is looked at is written."""


def begin(settings: Settings, keys: Sequence[bytes], stream: TextIO | None = None) -> None:
    """Write the log as these settings say from now on, of structlog and of logging; may be called again after a reload."""
    stream = stream or sys.stderr
    level = getattr(logging, settings.log.level.upper())
    write = _Writer(stream, settings.log, _Cover(settings.log.addresses == "full", keys[0], passwords(settings)))
    structlog.configure(
        processors=[write],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: _Nothing(),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers, root.level = [_Bridge()], logging.WARNING


def passwords(settings: Settings) -> list[str]:
    """Return every password that these settings opened."""
    second = [settings.smtp.fallback.password] if settings.smtp.fallback else []
    found = [settings.smtp.password, *second, settings.storage.password, *(box.password for box in settings.mailbox)]
    return [password.reveal() for password in found if password is not None]


def happened(happenings: Iterable[Happening]) -> None:
    """Write what a transaction did, once it is committed (`Store.listener`)."""
    log = structlog.get_logger("desk")
    for one in happenings:
        name = one.event if one.event in AS_THEY_ARE else OF_TICKETS.get(one.event)
        if name is not None:
            getattr(log, _WORST.get(name, "info"))(name, **_values(one))


def _values(one: Happening) -> dict[str, Any]:
    """Return ticket, actor and the values that are shown; steps and rounds are counted from 1, as people do."""
    values = {name: one.data[name] for name in _SHOWN if name in one.data}
    values |= {name: values[name] + 1 for name in ("step", "round") if isinstance(values.get(name), int)}
    who = {"by": one.actor} if one.actor not in ("", "mailsupport") else {}
    return ({} if one.ticket is None else {"ticket": one.ticket}) | who | values


# --- what may be written ----------------------------------------------------------------------------------------------


class _Cover:
    """Takes out of a text what must not stand in a log."""

    def __init__(self, full: bool, key: bytes, secrets: Iterable[str]) -> None:
        self._full, self._key = full, key[:32]
        self._secrets = sorted({one for one in secrets if len(one) >= SHORTEST_SECRET}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return the text without passwords and tokens, its addresses as the settings want them."""
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return _TOKEN.sub("[token]", text if self._full else _ADDRESS.sub(self._mark, text))

    def _mark(self, found: re.Match[str]) -> str:
        """The same address has the same mark, and without the key of this desk nobody finds out whose it is."""
        return f"address-{blake2s(found[0].lower().encode(), key=self._key, digest_size=5).hexdigest()}"


class _Writer:
    """The one processor: makes a line of an event and writes it. Nothing that goes wrong here reaches whoever logs."""

    def __init__(self, stream: TextIO, settings: LogSettings, cover: Callable[[str], str]) -> None:
        self._stream, self._cover, self._lock = stream, cover, threading.Lock()
        terminal = settings.format == "auto" and stream.isatty()
        self._form = _as_text if settings.format == "text" or terminal else _as_json

    def __call__(self, _logger: object, method: str, event: EventDict) -> EventDict:
        """Write the event and drop it: there is nobody behind us."""
        with suppress(Exception):  # a full disk, a closed pipe, a value that cannot be shown: the work goes on unlogged
            line = self._form(self._head(method, event) | self._body(event))
            with self._lock:
                self._stream.write(line + "\n")
                self._stream.flush()
        raise structlog.DropEvent

    def _head(self, method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
        level = {"exception": "error", "warn": "warning"}.get(method, method)
        stamp: EventDict = structlog.processors.TimeStamper(fmt="iso", utc=True)(None, method, {})
        return {"at": stamp["timestamp"], "level": level, "event": self._safe(event.pop("event", ""))}

    def _body(self, event: EventDict) -> dict[str, Any]:
        telling = _telling(_error_of(event.get("exc_info")))
        event = structlog.processors.format_exc_info(None, "", event)  # never with the values of local variables
        trace = event.pop("exception", None)
        values = {str(name): self._safe(NOT_SHOWN if value in telling else value) for name, value in event.items()}
        if trace is None:
            return values
        for words in telling:
            trace = str(trace).replace(f": {words}", f": {NOT_SHOWN}")
        return {**values, "exception": self._cover(str(trace)[:LOOKED_AT])}

    def _safe(self, value: object) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, list | tuple | set | frozenset):
            return [self._safe(one) for one in value]
        # Covered before it is cut, so that no half of a secret is left at the end.
        return clean_line(self._cover(str(value)[:LOOKED_AT]), LONGEST)


def _error_of(info: object) -> BaseException | None:
    """The error of an event, in each of the forms that logging knows."""
    if isinstance(info, BaseException):
        return info
    found = info[1] if isinstance(info, tuple) and len(info) == 3 else sys.exc_info()[1] if info else None
    return found if isinstance(found, BaseException) else None


def _telling(error: BaseException | None) -> list[str]:
    """What errors of the language say of the values that they met, an error and its causes: it may be words of a mail."""
    found: list[str] = []
    for _ in range(CAUSES):
        if error is None:
            break
        if isinstance(error, ValueError | LookupError) and not isinstance(error, MailsupportError) and str(error):
            found.append(str(error))
        error = error.__cause__ or error.__context__
    return sorted(found, key=len, reverse=True)


def _as_json(values: Mapping[str, Any]) -> str:
    return json.dumps(values)


def _as_text(values: Mapping[str, Any]) -> str:
    """Return time, level and event, then `name=value`, and a traceback on lines of its own."""
    rest = [f"{name}={_bare(value)}" for name, value in values.items() if name not in ("at", "level", "event", "exception")]
    trace = [str(values["exception"])] if "exception" in values else []
    return "\n".join([" ".join([values["at"], f"{values['level']:8}", str(values["event"]), *rest]), *trace])


def _bare(value: object) -> str:
    if isinstance(value, list):
        return ",".join(_bare(one) for one in value) or "none"
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


class _Nothing:
    """Where structlog would write; the processor has done it."""


class _Bridge(logging.Handler):
    """What the libraries say by logging is an event of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a record on."""
        with suppress(Exception):  # as for the lines of our own
            say = structlog.get_logger("library")
            level = record.levelname.lower() if record.levelname.lower() in ("debug", "info", "warning", "error") else "critical"
            getattr(say, level)("library_said", library=record.name, said=record.getMessage(), exc_info=record.exc_info)
