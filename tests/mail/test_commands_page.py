"""Commands are documented, and their words in every language are good ones."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from mailsupport.core.reading.commands import VERBS, verb_of
from mailsupport.mail import commands_page
from mailsupport.mail.commandwords import command_words
from mailsupport.resources import shipped

WORDS = tomllib.loads((shipped("templates") / "words.toml").read_text(encoding="utf-8"))
GERMAN = tomllib.loads((shipped("templates") / "de" / "words.toml").read_text(encoding="utf-8"))


def test_the_page_is_what_the_program_does() -> None:
    """A changed verb needs a new page: python -m mailsupport.mail.commands_page --write."""
    there = (Path(__file__).parents[2] / commands_page.PAGE).read_text(encoding="utf-8")

    assert commands_page.page() == there


@pytest.mark.parametrize("tables", [WORDS, GERMAN], ids=["en", "de"])
def test_every_command_is_explained(tables: dict[str, dict[str, str]]) -> None:
    """In each language that is complete."""
    assert set(VERBS) == set(tables["help"])


def test_every_statement_is_said_in_german_with_the_same_values() -> None:
    """No English sentence in a German mail, and nothing that one language tells and the other does not."""

    def places(sentence: str) -> set[str]:
        return {part.split("}")[0] for part in sentence.split("{")[1:]}

    assert set(WORDS["said"]) == set(GERMAN["said"])
    assert [] == [code for code in WORDS["said"] if places(WORDS["said"][code]) != places(GERMAN["said"][code])]


def test_german_has_a_word_for_every_command() -> None:
    """Spam is spam."""
    assert set(VERBS) == set(GERMAN["commands"])


def test_a_site_brings_words_of_its_own(tmp_path: Path) -> None:
    """A folder of a language is enough; English words stay what they are, and nonsense is passed over."""
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "words.toml").write_text('[commands]\nclose = "Fermer, note"\nnonsense = "rien"\ntake = 3\n')
    (tmp_path / "xx").mkdir()
    (tmp_path / "xx" / "words.toml").write_text("this is no TOML")
    words = command_words(tmp_path)

    assert ("close", "note", None) == (words.get("fermer"), verb_of("note", words), words.get("rien"))
    assert "close" == verb_of("SCHLIESSEN", words) == verb_of("schließen", words)
