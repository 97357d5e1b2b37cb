"""“How was it?”: what the customer's program sends, and what is no rating."""

from __future__ import annotations

import pytest

from mailsupport.core.reading.ratings import GOOD, NOT_GOOD, PRAISE, Rating, is_praise, rating
from mailsupport.mail.sayings import read_sayings

SAYINGS = read_sayings(None)
ABOUT = "Printer on floor 3"


def read(text: str, subject: str = f"Re: {ABOUT}", *, closed: bool = True) -> Rating | None:
    return rating(subject, ABOUT, text, SAYINGS, closed=closed)


@pytest.mark.parametrize(
    ("text", "subject", "found"),
    [
        ("Good", f"Good: {ABOUT}", Rating(GOOD, "")),
        ("Not good", f"Not good: {ABOUT}", Rating(NOT_GOOD, "")),
        ("Gut", f"Gut: {ABOUT}", Rating(GOOD, "")),
        ("Nicht gut.", f"Nicht gut: {ABOUT} [#1-k3]", Rating(NOT_GOOD, "")),
        ("Good\n\nAnna was quick.", f"Good: {ABOUT}", Rating(GOOD, "Anna was quick.")),
        ("", f"Good: {ABOUT}", Rating(GOOD, "")),
        ("It came too late.", f"Not good: {ABOUT}", Rating(NOT_GOOD, "It came too late.")),
        ("Not good\nToo late.", f"Good: {ABOUT}", Rating(NOT_GOOD, "Too late.")),
        ("good!", f"Re: {ABOUT}", Rating(GOOD, "")),
        ("War sehr gut", f"AW: {ABOUT}", Rating(GOOD, "")),
        ("Good morning,\nthe printer is broken", f"Re: {ABOUT}", None),
        ("It was good that you called, but it prints blank pages", f"Re: {ABOUT}", None),
        ("Not good enough: it prints blank pages", f"Re: {ABOUT}", None),
        ("Hello", "Good: another thing", None),
        ("Hello", "Good printers wanted", None),
    ],
)
def test_a_rating_is_a_word_alone(text: str, subject: str, found: Rating | None) -> None:
    """M4: On the first line, or, where that was taken away, before the request's own subject; what was written last counts."""
    assert read(text, subject) == found


def test_a_bare_word_on_an_open_request_rates_nothing() -> None:
    """“Is Friday good?” “Good”: only what came from the button counts while the request is open."""
    assert read("Good", closed=False) is None
    assert read("Good", f"Good: {ABOUT}", closed=False) == Rating(GOOD, "")


def test_a_long_subject_is_known_by_its_beginning() -> None:
    """A ready mail holds the beginning of it; wherever that is cut, the word before it is the rating."""
    about = "The printer on the third floor of building Nine prints blank pages since Monday"
    cut = [about[:end] for end in range(40, len(about))]

    assert {rating(f"Not good: {one}", about, "", SAYINGS, closed=True) for one in cut} == {Rating(NOT_GOOD, "")}


@pytest.mark.parametrize("about", ["", "4711", "***"])
def test_a_subject_without_words_marks_no_rating(about: str) -> None:
    """Any mail would go on with it: only the word on the first line counts, and only once the request is closed."""
    assert rating("Good: my new request", about, "The scanner prints blank pages.", SAYINGS, closed=False) is None
    assert rating("Good: my new request", about, "Good", SAYINGS, closed=True) == Rating(GOOD, "")


@pytest.mark.parametrize(
    ("words", "praise"),
    [
        ("Anna was quick and friendly.", True),
        ("Der Techniker war pünktlich und sehr freundlich.", True),
        ("Is the warranty extended?", False),
        ("But the scanner is broken.", False),
        ("Please send the invoice.", False),
        ("Aber der Scanner geht nicht.", False),
        ("Wann kommt die Rechnung", False),
        ("Bis auf den Scanner.", False),
        ("Very friendly. " * (PRAISE // 10), False),
    ],
)
def test_praise_asks_nothing(words: str, praise: bool) -> None:
    """M4: Beside “good”, a question or a word of doubt is a request."""
    assert is_praise(words, SAYINGS) is praise
