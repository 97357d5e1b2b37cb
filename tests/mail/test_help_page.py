"""The page that `/help` sends: one screen, in the reader's language, every command once, with examples that work."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from mailsupport.app.letters.pages import GROUPS, card
from mailsupport.core.deciding.obeying import TABLE
from mailsupport.core.reading.commands import VERBS, read_request, verb_of
from mailsupport.mail.commandwords import command_words
from mailsupport.mail.contexts import PageContext
from mailsupport.mail.render import Templates

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
WORDS = command_words(None)
LINES = 36
"""What fits on one screen of a mail program."""

_WORD = re.compile(r"/([^\W\d_][\w-]*)")


def page(language: str, verb: str = "") -> str:
    context = PageContext("help", "Anna Berg", "UTC", NOW, "marker", commands=card(verb), groups=() if verb else GROUPS)
    return Templates().render("staff/page", language, context).text


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_in_it_exactly_once(language: str, verb: str) -> None:
    """Nothing is missing and nothing is said twice."""
    assert [verb_of(word, WORDS) for word in _WORD.findall(page(language))].count(verb) == 1


@pytest.mark.parametrize("language", ["en", "de"])
def test_it_fits_on_a_screen(language: str) -> None:
    """Whoever asks for help reads no scroll, and no line that wraps."""
    lines = page(language).rstrip("\n").split("\n")

    assert len(lines) <= LINES
    assert [] == [line for line in lines if len(line) > 118]


def test_it_is_in_one_language() -> None:
    """An English reader sees no German words, and the other way round only those that work there."""
    assert not set("äöüß") & set(page("en"))
    assert "/schließen" in page("de") and "/close" not in page("de")


def test_the_groups_hold_what_works() -> None:
    """A new verb needs a place among them; help itself stands in the first lines."""
    grouped = [verb for group in GROUPS for verb in (*group.first, *group.also)]

    assert len(grouped) == len(set(grouped))
    assert {*grouped, "help"} == set(TABLE)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("verb", VERBS)
def test_each_has_two_examples_that_work(language: str, verb: str) -> None:
    """What the page shows can be sent as it stands."""
    _, _, shown = page(language, verb).partition("\n\n> ")
    examples = [
        "\n".join(line.removeprefix(">").removeprefix(" ") for line in example.split("\n"))
        for example in f"> {shown}".strip("\n").split("\n\n")
    ]
    requests = [read_request(example, WORDS) for example in examples]

    assert len(set(examples)) == 2
    assert [None, None] == [request.problem for request in requests]
    assert [verb, verb] == [request.commands[0].verb for request in requests]
