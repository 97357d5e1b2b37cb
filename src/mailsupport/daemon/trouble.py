"""What is remembered and told when a mailbox cannot be read: on its folders, to the operator, and as the last resort aloud.

What is noted here is forgotten when the folder was read again (`daemon.reading`), each folder for itself.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog

from mailsupport.app import act
from mailsupport.app.scene import Scene
from mailsupport.app.service import Service
from mailsupport.core.effects import TellOperator
from mailsupport.daemon.assembly import Box
from mailsupport.daemon.shout import Shout
from mailsupport.errors import LoginRefused, MailsupportError, ServerUnavailable, UnsafeConnection
from mailsupport.store import mailboxes

PATIENCE = 3
"""Failures in a row before the operator hears of a server that is away; of a refused login at once."""

_log = structlog.get_logger("mailbox")


class Trouble:
    """The trouble of one mailbox."""

    def __init__(self, box: Box, service: Callable[[], Service], shout: Shout, changed: Callable[[], None]) -> None:
        self._box, self._service, self._shout, self._changed = box, service, shout, changed

    def server(self, error: ServerUnavailable, failures: int) -> None:
        """The server failed that many times in a row."""
        name = self._box.settings.name
        _log.warning("mailbox_unavailable", mailbox=name, failures=failures, error=str(error))
        at_once = isinstance(error, LoginRefused | UnsafeConnection)
        self._note(str(error))
        if failures == PATIENCE or (at_once and failures == 1):
            self._tell(f"unavailable:{name}", f"the mailbox {name} cannot be read", error)
        self._changed()

    def ours(self, error: Exception) -> None:
        """A pass failed for another reason than the server."""
        name = self._box.settings.name
        _log.error("pass_failed", mailbox=name, error=str(error), exc_info=not isinstance(error, MailsupportError))
        self._note(str(error))
        cure = error.cure if isinstance(error, MailsupportError) else "see the log; the mails wait on the server"
        self._shout(f"pass:{name}", f"the mailbox {name} cannot be taken in: {error}", cure)
        self._changed()

    def recovered(self) -> None:
        """The server is back."""
        _log.info("mailbox_recovered", mailbox=self._box.settings.name)

    def _note(self, words: str) -> None:
        service, name = self._service(), self._box.settings.name
        try:
            with service.writing(name) as tx:
                for row in mailboxes.folders(tx):
                    if row.mailbox == name:
                        mailboxes.note_trouble(tx, name, row.name, service.now(), words[:500])
        except MailsupportError as error:
            _log.error("trouble_not_noted", mailbox=name, error=str(error))

    def _tell(self, key: str, what: str, error: MailsupportError) -> None:
        service = self._service()
        effect = TellOperator(key, what, error.message, f"{error.cure}; deadlines keep running".lstrip("; "))
        try:
            with service.store.write() as tx:
                act.perform(Scene(service, tx, service.now(), self._box.settings.name), [effect])
        except MailsupportError as untold:
            self._shout(key, f"{what}: {error}; and {untold}", untold.cure)
