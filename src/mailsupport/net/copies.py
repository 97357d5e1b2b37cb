"""Which of these mails did an earlier attempt copy already? For servers without MOVE (DESIGN §4, RFC 4315).

A crash between COPY and EXPUNGE leaves a mail in both folders; copying it again would make one more. The newest mails of the
target are therefore compared with those to be moved: size, arrival and the header fields that no two mails share. COPY keeps all
of them (RFC 3501 §6.4.7); where a server does not, the mail is copied again, which loses nothing.

Rules for editing: only what is the same in everything counts as copied, for the mail in the source is removed then; two that are
alike need two copies. The source folder is open for writing again at the end, or the connection is given up.
"""

from __future__ import annotations

import imaplib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from mailsupport.net.imapwire import Client
from mailsupport.ports import FolderState

BACK = 1000
"""So many UIDs of the target are looked at, from its end on: more than one attempt can have copied."""

AT_ONCE = 100
FIELDS_BYTES = 4096
"""Bytes of header fields that are compared: 100 mails' stay far below what an answer may have."""

_FIELDS = f"BODY.PEEK[HEADER.FIELDS (MESSAGE-ID DATE FROM SUBJECT RECEIVED)]<0.{FIELDS_BYTES}>"

_Likeness = tuple[int, datetime, bytes]


def copied_before(client: Client, uids: Sequence[int], source: FolderState, target: str) -> set[int]:
    """Return those UIDs of the open folder whose mail lies in the target already.

    Raises imaplib.IMAP4.abort when the source cannot be opened again as it was.
    """
    here = _likenesses(client, uids)
    there = Counter(_newest(client, target).values())
    _open_again(client, source)
    copied = set()
    for uid, likeness in here.items():
        if there[likeness] > 0:
            there[likeness] -= 1
            copied.add(uid)
    return copied


def _newest(client: Client, target: str) -> dict[int, _Likeness]:
    client.expect()
    try:
        end = client.select_folder(target, readonly=True).get(b"UIDNEXT", 0)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        return {}  # it is not there yet: nothing was copied to it
    if not isinstance(end, int) or end <= 1:
        return {}
    client.expect()
    found = client.search([b"UID", b"%d:%d" % (max(1, end - BACK), end - 1)])
    return _likenesses(client, sorted(found))


def _likenesses(client: Client, uids: Sequence[int]) -> dict[int, _Likeness]:
    found: dict[int, _Likeness] = {}
    for start in range(0, len(uids), AT_ONCE):
        client.expect()
        answer = client.fetch(list(uids[start : start + AT_ONCE]), ["RFC822.SIZE", "INTERNALDATE", _FIELDS])
        for uid, item in answer.items():
            size, came = item.get(b"RFC822.SIZE"), item.get(b"INTERNALDATE")
            fields = next((value for key, value in item.items() if key.startswith(b"BODY[") and isinstance(value, bytes)), b"")
            if isinstance(size, int) and isinstance(came, datetime) and fields.strip():
                found[uid] = (size, came, fields)
    return found


def _open_again(client: Client, source: FolderState) -> None:
    client.expect()
    answer = client.select_folder(source.name, readonly=False)
    if answer.get(b"UIDVALIDITY") != source.uidvalidity:
        raise imaplib.IMAP4.abort("the folder was renumbered while a move was looked after")
