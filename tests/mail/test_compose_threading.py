"""Outlook's conversation headers."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsupport.mail.threading import child, thread_index, thread_topic

AT = datetime(2026, 11, 23, 10, 20, tzinfo=UTC)
GUID = bytes(range(16))


def test_root_is_time_and_name() -> None:
    """A reserved byte, five bytes of FILETIME, sixteen of the name (MS-OXOMSG §2.2.1.3)."""
    root = base64.b64decode(thread_index(GUID, AT))
    ticks = int.from_bytes(root[1:6], "big") << 24

    assert len(root) == 22
    assert root[0] == 1
    assert root[6:] == GUID
    assert abs(datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10) - AT) < timedelta(seconds=2)


def test_answer_extends_its_parent_by_five_bytes() -> None:
    """Outlook groups by the common beginning."""
    root = thread_index(GUID, AT)
    answer = base64.b64decode(child(root, AT + timedelta(hours=1)))

    assert answer[:22] == base64.b64decode(root)
    assert len(answer) == 27
    assert (int.from_bytes(answer[22:26], "big") << 18) / 10_000_000 == pytest.approx(3600, abs=2)


def test_very_late_answer_counts_coarsely() -> None:
    """After 1.7 years the first bit is set and the steps are longer."""
    answer = base64.b64decode(child(thread_index(GUID, AT), AT + timedelta(days=1000)))
    block = int.from_bytes(answer[22:26], "big")

    assert block >> 31 == 1
    assert ((block & 0x7FFFFFFF) << 23) / 10_000_000 == pytest.approx(1000 * 86400, abs=2)


def test_answer_before_its_parent_counts_as_at_once() -> None:
    """Clocks differ."""
    assert base64.b64decode(child(thread_index(GUID, AT), AT - timedelta(days=1)))[22:] == bytes(5)


def test_deep_conversation_stays_flat() -> None:
    """The header never outgrows a line, and the root stays."""
    index = thread_index(GUID, AT)
    for minute in range(100):
        index = child(index, AT + timedelta(minutes=minute))

    assert len(index) < 300
    assert base64.b64decode(index)[:22] == base64.b64decode(thread_index(GUID, AT))


@pytest.mark.parametrize(
    "index", ["", "x", "not base64!", "AAAA", base64.b64encode(bytes(22)).decode(), base64.b64encode(b"\1" * 24).decode()]
)
def test_what_is_no_index_has_no_answer(index: str) -> None:
    """A stranger's header is text."""
    assert child(index, AT) == ""


@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_no_text_is_an_error(index: str) -> None:
    """Whatever stands there, an answer is found or not."""
    assert isinstance(child(index, AT), str)


def test_conversation_is_named_by_sixteen_bytes() -> None:
    """A shorter name is a mistake of ours."""
    with pytest.raises(ValueError, match="16 bytes"):
        thread_index(b"x", AT)


@pytest.mark.parametrize(
    ("subject", "ours", "expected"),
    [
        ("Printer", False, "Printer"),
        ("Re: AW: SV: Printer", False, "Printer"),
        ("[EXT] Printer", False, "[EXT] Printer"),
        ("Fwd: Printer", False, "Fwd: Printer"),
        ("[Overdue] Globex: Printer [red] [#4711-k3]", True, "Globex: Printer [red]"),
        ("Re: [Answered] Globex: Printer [#4711-k3]", True, "Globex: Printer"),
        ("Re:", False, ""),
    ],
)
def test_topic_is_what_stays_the_same(subject: str, ours: bool, expected: str) -> None:
    """The changing state of our alerts is no part of it; the customer's brackets are."""
    assert thread_topic(subject, ours) == expected
