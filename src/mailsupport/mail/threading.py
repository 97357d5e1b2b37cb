"""What Outlook groups a conversation by: Thread-Index and Thread-Topic (MS-OXOMSG §2.2.1.2, §2.2.1.3).

In: 16 bytes that name the conversation, the Thread-Index of the mail answered to, instants. Out: header values.

For editing here: the index of a customer's mail is a stranger's text: what is no index becomes "", never an error. The same
input always gives the same value, since a mail sent again is the same mail.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime

ROOT_LENGTH = 22
CHILD_LENGTH = 5
DEEPEST = 30
"""Answers in one index; below the last of them a conversation stays flat, so that the header never outgrows a line."""

_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_REPLY = "|".join(
    (
        "re|r|res|resp|rép|ref|aw|antw|antwort|sv|vs|vá|odp|od|ynt|atb|ats|bls|rif|reply",
        "απ|σχετ|回复|回覆|答复|返信|회신|ответ|отв|השב|תגובה|رد",
    )
)
_PREFIX = re.compile(rf"(?:{_REPLY})(?:\[\d{{1,4}}\]|\^\d{{1,4}}|\(\d{{1,4}}\))? ?[:：]\s*", re.IGNORECASE)
_STATE = re.compile(r"\[[^\[\]]{1,40}\] ")
_TAG = re.compile(r" \[#[^\[\]]{1,40}\]$")
_PREFIXES_LIMIT = 20


def is_reply(subject: str) -> bool:
    """Say whether a subject begins with a reply prefix of any language ("Re:", "AW:", "回复：")."""
    return _PREFIX.match(subject) is not None


def thread_topic(subject: str, ours: bool = False) -> str:
    """Return the part of a subject that stays the same: no reply prefixes; of `ours` also no "[Overdue]" and no "[#4711-k3]"."""
    for _ in range(_PREFIXES_LIMIT):
        found = _PREFIX.match(subject)
        if found is None:
            break
        subject = subject[found.end() :]
    if ours:
        subject = _TAG.sub("", _STATE.sub("", subject, count=1))
    return subject.strip()


def thread_index(guid16: bytes, at: datetime) -> str:
    """Return the index of a new conversation named by 16 bytes and begun at an instant.

    Raises ValueError when `guid16` is not 16 bytes long.
    """
    if len(guid16) != 16:
        raise ValueError("a conversation is named by 16 bytes")
    return base64.b64encode(b"\x01" + (_ticks(at) >> 24).to_bytes(5, "big") + guid16).decode("ascii")


def child(parent_b64: str, at: datetime) -> str:
    """Return the index of an answer to the mail with `parent_b64`; "" when that is no index."""
    parent = _decoded(parent_b64)
    if parent is None:
        return ""
    if len(parent) >= ROOT_LENGTH + DEEPEST * CHILD_LENGTH:
        parent = parent[: ROOT_LENGTH + (DEEPEST - 1) * CHILD_LENGTH]
    begun = int.from_bytes(parent[1:6], "big") << 24
    return base64.b64encode(parent + _child_block(max(0, _ticks(at) - begun))).decode("ascii")


def _child_block(delta: int) -> bytes:
    """Pack the ticks since the root: 31 bits from bit 18 on (from bit 23 on after 1.7 years), and a byte left zero."""
    late = delta >> 49 != 0
    steps = min(delta >> (23 if late else 18), 0x7FFFFFFF)
    return (steps | (0x80000000 if late else 0)).to_bytes(4, "big") + b"\x00"


def _ticks(at: datetime) -> int:
    """Return the instant as FILETIME: steps of 100 ns since 1601."""
    since = at.astimezone(UTC) - _FILETIME_EPOCH
    return max(0, (since.days * 86400 + since.seconds) * 10_000_000 + since.microseconds * 10)


def _decoded(index: str) -> bytes | None:
    try:
        found = base64.b64decode("".join(index.split()).encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        return None
    fits = len(found) >= ROOT_LENGTH and (len(found) - ROOT_LENGTH) % CHILD_LENGTH == 0
    return found if fits and found[0] == 1 else None
