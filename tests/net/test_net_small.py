"""The small decisions of `net`: which folder is Sent, what fits in a window, what is loopback, the folder as a relay."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailsupport.errors import ServerUnavailable, UnsafeConnection
from mailsupport.net.foldersink import FolderSink
from mailsupport.net.imap import windows
from mailsupport.net.replies import said
from mailsupport.net.sent import ListedFolder, find_sent
from mailsupport.net.tls import client_context, is_loopback, refuse_clear_text
from mailsupport.ports import Listed, Outcome, Phase

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def folders(*names: str, marked: str = "", separator: str = "/") -> list[ListedFolder]:
    return [ListedFolder(frozenset({"\\sent"} if name == marked else ()), separator, name) for name in names]


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (folders("INBOX", "Sent"), "Sent"),
        (folders("INBOX", "Gesendete Elemente"), "Gesendete Elemente"),
        (folders("INBOX", "Objets envoyés"), "Objets envoyés"),
        (folders("INBOX", "INBOX.Sent Items", separator="."), "INBOX.Sent Items"),
        (folders("Sent", "Post/Ausgang", marked="Post/Ausgang"), "Post/Ausgang"),  # the flag wins over a name
        (folders("Archive/Sent", "Sent Items"), "Sent Items"),  # the least nested
        (folders("Gesendet", "SENT"), "SENT"),  # the likelier name
        (folders("Presents", "Sentinel"), ""),
        ([ListedFolder(frozenset({"\\noselect"}), "/", "Sent")], ""),
        ([ListedFolder(frozenset(), "", "Sent")], "Sent"),
        ([], ""),
    ],
)
def test_sent_folder(listed: list[ListedFolder], expected: str) -> None:
    """RFC 6154 §2 first, then the names that mail clients use."""
    assert expected == find_sent(listed)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([1, 2], [[1, 2]]),
        ([8_000_000, 500_000], [[8_000_000], [500_000]]),
        ([1, 9_000_000, 1], [[1], [9_000_000], [1]]),
        ([1] * 51, [[1] * 50, [1]]),
        ([1, 0, 1], [[1], [0], [1]]),
    ],
)
def test_windows(sizes: list[int], expected: list[list[int]]) -> None:
    """At most 50 mails and 8 MB, a larger mail alone."""
    mails = [Listed(uid, size, NOON) for uid, size in enumerate(sizes, 1)]

    assert expected == [[mail.size for mail in window] for window in windows(mails)]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True), ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("[::1]", True),
        ("mail.example.com", False), ("192.168.0.1", False), ("localhost.example.com", False), ("0.0.0.0", False), ("", False),
    ],
)  # fmt: skip
def test_loopback(host: str, expected: bool) -> None:
    """Only names and addresses of this machine."""
    assert expected == is_loopback(host)


def test_clear_text_names_its_cure() -> None:
    """The message says which setting to change."""
    with pytest.raises(UnsafeConnection, match="starttls"):
        refuse_clear_text("mail.example.com", "none")


def test_unreadable_authority_is_an_error(tmp_path: Path) -> None:
    """A wrong ca_file never means "trust nobody but go on"."""
    with pytest.raises(ServerUnavailable, match="ca_file"):
        client_context(str(tmp_path / "missing.pem"))


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (b"[AUTH] no", "[AUTH] no"),
        ("two\r\nlines", "two lines"),
        ("red\x1b[31m", "red [31m"),
        (b"\xff", "\ufffd"),
        ("a\u202eb\udc80c", "a b c"),
        ("x" * 999, "x" * 200),
    ],
)
def test_words_of_a_server_are_cleaned(reply: bytes | str, expected: str) -> None:
    """One line, no controls, cut."""
    assert expected == said(reply)


def test_folder_as_relay_keeps_bytes_and_envelope(tmp_path: Path) -> None:
    """The file is the mail, byte for byte; the envelope lies beside it."""
    raw = b"Message-ID: <a/../b@c>\r\n\r\n.\r\nx\n"
    sink = FolderSink(tmp_path / "out")

    handover = asyncio.run(sink.send("", ["anna@example.com"], raw))

    mail = tmp_path / "out" / "00001-a_.._b@c.eml"
    assert (handover.phase, [result.outcome for result in handover.recipients]) == (Phase.DONE, [Outcome.ACCEPTED])
    assert raw == mail.read_bytes()
    assert json.loads(mail.with_suffix(".json").read_text()) == {"from": "", "to": ["anna@example.com"]}


def test_folder_as_relay_numbers_on_after_a_restart(tmp_path: Path) -> None:
    """Nothing is overwritten."""
    asyncio.run(FolderSink(tmp_path).send("", ["a@b.c"], b"\r\n"))
    asyncio.run(FolderSink(tmp_path).send("", ["a@b.c"], b"\r\n"))

    assert sorted(file.name for file in tmp_path.glob("*.eml")) == ["00001-no-id.eml", "00002-no-id.eml"]


def test_folder_that_cannot_be_written_defers(tmp_path: Path) -> None:
    """No exception for a full or missing disk."""
    (tmp_path / "file").write_text("in the way")

    handover = asyncio.run(FolderSink(tmp_path / "file").send("", ["a@b.c"], b"\r\n"))

    assert [result.outcome for result in handover.recipients] == [Outcome.DEFERRED]
