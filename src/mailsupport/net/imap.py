"""What is in an IMAP account? Implements `ports.MailSource`; one object is one connection, used by one thread.

A folder is read with EXAMINE, by UID and with PEEK: nothing a person sees changes. Only `settle` opens it for writing. Ranges go
to the server as `UID SEARCH UID a:b` in bounded steps, for an answer over a whole folder is longer than any line may be,
and `n:*` always answers with the last mail.

Rules for editing: every command runs inside `_command`, which sets its budget, translates what goes wrong and drops the
connection then: after an error an IMAP connection is out of step. A new one is a new object (`net.watch` sees to it).
"""

from __future__ import annotations

import imaplib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from mailsupport.errors import FolderUnavailable, ServerUnavailable
from mailsupport.net.idle import Waker, idle
from mailsupport.net.imaplogin import ImapAccount, connect, hang_up, translated
from mailsupport.net.imapsave import append, holds
from mailsupport.net.imapwire import ORDINARY_ANSWER, Client, plain_argument
from mailsupport.net.pieces import PIECE, Pieces
from mailsupport.net.replies import said
from mailsupport.net.sent import ListedFolder, find_sent, read_folder
from mailsupport.net.settle import mark, move
from mailsupport.ports import Fetched, FolderState, Listed, Now, Settling

WINDOW_BYTES = 8 * 1024 * 1024
"""Mails are fetched in one command up to this size in all; a larger one alone."""
WINDOW_MAILS = 50
LAST_UID = 2**32 - 1
FIRST_STEP = 1000
WIDEST_STEP = 80_000
"""UIDs a search may range over in a full folder: so many are answered in less than one line of a million bytes."""
LARGEST_SIZE = 2**63 - 1
"""RFC 9051 §9, number64; a database takes no more either."""
START_BYTES = 256 * 1024
"""Bytes of header, and again of text, that are read of a mail over the size cap."""
FAREWELL = 2.0
"""Seconds a server gets to answer LOGOUT."""
_COMMAND_UIDS = 500
_UNTOLD_SIZE = 32 * 1024 * 1024


class ImapSource:
    """An IMAP account. Connects when first used; after any ServerUnavailable that broke the connection it stays lost."""

    def __init__(self, account: ImapAccount, now: Now, pieces: Pieces | None = None) -> None:
        self._account, self._now, self._pieces = account, now, pieces or Pieces()
        self._client: Client | None = None
        self._lost = False
        self._folder, self._writable = FolderState("", 0, 0, 0), False
        self._permanent: tuple[bytes, ...] = ()
        self._listed: dict[int, Listed] = {}
        self._fetched: set[int] = set()  # given out by this connection: no earlier attempt can have moved one of them
        self._sent = ""
        self._idles = account.idle
        self._waker = Waker()
        self.problems: list[str] = []
        """What the server does not let us do though the settings ask for it; each said once."""

    def capabilities(self) -> frozenset[str]:
        """Return what the server says it can do, after the login."""
        with self._command() as client:
            return frozenset(name.decode("ascii", "replace") for name in client.capabilities())

    def folders(self) -> list[ListedFolder]:
        """Return every folder of the account whose name can be read."""
        with self._command() as client:
            entries = client.list_raw_folders()
        return [folder for entry in entries if (folder := read_folder(*entry)) is not None]

    def sent_folder(self) -> str:
        """Return the name of the Sent folder, or "" when there is none; what was found holds for this connection."""
        self._sent = self._sent or find_sent(self.folders())
        return self._sent

    def open(self, folder: str) -> FolderState:
        """Open a folder for reading only; raises FolderUnavailable when it cannot be (the connection lives on)."""
        self._listed, self._fetched = {}, set()
        answer = self._select(folder, readonly=True)
        if not 0 < answer.get(b"UIDVALIDITY", 0) <= LAST_UID:
            raise FolderUnavailable(f"{self._account}: {folder!r} has no lasting UIDs", "such a folder cannot be read safely")
        uidnext = min(answer.get(b"UIDNEXT") or self._highest_uid() + 1, LAST_UID + 1)
        guessed = not answer.get(b"UIDNEXT")
        self._folder = FolderState(folder, answer[b"UIDVALIDITY"], uidnext, answer.get(b"EXISTS", 0), guessed)
        self._uidnext = uidnext
        return self._folder

    def listing(self, after_uid: int, limit: int) -> list[Listed]:
        """Return at most `limit` mails with a UID above `after_uid`, ascending; fewer only when there are no more."""
        found = self._described(self._uids_above(after_uid, limit))
        self._listed = {mail.uid: mail for mail in found}
        return found

    def fetch(self, uids: Sequence[int]) -> list[Fetched]:
        """Return the whole mails in the order given; raises ServerUnavailable also for one that is listed and not given out."""
        known = dict(self._listed)
        known.update((mail.uid, mail) for mail in self._described([uid for uid in uids if uid not in known]))
        return [mail for window in windows(known[uid] for uid in uids if uid in known) for mail in self._fetch_window(window)]

    def fetch_start(self, uid: int) -> Fetched | None:
        """Return the first 256 KB of the header and of what follows it, or None when the mail vanished."""
        described = self._described([uid])
        if not described:
            return None
        parts = [f"BODY.PEEK[{part}]<0.{START_BYTES}>" for part in ("HEADER", "TEXT")]
        with self._command() as client:
            answer = client.fetch([uid], parts).get(uid, {})
        header, text = answer.get(b"BODY[HEADER]<0>"), answer.get(b"BODY[TEXT]<0>")
        if not isinstance(header, bytes):
            return None
        if not header.endswith(b"\r\n\r\n"):
            header += b"\r\n\r\n"
        raw = header + (text if isinstance(text, bytes) else b"")
        return Fetched(uid, raw, described[0].size, described[0].received_at, whole=False)

    def settle(self, uids: Sequence[int], settling: Settling) -> list[int]:
        """Flag or move mails; returns those that are settled or gone. What the server will not do stands in `problems`."""
        if not uids or not (settling.keyword or settling.move_to):
            return list(uids)
        settled: list[int] = []
        problem = self._make_writable()
        for some in _chunks(list(uids), _COMMAND_UIDS):
            problem = problem or self._settle_some(some, settling)
            settled += [] if problem else some
        if problem and problem not in self.problems:
            self.problems.append(problem)
        return settled

    def save(self, folder: str, raw: bytes, message_id: str, maybe_there: bool) -> str:
        """Put a mail of ours into a folder, as read; returns why it could not, or ""."""
        if maybe_there and self._holds(folder, message_id):
            return ""
        with self._command(ORDINARY_ANSWER + len(raw)) as client:
            return append(client, folder, raw, self._now())

    def wait(self, seconds: float) -> bool:
        """Wait for mail at most `seconds`, or 120 s in IDLE; True when some may have come, False after `interrupt`."""
        client = self._client
        if client is not None and self._idles and client.wire.state == "SELECTED" and client.has_capability("IDLE"):
            with self._command() as client:
                announced = idle(client, self._waker, min(seconds, self._account.idle_cap))
            if announced is not None:
                return announced
            self._idles = False
        return not self._waker.wait(seconds)

    def interrupt(self) -> None:
        """End a wait under way, or else the next one; any thread may call it at any time."""
        self._waker.ring()

    def close(self) -> None:
        """Log out and close; never raises."""
        client, self._client, self._lost = self._client, None, True
        if client is not None:
            try:
                client.wire.sock.settimeout(FAREWELL)
                client.expect()
                client.logout()
            except (OSError, imaplib.IMAP4.error):
                hang_up(client)
        self._waker.close()

    # --- one command ------------------------------------------------------------------------------------------------

    @contextmanager
    def _command(self, size: int = ORDINARY_ANSWER) -> Iterator[Client]:
        if self._lost:
            raise ServerUnavailable(f"{self._account}: the connection was lost", "connect again")
        if self._client is None:
            self._client = connect(self._account)
        self._client.expect(size)
        try:
            with translated(self._account):
                yield self._client
        except ServerUnavailable:
            client, self._client, self._lost = self._client, None, True
            hang_up(client)
            raise

    def _select(self, folder: str, *, readonly: bool) -> dict[bytes, Any]:
        refused = ""
        plain_argument(folder, "folder")
        with self._command() as client:
            try:
                answer: dict[bytes, Any] = client.select_folder(folder, readonly=readonly)
            except imaplib.IMAP4.readonly:
                refused = "it is read-only"
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                refused = said(error)
        if refused:
            raise FolderUnavailable(f"{self._account}: the folder {folder!r} cannot be opened: {refused}", "check its name")
        self._writable, self._permanent = not readonly, tuple(answer.get(b"PERMANENTFLAGS", ()))
        return answer

    def _holds(self, folder: str, message_id: str) -> bool:
        try:
            self._select(folder, readonly=True)
        except FolderUnavailable:
            return False
        with self._command() as client:
            return holds(client, message_id)

    # --- listing ----------------------------------------------------------------------------------------------------

    def _uids_above(self, after_uid: int, limit: int) -> list[int]:
        found: list[int] = []
        low, step = after_uid + 1, FIRST_STEP
        widest = WIDEST_STEP if self._folder.count > WIDEST_STEP else LAST_UID
        while low < self._uidnext and len(found) < limit:
            high = min(low + step - 1, self._uidnext - 1)
            hits = self._search(low, high)
            found, low, step = found + hits, high + 1, FIRST_STEP if hits else min(step * 8, widest)
        if len(found) < limit:
            found += self._arrived_since(low)
        return found[:limit]

    def _arrived_since(self, low: int) -> list[int]:
        # What comes while the folder is open is shown after a NOOP (RFC 3501 §7: at the latest then).
        with self._command() as client:
            client.wire.noop()
        hits = self._search(low, LAST_UID)
        self._uidnext = max([self._uidnext, *(uid + 1 for uid in hits)])
        return hits

    def _search(self, low: int, high: int) -> list[int]:
        if low > LAST_UID:
            return []
        with self._command() as client:
            hits = client.search([b"UID", b"%d:%d" % (low, high)])
        return sorted({uid for uid in hits if low <= uid <= high})

    def _highest_uid(self) -> int:
        with self._command() as client:
            return max(client.search([b"UID", b"*"]), default=0)

    def _described(self, uids: Sequence[int]) -> list[Listed]:
        described: list[Listed] = []
        for some in _chunks(list(uids), _COMMAND_UIDS):
            with self._command() as client:
                answer = client.fetch(some, ["RFC822.SIZE", "INTERNALDATE"])
            described += [self._as_listed(uid, answer[uid]) for uid in some if uid in answer]
        return described

    def _as_listed(self, uid: int, item: dict[bytes, Any]) -> Listed:
        size, date = item.get(b"RFC822.SIZE"), item.get(b"INTERNALDATE")
        return Listed(uid, min(size, LARGEST_SIZE) if isinstance(size, int) else 0, _utc(date) or self._now())

    # --- fetching ---------------------------------------------------------------------------------------------------

    def _fetch_window(self, window: Sequence[Listed]) -> list[Fetched]:
        uids = [mail.uid for mail in window]
        if len(window) == 1 and window[0].size > PIECE and self._pieces.broke_off(self._folder, window[0]):
            return self._fetch_rest(window[0])
        with self._command(sum(_expected_bytes(mail.size) for mail in window)) as client:
            answer = client.fetch(uids, ["BODY.PEEK[]"])
        bodies = {uid: item[b"BODY[]"] for uid, item in answer.items() if isinstance(item.get(b"BODY[]"), bytes)}
        self._expect_gone([uid for uid in uids if uid not in bodies])
        self._fetched |= bodies.keys()
        self._pieces.over()
        return [Fetched(m.uid, bodies[m.uid], len(bodies[m.uid]), m.received_at) for m in window if m.uid in bodies]

    def _fetch_rest(self, mail: Listed) -> list[Fetched]:
        raw = self._pieces.rest(_expected_bytes(mail.size), lambda offset, size: self._fetch_piece(mail.uid, offset, size))
        self._pieces.over()
        if raw is None:
            self._expect_gone([mail.uid])
        return [Fetched(mail.uid, raw, len(raw), mail.received_at)] if raw is not None else []

    def _fetch_piece(self, uid: int, offset: int, size: int) -> bytes | None:
        with self._command(_expected_bytes(size)) as client:
            item = client.fetch([uid], [f"BODY.PEEK[]<{offset}.{size}>"]).get(uid, {})
        piece = item.get(b"BODY[]<%d>" % offset)
        return piece if isinstance(piece, bytes) else None

    def _expect_gone(self, uids: Sequence[int]) -> None:
        if not uids:
            return
        with self._command() as client:
            client.wire.noop()
        with self._command() as client:
            withheld = client.search([b"UID", b",".join(b"%d" % uid for uid in uids)])
        if withheld:
            raise ServerUnavailable(
                f"{self._account}: mail {min(withheld)} in {self._folder.name!r} is listed and not given out",
                "look at it with a mail client; the server may have lost its content",
            )

    # --- settling ---------------------------------------------------------------------------------------------------

    def _make_writable(self) -> str:
        if self._writable:
            return ""
        try:
            answer = self._select(self._folder.name, readonly=False)
        except ServerUnavailable as error:
            if self._lost:
                raise
            return error.message
        same = answer.get(b"UIDVALIDITY") == self._folder.uidvalidity
        return "" if same else f"{self._account}: {self._folder.name!r} was renumbered meanwhile; nothing was touched"

    def _settle_some(self, uids: Sequence[int], settling: Settling) -> str:
        problem = ""
        with self._command() as client:
            if settling.keyword:
                problem = mark(client, uids, settling.keyword, self._permanent)
            if settling.move_to and not problem:
                doubtful = [uid for uid in uids if uid not in self._fetched]
                problem = move(client, uids, settling.move_to, self._folder, doubtful)
        return f"{self._account}: {problem}" if problem else ""


def windows(mails: Iterable[Listed]) -> Iterator[list[Listed]]:
    """Cut mails into windows of at most 50 mails and 8 MB; a larger mail, or one of untold size, is a window of its own."""
    window: list[Listed] = []
    size = 0
    for mail in mails:
        weight = mail.size or WINDOW_BYTES
        if window and (len(window) == WINDOW_MAILS or size + weight > WINDOW_BYTES):
            yield window
            window, size = [], 0
        window.append(mail)
        size += weight
    if window:
        yield window


def _expected_bytes(size: int) -> int:
    # Some servers announce an estimate; more than this beyond it is no mail but an attack.
    return int(size * 1.1) + 64 * 1024 if size else _UNTOLD_SIZE


def _utc(date: object) -> datetime | None:
    if not isinstance(date, datetime):
        return None
    try:
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _chunks(uids: list[int], size: int) -> Iterator[list[int]]:
    return (uids[start : start + size] for start in range(0, len(uids), size))
