"""How was it? Reads what a customer answers to the question under a closing mail.

In: subject and new words of a mail on a closed ticket, or one whose subject begins with the word as our button writes it. Out: a
`Rating`, or None. The word stands alone on the first line, or, where the author took it away, before the subject.

To edit here: a rating is never guessed from a text. The phrases stand in `templates/sayings.toml` and its kin.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailsupport.core.sayings import Sayings, words_of

GOOD, NOT_GOOD = "good", "not_good"
"""Codes of ratings."""

PRAISE = 400
"""Characters of praise: who writes more says more."""

_FIRST_LINE = 60


@dataclass(frozen=True, slots=True)
class Rating:
    """What the customer answered: a code, and the words beside it ("" for none)."""

    code: str
    words: str


def rating(subject: str, about: str, new_words: str, sayings: Sayings, *, closed: bool) -> Rating | None:
    """Return how the customer rates a request whose subject is `about`; None when the mail says nothing of it."""
    marked = _before(subject, about, sayings)
    first, _, rest = new_words.strip().partition("\n")
    code = _code(first, sayings) if len(first) <= _FIRST_LINE else ""
    if code and (closed or marked):
        return Rating(code, rest.strip())
    return Rating(marked, new_words.strip()) if marked else None


def is_praise(words: str, sayings: Sayings) -> bool:
    """Whether words beside “good” ask nothing: they are few, no question, and hold no word by which they may say more."""
    said = words_of(words)
    doubt = sayings.of("doubt")
    longest = max(map(len, doubt), default=0)
    pieces = (said[at : at + size] for size in range(1, longest + 1) for at in range(len(said)))
    return len(words) <= PRAISE and not set("?？") & set(words) and not any(piece in doubt for piece in pieces)


def _code(text: str, sayings: Sayings) -> str:
    return next((code for code in (NOT_GOOD, GOOD) if sayings.mean(code, text)), "")


def _before(subject: str, about: str, sayings: Sayings) -> str:
    """The rating that stands before the ticket's own subject: “Not good: Printer on floor 3”."""
    word, colon, rest = subject.partition(":")
    named = " ".join(words_of(about[:_COMPARED]))  # the last word may be cut there; a subject without words names nothing
    return _code(word, sayings) if colon and named and " ".join(words_of(rest)).startswith(named) else ""


_COMPARED = 40
"""Characters of a ticket's subject that a ready mail surely holds."""
