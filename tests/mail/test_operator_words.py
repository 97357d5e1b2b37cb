"""What the operator reads of ours is in their language and time; what a server said stays as it is."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

import mailsupport
from mailsupport.mail.contexts import OperatorContext
from mailsupport.mail.render import Templates
from mailsupport.mail.words import Words
from mailsupport.resources import shipped

GERMAN = tomllib.loads((shipped("templates") / "de" / "words.toml").read_text(encoding="utf-8"))["operator"]
WORDS = tomllib.loads((shipped("templates") / "words.toml").read_text(encoding="utf-8"))
SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in Path(mailsupport.__file__).parent.rglob("*.py"))


def notice(language: str, what: str, why: str, cure: str) -> str:
    context = OperatorContext(what, why, cure, datetime(2026, 11, 23, 9, tzinfo=UTC), "Europe/Berlin")
    return Templates().render("operator/notice", language, context).text


def test_our_sentences_are_in_the_language_and_a_servers_are_not() -> None:
    """Each sentence on its own; names and numbers stay."""
    said = (
        "an alert to ben@x.example was refused",
        "the relay said 550 no such user",
        "correct the address in the settings; look",
    )
    text = notice("de", *said)

    assert text.startswith("Ein Alarm an ben@x.example wurde abgelehnt\n")
    assert "Grund:   Das Relay meldet: 550 no such user\n" in text
    assert "Abhilfe: Die Adresse in den Einstellungen berichtigen; look\n" in text
    assert notice("en", *said).startswith("an alert to ben@x.example was refused\n")


def test_a_sites_sentence_may_name_a_place_twice_or_by_a_number() -> None:
    """No form of a site's words stops a mail."""
    words = Words({**WORDS, "operator": {"{n} of {n} in {1}": "{1}: {n}"}})

    assert words.ours("a of b in c") == "c: b"


@pytest.mark.parametrize("english", GERMAN)
def test_each_german_sentence_is_of_one_that_the_program_says(english: str) -> None:
    """A sentence that was changed needs its German changed, too; and both have the same places."""
    places = re.findall(r"\{\w+\}", english)

    assert all(piece in SOURCES for piece in re.split(r"\{\w+\}|(?: and more)?: ", english) if piece.strip())
    assert sorted(places) == sorted(re.findall(r"\{\w+\}", GERMAN[english]))


@pytest.mark.parametrize("english", GERMAN)
def test_no_sentence_is_taken_for_another(english: str) -> None:
    """The first line that fits counts: a general one stands behind those that it would swallow."""
    words = Words({**WORDS, "operator": GERMAN})

    assert words.ours(re.sub(r"\{\w+\}", "7", english)) == re.sub(r"\{\w+\}", "7", GERMAN[english])
