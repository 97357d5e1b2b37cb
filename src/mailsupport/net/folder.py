"""A folder of .eml files, or a maildir, as a mail source.

The file is the mail, its modification time (UTC) is when it came. UIDs must grow and last, and file names do neither, so a
source keeps a list beside the files, `.mailsupport-uids`: each name once, its UID is its line. A maildir's name is what
stands before the colon (the flags behind it change). Folders inside it are its folders: plain names, or `.Name` in a maildir.

Rules for editing: regular files only, links are not followed; no file is ever replaced. Looking through a folder costs as much as
it has files: it is done when it is opened, when what was seen comes to its end, and when a file is not where it was seen (people
flag mails, which renames a maildir's files), never for each window.
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from mailsupport.errors import FolderUnavailable, ServerUnavailable
from mailsupport.net.idle import Waker
from mailsupport.ports import Fetched, FolderState, Listed, Settling

UID_LIST = ".mailsupport-uids"
START_BYTES = 512 * 1024
"""Bytes that are read of a mail over the size cap."""
LOOK_EVERY = 0.5
"""Seconds between two looks at a folder that is waited on."""

_SENT = ("Sent", "sent", "Gesendet")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a look through a folder found: names by UID, and the files by name."""

    names: list[str]
    files: dict[str, Path]

    def file(self, uid: int) -> Path | None:
        return self.files.get(self.names[uid - 1]) if 0 < uid <= len(self.names) else None


@dataclass(frozen=True, slots=True)
class _Folder:
    """One folder: where its files lie."""

    path: Path

    @property
    def is_maildir(self) -> bool:
        return (self.path / "cur").is_dir() and (self.path / "new").is_dir()

    def files(self) -> dict[str, Path]:
        """Return the mails there now by the name that lasts."""
        if self.is_maildir:
            places = [self.path / "new", self.path / "cur"]
            return {_lasting(file.name): file for place in places for file in _regular_files(place)}
        return {file.name: file for file in _regular_files(self.path) if file.suffix.lower() == ".eml"}

    def inner(self, name: str) -> _Folder:
        """Return the folder of that name inside it; "" and INBOX are the folder itself."""
        if name in ("", "INBOX"):
            return self
        if "\0" in name or any(part in ("", ".", "..") for part in re.split(r"[/\\]", name)):
            raise FolderUnavailable(f"{name!r} is no folder of {self.path}", "name a folder inside it")
        return _Folder(self.path / (f".{name}" if self.is_maildir else name))

    def make(self, like: _Folder) -> None:
        """Make the folder, a maildir when the other is one."""
        for part in ("cur", "new", "tmp") if like.is_maildir else (".",):
            (self.path / part).mkdir(parents=True, exist_ok=True)


class FolderSource:
    """A folder of files as a mail source. Every OSError becomes ServerUnavailable with the path in it."""

    def __init__(self, path: Path) -> None:
        self._root = _Folder(path)
        self._folder = self._root
        self._seen = _Seen([], {})
        self._waker = Waker()
        self.problems: list[str] = []
        """What a folder cannot do though the settings ask for it; each said once."""

    def open(self, folder: str) -> FolderState:
        """Open the folder itself ("" or INBOX) or one inside it."""
        inner = self._root.inner(folder)
        with _translated(inner.path):
            if not inner.path.is_dir():
                raise FolderUnavailable(f"there is no folder {inner.path}", "make it, or name another one")
            self._folder = inner
            validity = self._look()
            return FolderState(folder, validity, len(self._seen.names) + 1, len(self._seen.files))

    def sent_folder(self) -> str:
        """Return "Sent" or its like when there is such a folder inside, else ""."""
        return next((name for name in _SENT if self._root.inner(name).path.is_dir()), "")

    def listing(self, after_uid: int, limit: int) -> list[Listed]:
        """Return at most `limit` mails with a UID above `after_uid`, ascending."""
        with _translated(self._folder.path):
            found, moved = self._page(after_uid, limit)
            if moved or len(found) < limit:
                self._look()
                found, _ = self._page(after_uid, limit)
            return found

    def fetch(self, uids: Sequence[int]) -> list[Fetched]:
        """Return the whole mails; one that vanished meanwhile is absent."""
        return [mail for uid, file in self._files_of(uids) if (mail := self._read(uid, file, None)) is not None]

    def fetch_start(self, uid: int) -> Fetched | None:
        """Return the first 512 KB of a mail, or None when it vanished."""
        return next((self._read(uid, file, START_BYTES) for uid, file in self._files_of([uid])), None)

    def settle(self, uids: Sequence[int], settling: Settling) -> list[int]:
        """Move mails into another folder inside; a file keeps no keywords, which then stands in `problems`."""
        if settling.keyword and not settling.move_to:
            self._complain(f'{self._root.path}: files keep no keywords; set after to "leave" or to a move')
            return []
        if settling.move_to:
            self._move(uids, self._root.inner(settling.move_to))
        return list(uids)

    def save(self, folder: str, raw: bytes, message_id: str, maybe_there: bool) -> str:
        """Write a mail of ours into a folder inside; its file is named by its Message-ID, so that it is there once."""
        target = self._root.inner(folder)
        place = target.path / "cur" if target.is_maildir else target.path
        name = re.sub(r"[^A-Za-z0-9._@-]", "_", message_id)[:200]
        try:
            part = place / f".{name}.part"
            part.write_bytes(raw)
            part.replace(place / (f"{name}:2,S" if target.is_maildir else f"{name}.eml"))
        except OSError as error:
            return f"{place}: {error.strerror or error}"
        return ""

    def wait(self, seconds: float) -> bool:
        """Wait for the folder to change; looks twice a second."""
        before, rest = self._change_times(), seconds
        while rest > 0:
            if self._waker.wait(min(rest, LOOK_EVERY)):
                return False
            rest -= LOOK_EVERY
            if self._change_times() != before:
                return True
        return self._change_times() != before

    def interrupt(self) -> None:
        """End a wait under way, or else the next one; any thread may call it at any time."""
        self._waker.ring()

    def close(self) -> None:
        """Give it up; never raises."""
        self._waker.close()

    def _read(self, uid: int, file: Path, at_most: int | None) -> Fetched | None:
        found = _read(uid, file, at_most)
        if found is None:  # flagged at this moment, perhaps: then it has another name now
            again = self._files_of([uid])
            found = _read(uid, again[0][1], at_most) if again else None
        return found

    def _look(self) -> int:
        """Look through the folder; return its UIDVALIDITY."""
        validity, names, files = _numbered(self._folder)
        self._seen = _Seen(names, files)
        return validity

    def _page(self, after_uid: int, limit: int) -> tuple[list[Listed], bool]:
        """Return the next mails of what was seen, and whether one of them was not where it was seen."""
        found: list[Listed] = []
        moved = False
        for uid in range(after_uid + 1, len(self._seen.names) + 1):
            if len(found) == limit:
                break
            file = self._seen.file(uid)
            mail = _listed(uid, file)
            found += [mail] if mail else []
            moved |= file is not None and mail is None
        return found, moved

    def _files_of(self, uids: Sequence[int]) -> list[tuple[int, Path]]:
        with _translated(self._folder.path):
            if any((file := self._seen.file(uid)) is None or not file.exists() for uid in uids):
                self._look()
        return [(uid, file) for uid in uids if (file := self._seen.file(uid)) is not None]

    def _move(self, uids: Sequence[int], target: _Folder) -> None:
        with _translated(target.path):
            target.make(like=self._root)
            for _, file in self._files_of(uids):
                _rename_beside(file, target.path / file.parent.name if target.is_maildir else target.path)

    def _change_times(self) -> list[int]:
        places = [self._folder.path / part for part in (("new", "cur") if self._folder.is_maildir else (".",))]
        with _translated(self._folder.path):
            return [place.stat().st_mtime_ns for place in places]

    def _complain(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ServerUnavailable(f"{path}: {error.strerror or error}", "make the folder readable and writable for us") from error


def _regular_files(place: Path) -> Iterator[Path]:
    with os.scandir(place) as entries:
        names = sorted(e.name for e in entries if e.is_file(follow_symlinks=False) and not e.name.startswith("."))
    return (place / name for name in names)


def _lasting(name: str) -> str:
    return name.split(":", 1)[0]


def _numbered(folder: _Folder) -> tuple[int, list[str], dict[str, Path]]:
    """Return UIDVALIDITY, the names by UID after giving new files the next ones (the oldest first), and the files by name."""
    with (folder.path / UID_LIST).open("a+", encoding="utf-8", errors="surrogateescape", newline="\n") as known:
        fcntl.flock(known, fcntl.LOCK_EX)
        known.seek(0)
        lines = known.read().split("\n")[:-1]
        if not lines:
            # A list that was lost and begun anew must not be taken for the old one.
            lines = [str(max(1, int(folder.path.stat().st_mtime) & 0x7FFFFFFF))]
            known.write(lines[0] + "\n")
        files = folder.files()
        return int(lines[0]), lines[1:] + _append_new(files, known, set(lines[1:])), files


def _append_new(files: dict[str, Path], known: TextIO, names: set[str]) -> list[str]:
    unknown = ((name, file) for name, file in files.items() if name not in names and "\n" not in name)
    new = [(came, name) for name, file in unknown if (came := _arrival(file)) is not None]
    added = [name for _, name in sorted(new)]
    known.writelines(f"{name}\n" for name in added)
    return added


def _listed(uid: int, file: Path | None) -> Listed | None:
    try:
        found = file.lstat() if file else None
    except FileNotFoundError:
        return None
    return Listed(uid, found.st_size, _utc(found)) if found else None


def _arrival(file: Path) -> int | None:
    """Return when a file came, in nanoseconds; None when it is gone (its new name is numbered at the next look)."""
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return None


def _read(uid: int, file: Path, at_most: int | None) -> Fetched | None:
    with _translated(file):
        try:
            descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        with os.fdopen(descriptor, "rb") as stream:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                return None
            return Fetched(uid, stream.read(at_most or -1), found.st_size, _utc(found), whole=at_most is None)


def _utc(found: os.stat_result) -> datetime:
    return datetime.fromtimestamp(found.st_mtime, UTC)


def _rename_beside(file: Path, into: Path) -> None:
    """Move a file without ever replacing another: link first, then remove."""
    for number in range(1000):
        try:
            os.link(file, into / (f"{file.stem}-{number}{file.suffix}" if number else file.name))
        except FileExistsError:
            continue
        except FileNotFoundError:
            return
        file.unlink(missing_ok=True)
        return
