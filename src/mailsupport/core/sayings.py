"""What do a few words of a customer, or the head of a line, mean? The phrases that every language brings, ready to be compared.

In: phrases by language and meaning, as `mail.sayings` reads them from the `sayings.toml` beside the templates. Out: `Sayings`.
No phrase stands in this file. For editing here: only whole texts are compared, never parts of one; what is not in the lists
means nothing (a text is never guessed at).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from math import prod

Phrase = tuple[str, ...]

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_CHOICE = re.compile(r"\[([^\]]*)\]")
MOST_FORMS = 5000
"""Forms that one phrase with choices may have; a phrase that means more is cut there, and `mail.sayings.problems` names it."""


def words_of(text: str) -> Phrase:
    """Return the words of a text as they are compared: composed, case folded, without punctuation."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").replace("`", "'").casefold()
    return tuple(_WORD.findall(plain))


@dataclass(frozen=True, slots=True)
class Sayings:
    """Phrases by their meaning (of every language together), and the first of each, as it is written, by language."""

    phrases: Mapping[str, frozenset[Phrase]] = field(default_factory=dict)
    first: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def mean(self, meaning: str, text: str) -> bool:
        """Whether the whole text is one phrase of that meaning."""
        return words_of(text) in self.phrases.get(meaning, frozenset())

    def of(self, meaning: str) -> frozenset[Phrase]:
        """Return every phrase of that meaning."""
        return self.phrases.get(meaning, frozenset())

    def written(self, meaning: str, language: str) -> str:
        """Return the phrase that we write ourselves in that language, in English where it has none; "" for no meaning."""
        primary = language.partition("-")[0]
        named = (self.first.get((meaning, one)) for one in (language, primary, "en"))
        return next((phrase for phrase in named if phrase), "")


def sayings(lists: Mapping[str, Mapping[str, Iterable[str]]]) -> Sayings:
    """Return what the lists say: language, then meaning, then phrases; `[quick|fast|]` stands for either word, or none."""
    phrases: dict[str, set[Phrase]] = {}
    first: dict[tuple[str, str], str] = {}
    for language, meanings in lists.items():
        for meaning, written in meanings.items():
            for phrase in written:
                first.setdefault((meaning, language), phrase)
                phrases.setdefault(meaning, set()).update(_meant(phrase))
    return Sayings({meaning: frozenset(found - {()}) for meaning, found in phrases.items()}, first)


def forms_of(phrase: str) -> int:
    """Return how many forms a phrase has by its choices."""
    return prod(len(choice) for choice in _choices(phrase))


def _choices(phrase: str) -> list[list[str]]:
    return [piece.split("|") if number % 2 else [piece] for number, piece in enumerate(_CHOICE.split(phrase))]


@lru_cache(maxsize=4096)
def _meant(phrase: str) -> frozenset[Phrase]:
    """Return every form of a phrase; remembered, for settings are loaded again and the phrases stay."""
    return frozenset(words_of(form) for form in _forms(phrase))


def _forms(phrase: str) -> Iterator[str]:
    for number, form in enumerate(product(*_choices(phrase))):
        if number >= MOST_FORMS:
            return
        yield "".join(form)
