"""How far a folder was read, what happened to each UID, and what an attempt that dies leaves behind."""

from __future__ import annotations

import pytest
from stored import NOON, a_folder, a_mail, after, an_entry, enter

from mailsupport.errors import Conflict
from mailsupport.store import Tx, mailboxes, savepoint
from mailsupport.store.rows import FolderRow

WHERE = ("support", "INBOX")


def started(tx: Tx, **fields: object) -> None:
    """The inbox of the support mailbox is watched."""
    mailboxes.start_folder(tx, a_folder(**fields))


def now(tx: Tx) -> FolderRow:
    """The inbox as it stands."""
    found = mailboxes.folder(tx, *WHERE)
    assert found is not None
    return found


def test_a_folder_starts_where_it_is_told(tx: Tx) -> None:
    """The start is remembered with what it leaves alone."""
    started(tx, cursor=40, left_alone=40)

    assert a_folder(cursor=40, left_alone=40) == now(tx)


def test_a_folder_never_started_is_none(tx: Tx) -> None:
    """That is how a first run knows itself."""
    assert mailboxes.folder(tx, *WHERE) is None


def test_a_folder_starts_once(tx: Tx) -> None:
    """A second start would skip mails."""
    started(tx)

    with pytest.raises(Conflict), savepoint(tx):
        started(tx)


def test_attempts_grow_while_the_cursor_stands(tx: Tx) -> None:
    """A window that is begun again counts on, even when new mail has made it longer."""
    started(tx)

    assert [mailboxes.begin_window(tx, *WHERE, upto) for upto in (50, 50, 53)] == [1, 2, 3]


def test_attempts_begin_anew_when_the_cursor_moved(tx: Tx) -> None:
    """A mail that was read is no part of the next attempt."""
    started(tx)
    mailboxes.begin_window(tx, *WHERE, 50)
    mailboxes.advance(tx, *WHERE, 1)

    assert mailboxes.begin_window(tx, *WHERE, 50) == 1


def test_a_window_that_died_is_remembered_until_it_is_passed(tx: Tx) -> None:
    """Going on mail by mail, one still sees up to where the trouble may lie."""
    started(tx)
    mailboxes.begin_window(tx, *WHERE, 50)
    mailboxes.begin_window(tx, *WHERE, 1)
    mailboxes.advance(tx, *WHERE, 1)

    assert (now(tx).cursor, now(tx).attempt_to, now(tx).attempts) == (1, 50, 0)


def test_new_uids_void_the_cursor_and_keep_the_ledger(tx: Tx) -> None:
    """After a change of UIDVALIDITY the folder is read from its beginning; what was entered under the old one stays."""
    started(tx, cursor=9)
    enter(tx, an_entry(9, a_mail(tx)))
    mailboxes.renumber(tx, *WHERE, 8)

    assert (now(tx).uidvalidity, now(tx).cursor) == (8, 0)
    assert {9} == mailboxes.entered(tx, *WHERE, 7, [8, 9])
    assert set() == mailboxes.entered(tx, *WHERE, 8, [8, 9])


def test_trouble_keeps_its_first_instant(tx: Tx) -> None:
    """Since when a folder cannot be read does not move while it cannot; the words are the latest."""
    started(tx)
    mailboxes.note_trouble(tx, *WHERE, NOON, "no route")
    mailboxes.note_trouble(tx, *WHERE, after(minutes=5), "login refused")

    assert (now(tx).unreadable_since, now(tx).trouble) == (NOON, "login refused")


def test_trouble_ends(tx: Tx) -> None:
    """A folder that can be read again has none."""
    started(tx)
    mailboxes.note_trouble(tx, *WHERE, NOON, "no route")
    mailboxes.clear_trouble(tx, *WHERE)

    assert (now(tx).unreadable_since, now(tx).trouble) == (None, "")


def test_all_folders_are_listed(tx: Tx) -> None:
    """Inbox before Sent, mailbox by mailbox."""
    for row in (a_folder(name="Sent", role="sent"), a_folder(), a_folder(mailbox="sales")):
        mailboxes.start_folder(tx, row)

    assert [(row.mailbox, row.role) for row in mailboxes.folders(tx)] == [
        ("sales", "inbox"),
        ("support", "inbox"),
        ("support", "sent"),
    ]


def test_a_uid_is_entered_once(tx: Tx) -> None:
    """A2: The database itself keeps a UID from being counted twice (P2)."""
    enter(tx, an_entry(1, a_mail(tx)))

    with pytest.raises(Conflict), savepoint(tx):
        enter(tx, an_entry(1))


def test_an_entry_is_read_back_whole(tx: Tx) -> None:
    """Every column of a ledger row comes back."""
    new = an_entry(4294967295, a_mail(tx), settling="move")
    number = enter(tx, new)

    assert {**_fields(new), "id": number} == _fields(mailboxes.ledger_row(tx, number))


def test_hundreds_of_uids_are_asked_for_at_once(tx: Tx) -> None:
    """A whole window is compared in one question; an empty one asks nothing."""
    for uid in (3, 700):
        enter(tx, an_entry(uid, a_mail(tx, f"{uid}@x")))

    assert {3, 700} == mailboxes.entered(tx, *WHERE, 7, range(1, 1001))
    assert set() == mailboxes.entered(tx, *WHERE, 7, [])


def test_what_was_shown_of_uids_is_told_under_the_present_uidvalidity(tx: Tx) -> None:
    """Size and arrival of each UID in the range; what was entered under an older UIDVALIDITY is another mail's."""
    started(tx)
    mailboxes.enter_all(tx, [an_entry(3, size=30), an_entry(4, size=40), an_entry(5), an_entry(1, uidvalidity=6)])

    assert {3: (30, NOON), 4: (40, NOON)} == mailboxes.shown(tx, now(tx), 1, 4)
    assert mailboxes.first_entered(tx, now(tx)) == 3


def test_an_empty_folder_has_no_first_uid(tx: Tx) -> None:
    """Nothing was entered yet."""
    started(tx)

    assert mailboxes.first_entered(tx, now(tx)) is None


@pytest.mark.parametrize(("counted", "told", "same"), [(7, 7, True), (7, 8, False), ((2 << 32) | 7, 7, True)])
def test_a_uidvalidity_is_known_again_by_its_32_bits(counted: int, told: int, same: bool) -> None:
    """What is above counts how often a server reused UIDs without saying so (RFC 3501 §2.3.1.1)."""
    assert same is a_folder(uidvalidity=counted).has(told)


def test_what_is_to_be_settled_comes_oldest_first_until_it_is(tx: Tx) -> None:
    """A mail stays to be moved until it was; others never were."""
    ids = [enter(tx, an_entry(uid, a_mail(tx, f"{uid}@x"), settling="keyword")) for uid in (1, 2, 3)]
    enter(tx, an_entry(4, a_mail(tx)))

    assert ids[:2] == [row.id for row in mailboxes.to_settle(tx, *WHERE, 2)]
    mailboxes.settled(tx, ids[:2])
    assert ids[2:] == [row.id for row in mailboxes.to_settle(tx, *WHERE, 10)]


def test_quarantine_is_left_with_a_reason(tx: Tx) -> None:
    """What is retried leaves quarantine, and keeps its mail when no other is named."""
    mail = a_mail(tx)
    number = enter(tx, an_entry(1, mail, state="quarantined", reason="killed the reader three times"))
    assert [number] == [row.id for row in mailboxes.quarantined(tx)]

    mailboxes.mark(tx, number, "ticketed", "retried by hand")

    found = mailboxes.ledger_row(tx, number)
    assert found is not None
    assert ("ticketed", "retried by hand", mail) == (found.state, found.reason, found.mail)
    assert mailboxes.quarantined(tx) == []


def _fields(row: object) -> dict[str, object]:
    return {name: getattr(row, name) for name in type(row).__dataclass_fields__}  # type: ignore[attr-defined]
