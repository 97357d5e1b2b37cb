"""What every mail source does, whatever is behind it: the same suite on Dovecot, a folder of .eml files and a maildir."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailsupport.errors import ServerUnavailable
from mailsupport.net.folder import UID_LIST, FolderSource
from mailsupport.net.imap import ImapSource
from mailsupport.net.imaplogin import ImapAccount
from mailsupport.ports import Listed, MailSource, Settling
from servers.dovecot import ODD_PASSWORDS, Dovecot

NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)
TEN = datetime(2026, 11, 2, 10, tzinfo=UTC)


def noon() -> datetime:
    return datetime(2026, 11, 20, 12, tzinfo=UTC)


def mail(subject: str, size: int = 0) -> bytes:
    return f"Subject: {subject}\r\n\r\n".encode() + b"x" * size


@dataclass
class Place:
    """A mailbox as a test sees it: how mail gets in and out besides the source, and how a source is made."""

    source: Callable[[], MailSource]
    deliver: Callable[[str, bytes, datetime], None]
    remove_all: Callable[[], None]
    opened: list[MailSource] = field(default_factory=list)

    def open(self, folder: str = "INBOX") -> MailSource:
        source = self.source()
        self.opened.append(source)
        source.open(folder)
        return source


class _Dovecot:
    """An account of its own on the running server."""

    def __init__(self, server: Dovecot, user: str) -> None:
        self.server, self.user = server, user

    def account(self, **other: Any) -> ImapAccount:
        given: dict[str, Any] = {"port": self.server.port, "security": "none"} | other
        return ImapAccount(given.pop("host", self.server.host), self.user, lambda: self.server.password, **given)

    def deliver(self, folder: str, raw: bytes, received_at: datetime) -> None:
        self.server.deliver(self.user, raw, folder, received_at)

    def remove_all(self) -> None:
        with self.server.client(self.user) as client:
            client.select_folder("INBOX")
            client.delete_messages(client.search(), silent=True)
            client.expunge()

    def flags(self, folder: str = "INBOX") -> list[tuple[bytes, ...]]:
        with self.server.client(self.user) as client:
            client.select_folder(folder, readonly=True)
            return [item[b"FLAGS"] for item in client.fetch(client.search() or [1], ["FLAGS"]).values()]


_numbers = iter(range(10_000))


@pytest.fixture
def account(dovecot: Dovecot) -> _Dovecot:
    """An empty account on the real server."""
    return _Dovecot(dovecot, f"user{next(_numbers)}@example.com")


def _files(root: Path, places: dict[str, Path], suffix: str) -> Place:
    def deliver(folder: str, raw: bytes, received_at: datetime) -> None:
        places[folder].mkdir(parents=True, exist_ok=True)
        part = places[folder].parent / ".part"
        part.write_bytes(raw)
        os.utime(part, (received_at.timestamp(), received_at.timestamp()))
        part.rename(places[folder] / f"{next(_numbers)}{suffix}")

    def remove_all() -> None:
        for file in places["INBOX"].glob(f"*{suffix}"):
            file.unlink()

    return Place(lambda: FolderSource(root), deliver, remove_all)


@pytest.fixture(params=["imap", "eml", "maildir"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A mailbox of each kind."""
    if request.param == "imap":
        found: _Dovecot = request.getfixturevalue("account")
        made = Place(lambda: ImapSource(found.account(), noon), found.deliver, found.remove_all)
    elif request.param == "eml":
        made = _files(tmp_path, {"INBOX": tmp_path, "Sent": tmp_path / "Sent"}, ".eml")
    else:
        for part in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new"):
            (tmp_path / part).mkdir(parents=True)
        made = _files(tmp_path, {"INBOX": tmp_path / "new", "Sent": tmp_path / ".Sent" / "new"}, ".host")
    yield made
    for source in made.opened:
        source.close()


# --- the same for every source --------------------------------------------------------------------------------------


def test_listing_tells_uid_size_and_date(place: Place) -> None:
    """Sizes and dates come before a byte of the mails."""
    place.deliver("INBOX", mail("one"), NINE)
    place.deliver("INBOX", mail("two", 10), TEN)

    listed = place.open().listing(0, 10)

    assert [(one.size, one.received_at) for one in listed] == [(16, NINE), (26, TEN)]
    assert sorted(one.uid for one in listed) == [one.uid for one in listed]


def test_a_saved_mail_lies_there_once(place: Place) -> None:
    """G7: Of two attempts the second looks whether the first has put it there; the bytes are the same."""
    place.deliver("Sent", mail("answer"), NINE)
    ours = b"Message-ID: <ms.ours@acme.example>\r\nSubject: Re: x\r\n\r\nHello.\r\n"
    source = place.open()
    said = [source.save("Sent", ours, "ms.ours@acme.example", again) for again in (False, True)]
    source.open("Sent")
    found = source.fetch([one.uid for one in source.listing(0, 10)])

    assert said == ["", ""]
    assert [one.raw for one in found].count(ours) == 1
    assert len(found) == 2


def test_a_folder_that_is_not_there_refuses_a_copy_in_words(place: Place) -> None:
    """G7: The connection lives on, and the mailbox is read as before."""
    source = place.open()
    place.deliver("INBOX", mail("one"), NINE)
    said = source.save("Nowhere", mail("ours"), "ours@acme.example", True)
    source.open("INBOX")

    assert said
    assert len(source.listing(0, 10)) == 1


def test_listing_begins_above_the_cursor_and_keeps_the_limit(place: Place) -> None:
    """At most `limit` mails, the lowest UIDs above the cursor first."""
    for number in range(5):
        place.deliver("INBOX", mail(str(number)), NINE)
    source = place.open()
    first = source.listing(0, 2)

    then = source.listing(first[-1].uid, 2)

    assert ([one.uid for one in first], [one.uid for one in then]) == ([1, 2], [3, 4])


def test_mail_that_arrives_while_the_folder_is_open_is_listed(place: Place) -> None:
    """A listing shows what is there now, not what was there on opening."""
    source = place.open()
    before = source.listing(0, 10)
    place.deliver("INBOX", mail("late"), NINE)

    after = source.listing(0, 10)

    assert (before, [one.uid for one in after]) == ([], [1])


def test_opening_tells_the_next_uid_and_how_many(place: Place) -> None:
    """The first run begins at UIDNEXT."""
    place.deliver("INBOX", mail("one"), NINE)
    source = place.open()

    state = source.open("INBOX")

    assert (state.uidnext, state.count) == (2, 1)


def test_fetched_bytes_are_the_mail(place: Place) -> None:
    """Byte for byte, 8-bit and NUL-free as it was put there."""
    raw = mail("größe") + bytes(range(1, 256)).replace(b"\r", b"").replace(b"\n", b"") + b"\r\n"
    place.deliver("INBOX", raw, NINE)

    fetched = place.open().fetch([1])

    assert [(1, raw, len(raw), NINE, True)] == [(f.uid, f.raw, f.size, f.received_at, f.whole) for f in fetched]


def test_fetch_keeps_the_order_and_leaves_out_what_is_gone(place: Place) -> None:
    """A UID nobody knows is no error."""
    place.deliver("INBOX", mail("one"), NINE)
    place.deliver("INBOX", mail("two"), NINE)

    fetched = place.open().fetch([2, 77, 1])

    assert [one.uid for one in fetched] == [2, 1]


def test_mail_that_vanished_after_the_listing_is_absent(place: Place) -> None:
    """A person may delete a mail at any time."""
    place.deliver("INBOX", mail("one"), NINE)
    source = place.open()
    source.listing(0, 10)
    place.remove_all()

    fetched = source.fetch([1])

    assert fetched == []


def test_start_of_a_mail_is_its_header_and_first_bytes(place: Place) -> None:
    """Of a mail over the cap only the start is read; its real size is told."""
    place.deliver("INBOX", mail("large", 2_000_000), NINE)

    start = place.open().fetch_start(1)

    assert start is not None
    assert (start.size, start.whole) == (2_000_018, False)
    assert start.raw.startswith(b"Subject: large\r\n\r\nxxx")
    assert len(start.raw) < 600_000


def test_start_of_a_vanished_mail_is_none(place: Place) -> None:
    """No error for a mail that is gone."""
    assert place.open().fetch_start(5) is None


def test_sent_folder_is_found_and_read(place: Place) -> None:
    """The Sent folder has UIDs and mails of its own."""
    place.deliver("Sent", mail("answer"), NINE)
    source = place.open()

    source.open(source.sent_folder())

    assert [one.raw for one in source.fetch([1])] == [b"Subject: answer\r\n\r\n"]


def test_missing_folder_is_an_error_that_leaves_the_rest_readable(place: Place) -> None:
    """A wrong folder name in the settings does not cost the connection."""
    place.deliver("INBOX", mail("one"), NINE)
    source = place.open()

    with pytest.raises(ServerUnavailable, match="Nowhere"):
        source.open("Nowhere")

    source.open("INBOX")
    assert len(source.listing(0, 10)) == 1


def test_move_leaves_the_folder_and_lands_in_the_target(place: Place) -> None:
    """The target is made when it is missing."""
    place.deliver("INBOX", mail("one"), NINE)
    source = place.open()

    settled = source.settle([1], Settling(move_to="Done"))

    assert (settled, source.listing(0, 10)) == ([1], [])
    source.open("Done")
    assert [mail("one")] == [one.raw for one in source.fetch([1])]


def test_moving_again_after_a_crash_is_settled(place: Place) -> None:
    """A mail that is gone already is settled, so that a replay ends."""
    place.deliver("INBOX", mail("one"), NINE)
    source = place.open()
    source.settle([1], Settling(move_to="Done"))

    assert source.settle([1], Settling(move_to="Done")) == [1]


def test_moved_mail_does_not_change_other_uids(place: Place) -> None:
    """UIDs last."""
    place.deliver("INBOX", mail("one"), NINE)
    place.deliver("INBOX", mail("two"), NINE)
    source = place.open()
    source.listing(0, 10)
    source.settle([1], Settling(move_to="Done"))

    source.open("INBOX")

    assert [one.uid for one in source.listing(0, 10)] == [2]


def test_uids_and_uidvalidity_last_beyond_a_connection(place: Place) -> None:
    """The cursor of yesterday is good today."""
    place.deliver("INBOX", mail("one"), NINE)
    first = place.open()
    before = (first.open("INBOX").uidvalidity, first.listing(0, 10))

    second = place.open()

    assert before == (second.open("INBOX").uidvalidity, second.listing(0, 10))


def test_nothing_to_settle_is_settled(place: Place) -> None:
    """The default leaves every mail where it is."""
    assert place.open().settle([1, 2], Settling()) == [1, 2]


def test_wait_ends_when_mail_arrives(place: Place) -> None:
    """Long before its time."""
    source = place.open()
    timer = threading.Timer(0.1, place.deliver, ("INBOX", mail("now"), NINE))
    timer.start()

    arrived = source.wait(20)

    timer.join()
    assert arrived
    assert len(source.listing(0, 10)) == 1


def test_wait_ends_when_interrupted(place: Place) -> None:
    """Long before its time, from another thread, with False."""
    source = place.open()
    timer = threading.Timer(0.1, source.interrupt)
    begun = time.monotonic()
    timer.start()

    arrived = source.wait(20)

    timer.join()
    assert not arrived
    assert time.monotonic() - begun < 5


def test_interrupt_before_the_wait_is_not_lost(place: Place) -> None:
    """A nudge that comes during a pass ends the wait after it."""
    source = place.open()
    source.interrupt()
    begun = time.monotonic()

    arrived = source.wait(20)

    assert not arrived
    assert time.monotonic() - begun < 5


def test_close_may_be_repeated_and_interrupt_comes_late(place: Place) -> None:
    """Neither raises."""
    source = place.open()
    source.close()
    source.close()
    source.interrupt()


# --- IMAP alone -----------------------------------------------------------------------------------------------------


def test_reading_leaves_no_trace(account: _Dovecot) -> None:
    """A1, P10: neither \\Seen nor anything else is set by listing and fetching."""
    account.deliver("INBOX", mail("one"), NINE)
    source = ImapSource(account.account(), noon)
    source.open("INBOX")

    source.listing(0, 10)
    source.fetch([1])
    source.fetch_start(1)
    source.close()

    assert [flag for flags in account.flags() for flag in flags if flag != b"\\Recent"] == []


def test_keyword_is_set(account: _Dovecot) -> None:
    """The keyword alone, and again without harm."""
    account.deliver("INBOX", mail("one"), NINE)
    source = ImapSource(account.account(), noon)
    source.open("INBOX")

    settled = source.settle([1], Settling(keyword="ticketed")) + source.settle([1], Settling(keyword="ticketed"))
    source.close()

    assert settled == [1, 1]
    assert [flag for flags in account.flags() for flag in flags if flag != b"\\Recent"] == [b"ticketed"]


@pytest.mark.parametrize("keyword", ["two words", "a)b", "\\Seen", "a\r\nb", "größe"])
def test_keyword_that_is_no_atom_is_not_sent(account: _Dovecot, keyword: str) -> None:
    """RFC 3501 §9: a keyword is an atom; a system flag is none."""
    account.deliver("INBOX", mail("one"), NINE)
    source = ImapSource(account.account(), noon)
    source.open("INBOX")

    settled = source.settle([1], Settling(keyword=keyword))
    source.close()

    assert settled == []
    assert ["cannot be a keyword" in problem for problem in source.problems] == [True]


def used(account: ImapAccount) -> str:
    """Log in, open the inbox, and return the name of the Sent folder."""
    source = ImapSource(account, noon)
    try:
        source.open("INBOX")
        return source.sent_folder()
    finally:
        source.close()


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_certificate_of_a_known_authority_is_accepted(account: _Dovecot, security: str) -> None:
    """TLS from the first byte, or after STARTTLS."""
    port = account.server.tls_port if security == "tls" else account.server.port

    assert used(account.account(host="localhost", port=port, security=security, ca_file=account.server.ca_file)) == "Sent"


@pytest.mark.parametrize(("host", "ca"), [("localhost", False), ("127.0.0.1", True)])
def test_certificate_that_cannot_be_trusted_is_refused(account: _Dovecot, host: str, ca: bool) -> None:
    """An unknown authority, or a certificate for another name."""
    ca_file = account.server.ca_file if ca else ""
    with pytest.raises(ServerUnavailable, match="certificate cannot be trusted"):
        used(account.account(host=host, port=account.server.tls_port, security="tls", ca_file=ca_file))


def test_wrong_password_is_a_refused_login(account: _Dovecot) -> None:
    """Dovecot's own words are in the message, the password is not."""
    given = account.account()
    wrong = ImapAccount(given.host, given.user, lambda: "falsch gedacht", given.port, given.security)

    with pytest.raises(ServerUnavailable, match="login was refused") as caught:
        used(wrong)

    assert "falsch" not in str(caught.value)


@pytest.mark.parametrize(("user", "password"), ODD_PASSWORDS.items())
def test_any_user_and_password_can_be_used(dovecot: Dovecot, user: str, password: str) -> None:
    """Quoted for LOGIN, or in UTF-8 by AUTHENTICATE PLAIN (RFC 4616 §2)."""
    assert used(ImapAccount(dovecot.host, user, lambda: password, dovecot.port, "none")) in ("", "Sent")


@pytest.mark.parametrize("security", ["none", "tls", "starttls"])
def test_mail_that_comes_between_opening_and_idle_ends_the_wait(account: _Dovecot, security: str) -> None:
    """The server tells it with "+ idling", in one segment: ten times out of ten it must be heard."""
    port = account.server.tls_port if security == "tls" else account.server.port
    ca_file = account.server.ca_file
    source = ImapSource(account.account(host="localhost", port=port, security=security, ca_file=ca_file), noon)
    heard = []
    for _ in range(10):
        source.open("INBOX")
        account.deliver("INBOX", mail("in between"), NINE)
        heard.append(source.wait(5))
    source.close()

    assert heard == [True] * 10


def test_mail_over_the_window_is_fetched_alone(account: _Dovecot) -> None:
    """Nine megabytes between two small ones arrive whole and in order."""
    sizes = [0, 9_000_000, 5]
    for size in sizes:
        account.deliver("INBOX", mail("m", size), NINE)
    source = ImapSource(account.account(), noon)
    source.open("INBOX")

    fetched = source.fetch([one.uid for one in source.listing(0, 10)])
    source.close()

    assert [14 + size for size in sizes] == [len(one.raw) for one in fetched]


def test_folder_names_beyond_ascii_work(account: _Dovecot) -> None:
    """RFC 3501 §5.1.3, modified UTF-7, made and opened."""
    account.deliver("INBOX", mail("one"), NINE)
    source = ImapSource(account.account(), noon)
    source.open("INBOX")

    source.settle([1], Settling(move_to="Erledigt/März & „April“"))

    assert source.open("Erledigt/März & „April“").count == 1
    source.close()


# --- files alone ----------------------------------------------------------------------------------------------------


def test_older_file_that_comes_later_is_above_the_cursor(tmp_path: Path) -> None:
    """A file copied in with yesterday's time must not fall below the cursor."""
    box = _files(tmp_path, {"INBOX": tmp_path}, ".eml")
    box.deliver("INBOX", mail("one"), TEN)
    source = box.open()
    source.listing(0, 10)
    box.deliver("INBOX", mail("older"), NINE)

    listed = source.listing(1, 10)
    source.close()

    assert [Listed(2, 18, NINE)] == listed


def test_links_and_other_files_are_not_read(tmp_path: Path) -> None:
    """A link to a file elsewhere is no mail."""
    (tmp_path / "note.txt").write_text("no mail")
    (tmp_path / "link.eml").symlink_to("/etc/hostname")
    (tmp_path / "folder.eml").mkdir()
    source = FolderSource(tmp_path)
    source.open("INBOX")

    listed = source.listing(0, 10)
    source.close()

    assert listed == []


@pytest.mark.parametrize("name", ["../elsewhere", "a/../../b", "/etc", "a\\b", ""])
def test_folder_names_stay_inside(tmp_path: Path, name: str) -> None:
    """A folder name never leads out; "" is the folder itself."""
    source = FolderSource(tmp_path / "box")

    with pytest.raises(ServerUnavailable):
        source.open(name)
    source.close()


def test_maildir_flags_do_not_change_the_uid(tmp_path: Path) -> None:
    """A mail that a person reads moves from new to cur and gets flags behind a colon; it stays the same mail."""
    for part in ("cur", "new", "tmp"):
        (tmp_path / part).mkdir()
    (tmp_path / "new" / "1.host").write_bytes(mail("one"))
    source = FolderSource(tmp_path)
    source.open("INBOX")
    before = source.listing(0, 10)
    (tmp_path / "new" / "1.host").rename(tmp_path / "cur" / "1.host:2,S")

    after = source.listing(0, 10)
    source.close()

    assert before == after


def test_files_keep_no_keyword_and_say_so(tmp_path: Path) -> None:
    """A keyword that nobody would see is not silently dropped."""
    source = FolderSource(tmp_path)
    source.open("INBOX")

    settled = source.settle([1], Settling(keyword="ticketed"))
    source.close()

    assert (settled, len(source.problems)) == ([], 1)


def test_a_maildirs_mail_that_is_flagged_after_it_was_seen_is_given_out(tmp_path: Path) -> None:
    """P1: Somebody reads it in a client, which renames the file: listing and fetching find it under its new name."""
    for part in ("cur", "new", "tmp"):
        (tmp_path / part).mkdir()
    for number in range(3):
        (tmp_path / "new" / f"{number}.host").write_bytes(b"From: kim@globex.example\r\n\r\nhello\r\n")
    source = FolderSource(tmp_path)
    source.open("INBOX")
    (tmp_path / "new" / "1.host").rename(tmp_path / "cur" / "1.host:2,S")
    listed = source.listing(0, 2)
    (tmp_path / "new" / "0.host").rename(tmp_path / "cur" / "0.host:2,S")

    assert len(listed) == 2
    assert len(source.fetch([one.uid for one in listed])) == 2
    assert len(source.listing(listed[-1].uid, 2)) == 1
    source.close()


def test_a_folder_is_looked_through_once_for_many_windows(tmp_path: Path) -> None:
    """Windows cost what is in them: the list of names is read when the folder is opened and when it comes to its end."""
    for number in range(300):
        (tmp_path / f"{number:03}.eml").write_bytes(b"From: kim@globex.example\r\n\r\nhello\r\n")
    source = FolderSource(tmp_path)
    source.open("INBOX")
    (tmp_path / UID_LIST).rename(tmp_path / "elsewhere")

    uids = [one.uid for one in source.listing(0, 100)]
    assert len(uids) == len(source.fetch(uids)) == 100
    assert not (tmp_path / UID_LIST).exists()
    source.close()
