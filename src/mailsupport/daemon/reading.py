"""One visit to a mailbox: each of its folders is read, and what is wrong there reaches the operator without stopping the rest.

Comes in: a source and the folders to read, the inbox last, so that it is open when waiting begins. Goes out: how many mails
came. Rules for editing here: a Sent folder that cannot be opened costs its answers and never the inbox; deadlines wait for it
as for any folder that cannot be read (P5). A folder that the settings name no more keeps nobody waiting.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailsupport.app import act
from mailsupport.app.copies import save_copies
from mailsupport.app.crashpoints import reach
from mailsupport.app.passes import take_in
from mailsupport.app.scene import Scene, Tx
from mailsupport.app.service import Service
from mailsupport.app.watched import Watched
from mailsupport.core.effects import TellOperator
from mailsupport.errors import FolderUnavailable
from mailsupport.ports import MailSource
from mailsupport.store import mailboxes
from mailsupport.store.rows import FolderRow


def read(service: Service, source: MailSource, folders: Sequence[Watched]) -> int:
    """Read what is new in every folder; return how many mails came. Raises as `take_in` does, for the inbox alone."""
    begun, taken = service.now(), 0
    mailbox = folders[-1].mailbox
    save_copies(service, source, mailbox, next((one.folder for one in folders if one.role == "sent"), ""))
    closed: dict[str, FolderUnavailable] = {}
    for folder in folders:
        try:
            taken += take_in(service, source, folder)
        except FolderUnavailable as error:
            if folder.role == "inbox":
                raise
            closed[folder.folder] = error
    _note(service, mailbox, {folder.folder for folder in folders}, closed, begun)
    _tell(service, mailbox, closed, _taken_from(source))
    return taken


def _taken_from(source: MailSource) -> list[str]:
    problems = list(source.problems)
    source.problems.clear()
    return problems


def _note(service: Service, mailbox: str, named: set[str], closed: dict[str, FolderUnavailable], begun: datetime) -> None:
    with service.store.read() as tx:
        rows = [row for row in mailboxes.folders(tx) if row.mailbox == mailbox]
    changed = [row for row in rows if row.name in closed or row.name not in named or row.unreadable_since is not None]
    if not changed:
        return
    with service.writing(mailbox) as tx:
        for row in changed:
            _note_one(tx, row, row.name in named, closed.get(row.name), begun)
    reach("intake.noted")


def _note_one(tx: Tx, row: FolderRow, named: bool, error: FolderUnavailable | None, begun: datetime) -> None:
    if error is not None:
        mailboxes.note_trouble(tx, row.mailbox, row.name, begun, str(error)[:500])
        return
    mailboxes.clear_trouble(tx, row.mailbox, row.name)
    if not named:
        # Nothing will ever come from there: whoever waits for it waits for nothing.
        mailboxes.note_pass(tx, row.mailbox, row.name, begun)


def _tell(service: Service, mailbox: str, closed: dict[str, FolderUnavailable], problems: Sequence[str]) -> None:
    # The keys hold no word of the server, which may say the same in other words every time.
    effects = [
        TellOperator(f"folder:{mailbox}/{name}", f"the folder {name!r} of {mailbox} cannot be read", error.message, _CURE)
        for name, error in closed.items()
    ]
    if problems:
        what = f"mails of {mailbox} are taken in, and stay on the server as they were"
        effects.append(TellOperator(f"after:{mailbox}", what, "; ".join(problems[:3]), _AFTER))
    if effects:
        with service.store.write() as tx:
            act.perform(Scene(service, tx, service.now(), mailbox), effects)


_CURE = 'correct sent, or set it to "auto" or "off"; answers there stop no clock meanwhile'
_AFTER = 'correct after, or set it to "leave"'
