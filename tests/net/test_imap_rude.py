"""Dialogues no good IMAP server would hold, and what becomes of them."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from scripted import NOON, Scripted, noon, talking

from mailsupport.errors import LoginRefused, ServerUnavailable, SettingsError, UnsafeConnection
from mailsupport.net.imap import ImapSource
from mailsupport.net.imaplogin import ImapAccount
from mailsupport.ports import Fetched, Listed, Settling


def secrets_in(server: Scripted) -> list[str]:
    return [line for line in server.lines if "LOGIN" in line or "AUTHENTICATE" in line or "hush" in line]


# --- getting in -----------------------------------------------------------------------------------------------------


def test_stripped_starttls_is_refused_before_any_credential() -> None:
    """RFC 3501 §11.1: without STARTTLS in its capabilities the server gets neither user nor password."""
    with talking(lambda server: (server.greeted(), server.until_closed())) as server, pytest.raises(UnsafeConnection):
        ImapSource(server.account(security="starttls"), noon).open("INBOX")

    assert secrets_in(server) == []


def test_refused_starttls_is_unsafe() -> None:
    """A server that offers STARTTLS and then will not is not spoken to in clear text."""

    def refuses(server: Scripted) -> None:
        server.greeted("STARTTLS")
        server.answer("STARTTLS", status="NO not today")
        server.until_closed()

    with talking(refuses) as server, pytest.raises(UnsafeConnection):
        ImapSource(server.account(security="starttls"), noon).open("INBOX")

    assert secrets_in(server) == []


def test_clear_text_behind_the_answer_to_starttls_is_refused() -> None:
    """Bytes that ride with the answer to STARTTLS were put there by somebody in between."""

    def injects(server: Scripted) -> None:
        server.greeted("STARTTLS")
        line = server.expect("STARTTLS")
        server.send(f"{line.split()[0]} OK go\r\n* CAPABILITY IMAP4rev1 INJECTED".encode())
        server.until_closed()

    with talking(injects) as server, pytest.raises(UnsafeConnection):
        ImapSource(server.account(security="starttls"), noon).open("INBOX")


@pytest.mark.parametrize("security", ["starttls", "none"])
def test_preauth_is_refused(security: str) -> None:
    """After PREAUTH there can be no STARTTLS (RFC 3501 §6.2.1), and nobody was asked who we are (attack 32)."""

    def knows_us_already(server: Scripted) -> None:
        server.send("* PREAUTH welcome home")
        server.answer("CAPABILITY", "* CAPABILITY IMAP4rev1 STARTTLS")
        server.until_closed()

    with talking(knows_us_already) as server, pytest.raises(UnsafeConnection):
        ImapSource(server.account(security=security), noon).open("INBOX")

    assert secrets_in(server) == []


def test_clear_text_to_another_machine_is_refused_without_dialling() -> None:
    """Security "none" is for loopback alone."""
    account = ImapAccount("192.0.2.1", "anna", lambda: "hush hush", security="none")

    with pytest.raises(UnsafeConnection, match="clear text"):
        ImapSource(account, noon).open("INBOX")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("NO [AUTHENTICATIONFAILED] wrong", LoginRefused),
        ("NO wrong user or hush hush", LoginRefused),
        ("NO [UNAVAILABLE] back end is down", ServerUnavailable),
        ("NO Temporary authentication failure", ServerUnavailable),
        ("BAD what", LoginRefused),
    ],
)
def test_refused_login_tells_a_wrong_password_from_a_passing_trouble(words: str, expected: type[Exception]) -> None:
    """RFC 5530 §3: only a refusal of the password itself is LoginRefused; the password is in no message."""

    def refuses(server: Scripted) -> None:
        server.greeted()
        server.answer("LOGIN", status=words)
        server.until_closed()

    with talking(refuses) as server, pytest.raises(ServerUnavailable) as caught:
        ImapSource(server.account(), noon).open("INBOX")

    assert expected is caught.type
    assert "hush" not in str(caught.value)


def test_connection_lost_in_the_login_is_no_wrong_password() -> None:
    """imapclient calls both a LoginError; only one of them may lead to rests of an hour."""

    def hangs_up(server: Scripted) -> None:
        server.greeted()
        server.expect("LOGIN")

    with talking(hangs_up) as server, pytest.raises(ServerUnavailable) as caught:
        ImapSource(server.account(), noon).open("INBOX")

    assert ServerUnavailable is caught.type


def test_user_is_quoted() -> None:
    """imaplib sends the user as it is; one with a blank or a backslash must not end the argument."""

    def looks(server: Scripted) -> None:
        server.greeted()
        server.answer('LOGIN "EXAMPLE\\\\anna b" "hush hush"')
        server.answer("CAPABILITY", "* CAPABILITY IMAP4rev1")
        server.opened(0, 1)
        server.until_closed()

    with talking(looks) as server:
        given = server.account()
        source = ImapSource(ImapAccount(given.host, "EXAMPLE\\anna b", given.password, given.port, "none"), noon)
        source.open("INBOX")
        source.close()


@pytest.mark.parametrize("host", ["127.0.0.1"])
def test_nobody_listening_is_unavailable(host: str) -> None:
    """A refused connection names account and cure."""
    account = ImapAccount(host, "anna", lambda: "x", port=1, security="none")

    with pytest.raises(ServerUnavailable, match=r"anna at 127\.0\.0\.1:1.*check host and port"):
        ImapSource(account, noon).open("INBOX")


@pytest.mark.parametrize("folder", ["INBOX\r\nA9 DELETE INBOX", "a\x00b", "\x7f"])
def test_no_control_character_reaches_the_server(folder: str) -> None:
    """imaplib would put the CR LF on the wire; the argument is refused before that (attack 17)."""
    with talking(lambda server: (server.logged_in(), server.until_closed())) as server:
        source = ImapSource(server.account(), noon)
        source.capabilities()
        with pytest.raises(SettingsError):
            source.open(folder)
        source.close()

    assert not [line for line in server.lines if "DELETE" in line]


# --- reading --------------------------------------------------------------------------------------------------------


def test_literal_cut_in_half_is_unavailable() -> None:
    """A connection that ends inside a literal yields no half mail."""

    def cuts(server: Scripted) -> None:
        server.logged_in()
        server.opened(1, 2)
        server.answer("UID FETCH 1", "* 1 FETCH (UID 1 RFC822.SIZE 100)")
        server.expect("BODY.PEEK[]")
        server.send("* 1 FETCH (UID 1 BODY[] {100}", b"Subject: half")

    with talking(cuts) as server:
        source = ImapSource(server.account(), noon)
        source.open("INBOX")
        with pytest.raises(ServerUnavailable):
            source.fetch([1])
        source.close()


def test_literal_larger_than_announced_drops_the_connection() -> None:
    """A literal of a gigabyte where 100 bytes were announced is not read, not even begun."""

    def floods(server: Scripted) -> None:
        server.logged_in()
        server.opened(1, 2)
        server.answer("UID FETCH 1", "* 1 FETCH (UID 1 RFC822.SIZE 100)")
        server.expect("BODY.PEEK[]")
        server.send("* 1 FETCH (UID 1 BODY[] {1000000000}")
        server.until_closed()

    with talking(floods) as server:
        source = ImapSource(server.account(), noon)
        source.open("INBOX")
        with pytest.raises(ServerUnavailable, match="1000000000 bytes"):
            source.fetch([1])
        with pytest.raises(ServerUnavailable, match="connection was lost"):
            source.listing(0, 10)
        source.close()


def test_endless_unasked_lines_drop_the_connection() -> None:
    """What a server says between command and answer has a budget too."""

    def babbles(server: Scripted) -> None:
        server.logged_in()
        server.expect("EXAMINE")
        while True:
            server.send(b"* OK bla bla bla bla bla bla bla bla bla bla bla bla bla\r\n" * 1000)

    with talking(babbles) as server:
        source = ImapSource(server.account(), noon)
        with pytest.raises(ServerUnavailable, match="more than was asked"):
            source.open("INBOX")


def test_silent_server_is_unavailable_after_the_read_time() -> None:
    """A server that says nothing more costs the read time-out, not the thread."""
    with talking(lambda server: (server.logged_in(), server.until_closed())) as server:
        source = ImapSource(server.account(read_timeout=0.2), noon)
        with pytest.raises(ServerUnavailable, match="no answer in time"):
            source.open("INBOX")


def test_answer_in_drips_is_given_up() -> None:
    """A byte now and then beats every socket time-out; a whole answer has a time of its own."""

    def drips(server: Scripted) -> None:
        server.logged_in()
        server.expect("EXAMINE")
        while not server.left.wait(0.02):
            server.send(b"*")

    with talking(drips) as server:
        source = ImapSource(server.account(patience=0.2), noon)
        with pytest.raises(ServerUnavailable, match="takes too long"):
            source.open("INBOX")


def test_unwilling_greeting_is_unavailable() -> None:
    """BYE instead of a greeting, in the server's own words."""
    refusal = pytest.raises(ServerUnavailable, match=r"[0-9]+: . BYE too many connections")
    with talking(lambda server: server.send("* BYE too many connections")) as server, refusal:
        ImapSource(server.account(), noon).open("INBOX")


def test_unasked_lines_in_the_middle_of_a_fetch_change_nothing() -> None:
    """EXISTS, EXPUNGE and other people's flags arrive whenever the server likes (RFC 3501 §7)."""

    def interrupts(server: Scripted) -> None:
        server.logged_in()
        server.opened(2, 8)
        server.answer("UID SEARCH UID 1:7", "* 3 EXISTS", "* SEARCH 7 5")
        server.answer("NOOP", "* 1 EXPUNGE")
        server.answer("UID SEARCH UID 8:", "* SEARCH")
        server.answer("UID FETCH 5,7", "* 2 FETCH (UID 7 RFC822.SIZE 3)", "* 9 EXISTS", "* 1 FETCH (UID 5 RFC822.SIZE 2)")
        server.answer(
            "BODY.PEEK[]",
            "* 2 FETCH (FLAGS (\\Seen))",
            "* 1 FETCH (UID 5 BODY[] {2}\r\nab)",
            "* 2 FETCH (UID 7 BODY[] {3}\r\nxyz)",
        )
        server.until_closed()

    with talking(interrupts) as server:
        source = ImapSource(server.account(), noon)
        source.open("INBOX")
        listed, fetched = source.listing(0, 10), source.fetch([5, 7])
        source.close()

    assert [Listed(5, 2, NOON), Listed(7, 3, NOON)] == listed
    assert [Fetched(5, b"ab", 2, NOON), Fetched(7, b"xyz", 3, NOON)] == fetched


def test_mail_that_is_listed_and_not_given_out_is_not_taken_for_gone() -> None:
    """A server that answers OK without the body and still lists the mail has a fault; the mail must not be forgotten."""

    def withholds(server: Scripted) -> None:
        server.logged_in()
        server.opened(1, 2)
        server.answer("RFC822.SIZE", "* 1 FETCH (UID 1 RFC822.SIZE 100)")
        server.answer("BODY.PEEK[]", "* 1 FETCH (UID 1 BODY[] NIL)")
        server.answer("NOOP")
        server.answer("UID SEARCH UID 1", "* SEARCH 1")
        server.until_closed()

    with talking(withholds) as server:
        source = ImapSource(server.account(), noon)
        source.open("INBOX")
        with pytest.raises(ServerUnavailable, match="mail 1 in 'INBOX'"):
            source.fetch([1])
        source.close()


def test_mail_expunged_before_the_fetch_is_absent() -> None:
    """A mail that a person removed between listing and fetch is simply not there."""

    def loses(server: Scripted) -> None:
        server.logged_in()
        server.opened(1, 2)
        server.answer("RFC822.SIZE", "* 1 FETCH (UID 1 RFC822.SIZE 100)")
        server.answer("BODY.PEEK[]", "* 1 EXPUNGE")
        server.answer("NOOP")
        server.answer("UID SEARCH UID 1", "* SEARCH")
        server.until_closed()

    with talking(loses) as server:
        source = ImapSource(server.account(), noon)
        source.open("INBOX")
        fetched = source.fetch([1])
        source.close()

    assert fetched == []


def test_search_for_new_mail_ignores_the_last_mail_below_the_cursor() -> None:
    """Some servers answer a range above the last UID with the last mail."""

    def answers_too_much(server: Scripted) -> None:
        server.logged_in()
        server.opened(9, 10)
        server.answer("NOOP")
        server.answer("UID SEARCH UID 10:4294967295", "* SEARCH 9")
        server.until_closed()

    with talking(answers_too_much) as server:
        source = ImapSource(server.account(), noon)
        source.open("INBOX")
        listed = source.listing(9, 10)
        source.close()

    assert listed == []


def test_sparse_uids_are_searched_in_growing_steps() -> None:
    """A million unused UIDs cost a handful of searches."""

    def has_gaps(server: Scripted) -> None:
        server.logged_in()
        server.opened(1, 1_000_001)
        for searched in ("1:1000", "1001:9000", "9001:73000", "73001:585000"):
            server.answer(f"UID SEARCH UID {searched}", "* SEARCH")
        server.answer("UID SEARCH UID 585001:1000000", "* SEARCH 1000000")
        server.answer("UID FETCH 1000000", "* 1 FETCH (UID 1000000 RFC822.SIZE 5)")
        server.until_closed()

    with talking(has_gaps) as server:
        source = ImapSource(server.account(), noon)
        source.open("INBOX")
        listed = source.listing(0, 1)
        source.close()

    assert [mail.uid for mail in listed] == [1_000_000]


def test_huge_folder_is_never_searched_as_a_whole() -> None:
    """An answer over more than 80,000 UIDs might be longer than a line may be."""

    def is_huge(server: Scripted) -> None:
        server.logged_in()
        server.opened(2_000_000, 3_000_001)
        for searched in ("1:1000", "1001:9000", "9001:73000", "73001:153000"):
            server.answer(f"UID SEARCH UID {searched}", "* SEARCH")
        server.answer("UID SEARCH UID 153001:233000", "* SEARCH 200000")
        server.answer("UID FETCH 200000", "* 1 FETCH (UID 200000 RFC822.SIZE 5)")
        server.until_closed()

    with talking(is_huge) as server:
        source = ImapSource(server.account(), noon)
        source.open("INBOX")
        listed = source.listing(0, 1)
        source.close()

    assert [mail.uid for mail in listed] == [200_000]


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("NIL", NOON),
        ('"31-Foo-2026 99:99:99 +0000"', NOON),
        ('"17-Jul-1996 02:44:25 +9900"', NOON),
        ('"17-Jul-1996 02:44:25 -0700"', datetime(1996, 7, 17, 9, 44, 25, tzinfo=UTC)),
    ],
)
def test_odd_internaldate_counts_as_now(date: str, expected: datetime) -> None:
    """A mail whose date cannot be read came when it was listed."""

    def dates(server: Scripted) -> None:
        server.logged_in()
        server.opened(1, 2)
        server.answer("UID SEARCH", "* SEARCH 1")
        server.answer("UID FETCH", f"* 1 FETCH (UID 1 RFC822.SIZE 5 INTERNALDATE {date})")
        server.until_closed()

    with talking(dates) as server:
        source = ImapSource(server.account(), noon)
        source.open("INBOX")
        listed = source.listing(0, 1)
        source.close()

    assert [expected] == [mail.received_at for mail in listed]


def test_uidvalidity_change_is_seen_on_opening() -> None:
    """Each opening tells the UIDVALIDITY of now."""

    def renumbers(server: Scripted) -> None:
        server.logged_in()
        server.opened(1, 2, uidvalidity=7)
        server.opened(1, 2, uidvalidity=8)
        server.until_closed()

    with talking(renumbers) as server:
        source = ImapSource(server.account(), noon)
        seen = [source.open("INBOX").uidvalidity, source.open("INBOX").uidvalidity]
        source.close()

    assert seen == [7, 8]


@pytest.mark.parametrize("size", [10**30, 2**63])
def test_absurd_size_is_cut_to_what_can_be_stored(size: int) -> None:
    """A size beyond RFC 9051's number64 counts as the largest."""

    def exaggerates(server: Scripted) -> None:
        server.logged_in()
        server.opened(1, 2)
        server.answer("UID SEARCH", "* SEARCH 1")
        server.answer("UID FETCH", f"* 1 FETCH (UID 1 RFC822.SIZE {size})")
        server.until_closed()

    with talking(exaggerates) as server:
        source = ImapSource(server.account(), noon)
        source.open("INBOX")
        listed = source.listing(0, 1)
        source.close()

    assert [mail.size for mail in listed] == [2**63 - 1]


def test_missing_uidnext_is_asked_for() -> None:
    """Without UIDNEXT the highest UID tells where the first run begins."""

    def tells_less(server: Scripted) -> None:
        server.logged_in()
        server.answer("EXAMINE", "* 2 EXISTS", "* OK [UIDVALIDITY 7] x")
        server.answer("UID SEARCH UID *", "* SEARCH 41")
        server.until_closed()

    with talking(tells_less) as server:
        source = ImapSource(server.account(), noon)
        state = source.open("INBOX")
        source.close()

    assert state.uidnext == 42


def test_folder_without_uidvalidity_is_not_read() -> None:
    """Without UIDVALIDITY no UID means anything tomorrow (RFC 3501 §2.3.1.1)."""
    with talking(lambda server: (server.logged_in(), server.answer("EXAMINE", "* 1 EXISTS"), server.until_closed())) as server:
        source = ImapSource(server.account(), noon)
        with pytest.raises(ServerUnavailable, match="lasting UIDs"):
            source.open("INBOX")
        source.close()


def test_folder_name_that_cannot_be_read_hides_no_other() -> None:
    """One folder with a broken name does not cost the Sent folder."""

    def names_oddly(server: Scripted) -> None:
        server.logged_in()
        folders = (b'* LIST () "/" "&bad"\r\n', b'* LIST (\\Sent) "/" "Ge&AOQ-ndert"\r\n', b'* LIST () NIL "\xc3\xbc"\r\n')
        server.answer("LIST", *folders)
        server.until_closed()

    with talking(names_oddly) as server:
        source = ImapSource(server.account(), noon)
        sent = source.sent_folder()
        source.close()

    assert sent == "Geändert"


def test_sent_folder_is_looked_for_once_a_connection() -> None:
    """Every pass asks for it; a list of all folders each time would be the dearest part of a pass."""

    def lists_once(server: Scripted) -> None:
        server.logged_in()
        server.answer("LIST", '* LIST (\\Sent) "/" Gesendet')
        server.until_closed()

    with talking(lists_once) as server:
        source = ImapSource(server.account(), noon)
        found = [source.sent_folder(), source.sent_folder()]
        source.close()

    assert found == ["Gesendet", "Gesendet"]
    assert len([line for line in server.lines if "LIST" in line]) == 1


# --- waiting --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [
        (b"+ idling\r\n* 1 EXISTS\r\n",),
        (b"* 1 EXISTS\r\n+ idling\r\n",),
        (b"+ idling\r\n", b"* OK still here\r\n* 1 EXISTS\r\n"),
    ],
)
def test_mail_announced_with_the_continuation_ends_the_wait(lines: tuple[bytes, ...]) -> None:
    """A line in the same segment as "+ idling", or before it, shows in no poll of the socket; it must not be missed."""

    def announces(server: Scripted) -> None:
        server.logged_in("IDLE")
        server.opened(0, 1)
        tag = server.expect("IDLE").split()[0]
        server.send(*lines)
        server.expect("DONE")
        server.send(f"{tag} OK done")
        server.until_closed()

    with talking(announces) as server:
        source = ImapSource(server.account(), noon)
        source.open("INBOX")
        begun = time.monotonic()
        arrived = source.wait(8)
        source.close()

    assert arrived
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("last", ["* BYE restarting", None])
def test_end_of_the_connection_in_idle_is_noticed(last: str | None) -> None:
    """BYE, or just the end of the connection, raises rather than counting as silence."""

    def leaves(server: Scripted) -> None:
        server.logged_in("IDLE")
        server.opened(0, 1)
        server.expect("IDLE")
        server.send("+ idling", *([last] if last else []))

    with talking(leaves) as server:
        source = ImapSource(server.account(), noon)
        source.open("INBOX")
        with pytest.raises(ServerUnavailable):
            source.wait(8)
        source.close()


def test_half_open_connection_is_found_after_idle() -> None:
    """A8: A server that vanished without a word never answers DONE; the read time-out finds it out."""
    with talking(
        lambda s: (s.logged_in("IDLE"), s.opened(0, 1), s.expect("IDLE"), s.send("+ idling"), s.until_closed())
    ) as server:
        source = ImapSource(server.account(read_timeout=0.2), noon)
        source.open("INBOX")
        with pytest.raises(ServerUnavailable, match="no answer in time"):
            source.wait(0.05)


def test_refused_idle_falls_back_to_polling() -> None:
    """A8: A server that offers IDLE and refuses it is polled, on the same connection."""

    def refuses(server: Scripted) -> None:
        server.logged_in("IDLE")
        server.opened(0, 1)
        server.answer("IDLE", status="NO not today")
        server.opened(0, 1)
        server.until_closed()

    with talking(refuses) as server:
        source = ImapSource(server.account(), noon)
        source.open("INBOX")
        waited = source.wait(0.01)
        source.open("INBOX")
        source.close()

    assert waited


# --- settling -------------------------------------------------------------------------------------------------------


def test_without_move_and_uidplus_nothing_is_touched() -> None:
    """Without UIDPLUS only a bare EXPUNGE could remove the mail, and other people's with it: it stays, and that is said."""

    def can_nothing(server: Scripted) -> None:
        server.logged_in("")
        server.opened(1, 2)
        server.opened(1, 2, how="SELECT")
        server.until_closed()

    with talking(can_nothing) as server:
        source = ImapSource(server.account(), noon)
        source.open("INBOX")
        settled = source.settle([1], Settling(move_to="Done"))
        source.close()

    assert settled == []
    assert ["UIDPLUS" in problem for problem in source.problems] == [True]
    assert not [line for line in server.lines if "EXPUNGE" in line or "STORE" in line or "COPY" in line]


def looks_for_copies(server: Scripted, count: int, uidnext: int, *copied: str) -> None:
    """The client asks whether an earlier attempt copied what it has not read itself; the lines say so of source and target."""
    server.answer("UID FETCH", *copied)
    server.answer(
        'EXAMINE "Done"', *(["* 1 EXISTS", "* OK [UIDNEXT 8] x"] if copied else []), status="OK done" if copied else "NO none"
    )
    if copied:
        server.answer("UID SEARCH", "* SEARCH 7")
        server.answer("UID FETCH", *(line.replace("UID 1 ", "UID 7 ") for line in copied))
    server.opened(count, uidnext, how="SELECT")


def test_what_an_earlier_attempt_has_copied_is_not_copied_again() -> None:
    """A2: After a crash between COPY and EXPUNGE the copy is found in the target; the mail is only removed, the other copied."""
    fields = 'BODY[HEADER.FIELDS (MESSAGE-ID DATE FROM SUBJECT RECEIVED)]<0> "Message-ID: <a@x>"'

    def has_uidplus(server: Scripted) -> None:
        server.logged_in("UIDPLUS")
        server.opened(3, 4)
        server.opened(3, 4, how="SELECT")
        looks_for_copies(server, 3, 4, f'* 1 FETCH (UID 1 RFC822.SIZE 10 INTERNALDATE "20-Nov-2026 12:00:00 +0000" {fields})')
        server.answer('UID COPY 3 "Done"')
        server.answer("UID STORE 1,3 +FLAGS.SILENT (\\Deleted)")
        server.answer("UID EXPUNGE 1,3")
        server.until_closed()

    with talking(has_uidplus) as server:
        source = ImapSource(server.account(), noon)
        source.open("INBOX")
        settled = source.settle([1, 3], Settling(move_to="Done"))
        source.close()

    assert settled == [1, 3]


def test_without_move_a_mail_is_copied_marked_and_expunged_by_uid() -> None:
    """RFC 4315 §2.1: UID EXPUNGE removes our mail alone."""

    def has_uidplus(server: Scripted) -> None:
        server.logged_in("UIDPLUS")
        server.opened(3, 4)
        server.opened(3, 4, how="SELECT")
        looks_for_copies(server, 3, 4)
        server.answer('UID COPY 1,3 "Done"', status="NO [TRYCREATE] no such folder")
        server.answer('CREATE "Done"')
        server.answer('UID COPY 1,3 "Done"')
        server.answer("UID STORE 1,3 +FLAGS.SILENT (\\Deleted)")
        server.answer("UID EXPUNGE 1,3")
        server.until_closed()

    with talking(has_uidplus) as server:
        source = ImapSource(server.account(), noon)
        source.open("INBOX")
        settled = source.settle([1, 3], Settling(move_to="Done"))
        source.close()

    assert settled == [1, 3]
    assert not [line for line in server.lines if line.endswith(" EXPUNGE")]


def test_failed_copy_is_never_followed_by_a_removal() -> None:
    """A full quota at COPY leaves the mail where it is."""

    def is_full(server: Scripted) -> None:
        server.logged_in("UIDPLUS")
        server.opened(1, 2)
        server.opened(1, 2, how="SELECT")
        looks_for_copies(server, 1, 2)
        server.answer("UID COPY 1", status="NO [OVERQUOTA] full")
        server.until_closed()

    with talking(is_full) as server:
        source = ImapSource(server.account(), noon)
        source.open("INBOX")
        settled = source.settle([1], Settling(move_to="Done"))
        source.close()

    assert settled == []
    assert not [line for line in server.lines if "EXPUNGE" in line or "STORE" in line]


def test_keyword_is_set_only_where_the_server_keeps_it() -> None:
    """RFC 3501 §7.1: without \\* in PERMANENTFLAGS a new keyword would be lost; it is not set, and that is said."""

    def keeps_none(server: Scripted) -> None:
        server.logged_in("")
        server.opened(1, 2)
        server.answer("SELECT", "* 1 EXISTS", "* OK [PERMANENTFLAGS (\\Seen \\Deleted)] x", "* OK [UIDVALIDITY 7] x")
        server.until_closed()

    with talking(keeps_none) as server:
        source = ImapSource(server.account(), noon)
        source.open("INBOX")
        settled = source.settle([1], Settling(keyword="ticketed"))
        source.close()

    assert settled == []
    assert not [line for line in server.lines if "STORE" in line]


def test_nothing_is_touched_in_a_folder_that_was_renumbered() -> None:
    """When UIDVALIDITY changed between reading and settling, the UIDs are those of other mails."""

    def renumbers(server: Scripted) -> None:
        server.logged_in("MOVE UIDPLUS")
        server.opened(1, 2, uidvalidity=7)
        server.opened(1, 2, uidvalidity=8, how="SELECT")
        server.until_closed()

    with talking(renumbers) as server:
        source = ImapSource(server.account(), noon)
        source.open("INBOX")
        settled = source.settle([1], Settling(move_to="Done"))
        source.close()

    assert settled == []
    assert not [line for line in server.lines if "MOVE" in line]


def test_read_only_folder_is_said_and_left_alone() -> None:
    """A shared mailbox we may only read stays readable."""

    def is_read_only(server: Scripted) -> None:
        server.logged_in("MOVE")
        server.opened(1, 2)
        server.answer("SELECT", "* 1 EXISTS", "* OK [UIDVALIDITY 7] x", status="OK [READ-ONLY] look only")
        server.opened(1, 2)
        server.until_closed()

    with talking(is_read_only) as server:
        source = ImapSource(server.account(), noon)
        source.open("INBOX")
        settled = source.settle([1], Settling(move_to="Done"))
        source.open("INBOX")
        source.close()

    assert settled == []
    assert ["read-only" in problem for problem in source.problems] == [True]
