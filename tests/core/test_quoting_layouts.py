"""How 89 mail programs put the mail answered to below the new words, and what looks like it and is a person's own.

The texts stand in two files beside this one: `### name`, then the text as the program writes it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from mailsupport.core.reading.quoting import split

WORDS = "Thanks, that helped.\n\nBut page two is still blank."


def texts(name: str) -> dict[str, str]:
    """The texts of a file by their names."""
    sections = (Path(__file__).parent / name).read_text("utf-8").removeprefix("### ").split("\n### ")
    return {title: text.removesuffix("\n") for title, _, text in (section.partition("\n") for section in sections)}


LAYOUTS, OWN_WORDS = texts("quoted_layouts.txt"), texts("own_words.txt")


@pytest.mark.parametrize("program", LAYOUTS)
def test_the_mail_answered_to_is_no_new_word(program: str) -> None:
    """Attribution, header block or rule, in the program's language: all below it is quoted (E7)."""
    found = split(f"{WORDS}\n\n{LAYOUTS[program]}\n")
    assert found.new == WORDS
    assert "Old words" in found.quoted


@pytest.mark.parametrize("name", OWN_WORDS)
def test_what_a_person_wrote_is_kept_whole(name: str) -> None:
    """Lists, logs, prompts, answers between quotes and words that programs use too are no quote (E7)."""
    assert split(OWN_WORDS[name]).new == OWN_WORDS[name]


def test_the_tables_are_whole() -> None:
    """No text was lost between two headings."""
    assert (len(LAYOUTS), len(OWN_WORDS)) == (89, 21)
