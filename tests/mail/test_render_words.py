"""The filters: times, durations, codes, texts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsupport.mail import words
from mailsupport.mail.facts import Happened
from mailsupport.resources import shipped

ENGLISH = words.load([shipped("templates") / "words.toml"])
GERMAN = words.load([shipped("templates") / "words.toml", shipped("templates") / "de" / "words.toml"])


@pytest.mark.parametrize(
    ("at", "zone", "english", "german"),
    [
        (
            datetime(2026, 11, 23, 10, 20, tzinfo=UTC),
            "Europe/Berlin",
            "Mon 23 Nov, 11:20 CET",
            "Mo., 23. November, 11:20 Uhr MEZ",
        ),
        (datetime(2026, 7, 1, 22, 5, tzinfo=UTC), "Europe/Berlin", "Thu 2 Jul, 00:05 CEST", "Do., 2. Juli, 00:05 Uhr MESZ"),
        (datetime(2026, 3, 1, 0, 0, tzinfo=UTC), "America/New_York", "Sat 28 Feb, 19:00 EST", "Sa., 28. Februar, 19:00 Uhr EST"),
        (datetime(2026, 3, 1, 0, 0, tzinfo=UTC), "Asia/Dubai", "Sun 1 Mar, 04:00 UTC+04", "So., 1. März, 04:00 Uhr UTC+04"),
        (datetime(2026, 3, 1, 0, 0, tzinfo=UTC), "", "Sun 1 Mar, 00:00 UTC", "So., 1. März, 00:00 Uhr UTC"),
    ],
)
def test_times_have_weekday_and_zone(at: datetime, zone: str, english: str, german: str) -> None:
    """A reader in any zone knows which day is meant."""
    assert (english, german) == (ENGLISH.when(at, zone), GERMAN.when(at, zone))


@pytest.mark.parametrize(
    ("seconds", "english", "german"),
    [
        (0, "0 seconds", "0 Sekunden"),
        (1, "1 second", "1 Sekunde"),
        (59.9, "59 seconds", "59 Sekunden"),
        (60, "1 minute", "1 Minute"),
        (42 * 60 + 59, "42 minutes", "42 Minuten"),
        (3600, "1 hour", "1 Stunde"),
        (2 * 3600 + 5 * 60, "2 h 5 min", "2 Std. 5 Min."),
        (47 * 3600 + 59 * 60, "47 h 59 min", "47 Std. 59 Min."),
        (48 * 3600, "2 days", "2 Tage"),
        (52 * 3600, "2 days 4 h", "2 Tage 4 Std."),
        (-90, "1 minute", "1 Minute"),
    ],
)
def test_durations_in_words(seconds: float, english: str, german: str) -> None:
    """The unit grows with the duration, and is never rounded up."""
    assert (english, german) == (ENGLISH.span(seconds), GERMAN.span(seconds))


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Printer", "Re: Printer"),
        ("Re: Printer", "Re: Printer"),
        ("AW: Printer", "AW: Printer"),
        ("RE[2]: Printer", "RE[2]: Printer"),
        ("回复：Printer", "回复：Printer"),
        ("Regarding: Printer", "Re: Regarding: Printer"),
        ("Fwd: Printer", "Re: Fwd: Printer"),
        ("", "Re: (no subject)"),
    ],
)
def test_one_reply_prefix(subject: str, expected: str) -> None:
    """The subject stays the customer's."""
    assert expected == ENGLISH.reply(subject)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (Happened(datetime.now(UTC), "answered", "Anna"), "answered by Anna"),
        (Happened(datetime.now(UTC), "answered"), "answered"),
        (Happened(datetime.now(UTC), "notified"), "notified"),
        (Happened(datetime.now(UTC), "alerted", "Ben", "550 no such user"), "Ben alerted: 550 no such user"),
        (Happened(datetime.now(UTC), "something_new", "Ben"), "something new"),
    ],
)
def test_history_in_words(line: Happened, expected: str) -> None:
    """A code without a word is shown as it is."""
    assert expected == ENGLISH.happened(line)


def test_unknown_code_is_shown_as_it_is() -> None:
    """A sentence may stand where a code is expected."""
    assert ENGLISH.word("He is on holiday", "outcomes") == "He is on holiday"


def test_html_keeps_indents_and_escapes() -> None:
    """Customers' words in HTML are text."""
    assert str(ENGLISH.paragraphs("a\n  <b>")) == "a<br>\n&nbsp;&nbsp;&lt;b&gt;"


def test_cap_says_what_is_left_out() -> None:
    """A cut is never silent."""
    assert ENGLISH.cap("x" * 5000, 1000) == "x" * 1000 + "\n[… 4 KB more, whole in the ticket]"


def test_wrap_keeps_words_whole() -> None:
    """Only spaces are broken at."""
    assert ENGLISH.wrap("aaa bbb ccccccccc d", 7) == "aaa bbb\nccccccccc\nd"


@given(st.text())
def test_quoted_lines_all_carry_the_mark(text: str) -> None:
    """No line of a customer's words stands outside the quote."""
    assert all(line.startswith(">") for line in ENGLISH.quote(text).split("\n"))


@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_paragraphs_never_make_an_element(text: str) -> None:
    """Whatever a customer writes, HTML shows it and obeys nothing."""
    assert "<" not in str(ENGLISH.paragraphs(text)).replace("<br>", "")
