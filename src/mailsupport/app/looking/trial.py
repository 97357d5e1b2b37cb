"""What would happen to these mails? Decides on files as intake would, and stores, sends and opens nothing.

In: files, the desk of the settings (None without settings), the present instant, a reader. Out: a `Tried` for each file, in the
order given. The files are taken to arrive one after the other, now, at a desk that has no ticket yet: what the first of them
opens, the later ones find (`Pretence`).

For editing here: this page decides nothing; it asks `core` what intake asks it, and says the effects in words. No database, no
key: a token in a mail cannot be verified here, counts as none, and the words say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from mailsupport.app.looking.pretence import Pretence, names_token
from mailsupport.core.desk import Calendar, Contract, Desk, Mailbox
from mailsupport.core.judging import matching
from mailsupport.core.judging.classify import classify
from mailsupport.core.judging.senders import through_form
from mailsupport.core.model import Kind, Mail, Verdict
from mailsupport.mail.stub import stub
from mailsupport.mail.worker import Reader, Reading, Unread

LARGEST = 25 * 1024 * 1024
"""Bytes read of a file; a larger mail is judged by its beginning, as intake does with what is over a mailbox's `max_size`."""
UNVERIFIED = "it bears a token, which could not be verified: only the daemon opens the key"
_WINDOW_MAILS, _WINDOW_BYTES = 64, 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Tried:
    """What would happen to one file. Files that belong together by the ids in them share `thread`."""

    file: str
    mail: Mail
    verdict: Verdict
    thread: int
    would: tuple[str, ...]
    opened: bool = True
    """Whether there was a file at all."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that was read, or why it was not; `opened` says whether there were bytes at all."""

    file: str
    mail: Mail
    problem: str = ""
    opened: bool = True


def trial(files: Sequence[str], reader: Reader, desk: Desk | None, now: datetime) -> list[Tried]:
    """Return what would happen to each file; one that cannot be opened or read becomes one of kind `unreadable`."""
    known = desk or _empty_desk()
    read = list(_read_all(files, reader))
    threads = matching.group([one.mail for one in read])
    pretence = Pretence(known, now, has_settings=desk is not None)
    return [_tried(one, thread, pretence, known) for one, thread in zip(read, threads, strict=True)]


def _tried(read: _Read, thread: int, pretence: Pretence, desk: Desk) -> Tried:
    if not read.problem:
        mail = through_form(read.mail, desk)
        verdict = classify(mail, desk, own_id_ok=False)
        would = pretence.follow(read.file, mail, verdict)
        if names_token(mail, desk):
            verdict = replace(verdict, reason=f"{verdict.reason}; {UNVERIFIED}")
        return Tried(read.file, read.mail, verdict, thread, would)
    verdict = Verdict(Kind.UNREADABLE, read.problem, answerable=False)
    would = pretence.follow_unreadable(read.mail, verdict) if read.opened else ()
    return Tried(read.file, read.mail, verdict, thread, would, opened=read.opened)


# --- reading --------------------------------------------------------------------------------------------------------


def _read_all(files: Sequence[str], reader: Reader) -> Iterator[_Read]:
    """Read window after window; while one is read by the reader's process, the next is fetched from the disk."""
    before: tuple[list[tuple[str, bytes | str]], Reading] | None = None
    for window in _windows(files):
        under_way = reader.submit([content for _, content in window if isinstance(content, bytes)])
        if before is not None:
            yield from _joined(before[0], reader.collect(before[1]))
        before = (window, under_way)
    if before is not None:
        yield from _joined(before[0], reader.collect(before[1]))


def _windows(files: Sequence[str]) -> Iterator[list[tuple[str, bytes | str]]]:
    """Yield files with their bytes, or with the reason why they cannot be opened, some at a time."""
    window: list[tuple[str, bytes | str]] = []
    size = 0
    for file in files:
        content = _bytes_of(file)
        window.append((file, content))
        size += len(content)
        if len(window) == _WINDOW_MAILS or size >= _WINDOW_BYTES:
            yield window
            window, size = [], 0
    if window:
        yield window


def _bytes_of(file: str) -> bytes | str:
    try:
        with Path(file).open("rb") as stream:
            return stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        return f"the file cannot be opened: {getattr(error, 'strerror', None) or error}"


def _joined(window: Sequence[tuple[str, bytes | str]], results: Sequence[Mail | Unread]) -> Iterator[_Read]:
    """Put the reader's results back beside their files."""
    coming = iter(results)
    for file, content in window:
        if isinstance(content, str):
            yield _Read(file, stub(b""), content, opened=False)
            continue
        result = next(coming)
        if isinstance(result, Unread):
            yield _Read(file, stub(content), result.reason)
        elif len(content) > LARGEST:
            noted = f"only the first {LARGEST >> 20} MB were read"
            yield _Read(file, replace(result, problems=(*result.problems, noted)))
        else:
            yield _Read(file, result)


# --- without settings -----------------------------------------------------------------------------------------------


def _empty_desk() -> Desk:
    """A desk where nobody is known and nothing is promised."""
    calendar = Calendar("24x7", "UTC", (((0, 24 * 60),),) * 7, always=True)
    nothing = Contract("none", "", calendar, first_response={}, steps=())
    mailbox = Mailbox("support", "", "")
    return Desk("", {mailbox.name: mailbox}, {}, {nothing.name: nothing}, {}, nothing.name)
