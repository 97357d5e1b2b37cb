"""Ids of mails, as they are named in header fields (RFC 5322 §3.6.4)."""

from __future__ import annotations

import pytest

from mailsupport.core.reading.references import LIMIT, comparable, message_id, message_ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("<a@b>", ("a@b",)),
        ("<a@b> <c@d>\t<a@b>", ("a@b", "c@d")),
        ('Your message of "Mon, 2 Mar 2026" <a@b>', ("a@b",)),
        ("a@b", ()),
        ("<JIRA.12345.1700000000000>", ("JIRA.12345.1700000000000",)),
        ("<broken id@b>", ("brokenid@b",)),
        ("<a@b", ()),
        ("<>", ()),
        ("<<a@b>>", ("a@b",)),
    ],
)
def test_an_id_stands_in_angle_brackets(text: str, ids: tuple[str, ...]) -> None:
    """Words beside the brackets are no ids: they would join tickets that have nothing to do with each other."""
    assert ids == message_ids(text)


def test_of_a_long_thread_the_roots_and_the_nearest_are_kept() -> None:
    """A thread is recognised by its beginning and by its end."""
    ids = message_ids(" ".join(f"<{number}@x>" for number in range(1_000)))

    assert len(ids) == LIMIT
    assert (ids[0], ids[-1]) == ("0@x", "999@x")


def test_a_bare_message_id_counts_for_the_mail_itself() -> None:
    """Some robots forget the brackets around their own id."""
    assert message_id("robot-1@x.example") == "robot-1@x.example"


def test_ids_are_compared_without_the_case_of_their_host() -> None:
    """The left side is an opaque word, the right side a host name."""
    assert comparable("<Ab@Host.Example>") == comparable("Ab@host.example")
    assert comparable("Ab@x") != comparable("ab@x")
