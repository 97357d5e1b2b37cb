"""How is a mail that was taken in marked or moved on the server, without ever touching anybody else's?

Rules for editing: never a bare EXPUNGE, which would remove what people marked as deleted; without MOVE (RFC 6851) and
UIDPLUS (RFC 4315) the mail stays where it is and the reason is returned. Each function may be repeated after a crash: a mail
that is gone is settled; what a crash left between COPY and EXPUNGE is found by `net.copies` before it is copied once more.
"""

from __future__ import annotations

import imaplib
import re
from collections.abc import Callable, Sequence

from mailsupport.net.copies import copied_before
from mailsupport.net.imapwire import Client, plain_argument
from mailsupport.net.replies import said
from mailsupport.ports import FolderState

_ATOM = re.compile(r"[^\x00-\x20\x7f-\U0010ffff(){%*\"\\\]]+")
"""RFC 3501 §9, flag-keyword: an atom."""


_Act = Callable[[], object]


def mark(client: Client, uids: Sequence[int], keyword: str, permanent: Sequence[bytes]) -> str:
    """Set a keyword on the mails of the open folder; returns why it could not, or ""."""
    if not _ATOM.fullmatch(keyword):
        return f"{keyword!r} cannot be a keyword: use ASCII letters, digits, $ and -"
    allowed = {flag.lower() for flag in permanent}
    if b"\\*" not in allowed and keyword.lower().encode("ascii") not in allowed:
        return f'the server keeps no keyword {keyword!r} in this folder: set after to "leave" or to a move'
    return _tried(client, "the keyword could not be set", lambda: client.add_flags(list(uids), [keyword], silent=True))


def move(client: Client, uids: Sequence[int], target: str, source: FolderState, doubtful: Sequence[int] = ()) -> str:
    """Move mails of the open folder to another, made when it is missing; returns why it could not, or "".

    The `doubtful` of them may have been copied by an earlier attempt.
    """
    plain_argument(target, "after")
    if client.has_capability("MOVE"):
        return _into(client, target, lambda: client.move(list(uids), target))
    if not client.has_capability("UIDPLUS"):
        return 'the server offers neither MOVE nor UIDPLUS, so a move could remove other people\'s mail: set after to "leave"'
    copied = copied_before(client, doubtful, source, target) if doubtful else set()
    missing = [uid for uid in uids if uid not in copied]
    problem = _into(client, target, lambda: client.copy(missing, target)) if missing else ""
    return problem or _tried(client, "the copied mail could not be removed", lambda: _remove(client, uids))


def _remove(client: Client, uids: Sequence[int]) -> None:
    client.add_flags(list(uids), [b"\\Deleted"], silent=True)
    client.expect()
    client.uid_expunge(list(uids))


def _into(client: Client, target: str, act: _Act) -> str:
    problem = _tried(client, f"no move to {target!r}", act)
    if "[TRYCREATE]" not in problem.upper():
        return problem
    made = _tried(client, f"the folder {target!r} is missing and could not be made", lambda: client.create_folder(target))
    return made or _tried(client, f"no move to {target!r}", act)


def _tried(client: Client, what: str, act: _Act) -> str:
    client.expect()
    try:
        act()
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        return f"{what}: {said(error)}"
    return ""
