"""H6: What people write above an alert, in their own words."""

from __future__ import annotations

import pytest

from mailsupport.core.reading.alertwords import PHRASES, as_command
from mailsupport.core.reading.commands import VERBS, read_request


@pytest.mark.parametrize(
    ("text", "verb", "value"),
    [
        ("wrong person", "notme", ""),
        ("Not me!", "notme", ""),
        ("that’s not me", "notme", ""),
        ("Falsche Person.\n\nGruß, Ben", "notme", ""),
        ("Bin nicht zuständig", "notme", ""),
        ("I take over", "take", ""),
        ("Ich übernehme.", "take", ""),
        ("snooze 2h", "snooze", "2h"),
        ("Deescalate: agreed with the customer", "deescalate", "agreed with the customer"),
        ("escalate", "escalate", ""),
    ],
)
def test_plain_words_are_a_command(text: str, verb: str, value: str) -> None:
    """The whole first line, in whatever case."""
    request = read_request(as_command(text))

    assert [(c.verb, c.value) for c in request.commands] == [(verb, value)]


@pytest.mark.parametrize(
    "text",
    ["", "not me, but Jo has looked at it", "take a look please", "I am on it", "escalate this only if Jo agrees", "/ack 30m"],
)
def test_a_sentence_is_none(text: str) -> None:
    """It acknowledges, and is kept as a note; what is a command already stays as it is."""
    assert as_command(text) == text


def test_every_phrase_means_a_verb() -> None:
    """One that is obeyed."""
    assert set(PHRASES.values()) <= set(VERBS)
