"""What [assignment] means once it is read, and what it refuses."""

from __future__ import annotations

import pytest
from settings_text import GOOD, Judge, Reader

from mailsupport.core.desk import Assignment, Policy
from mailsupport.settings import desk


def test_whoever_takes_it_unless_it_is_written(read: Reader) -> None:
    """Everybody is notified, ten minutes for an offer, no limit, and a reason for giving a ticket back."""
    assert desk(read(GOOD)).assignment == Assignment(Policy.MANUAL, 600, 0, decline_needs_reason=True)


def test_every_key_is_read(read: Reader) -> None:
    """As it is written."""
    written = '[assignment]\npolicy = "offer"\noffer_for = "15m"\nmax_open = 12\ndecline_needs_reason = false\n'

    assert desk(read(GOOD + written)).assignment == Assignment(Policy.OFFER, 900, 12, decline_needs_reason=False)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('offer_for = "30s"', "is not between a minute and a day"),
        ('offer_for = "25h"', "is not between a minute and a day"),
        ("max_open = -1", ""),
        ('policy = "fair"', ""),
    ],
)
def test_what_cannot_be_meant_is_refused(problems: Judge, line: str, words: str) -> None:
    """By the key that is wrong, with a cure."""
    found = problems(f"{GOOD}[assignment]\n{line}\n")

    (key,) = found
    assert key == f"assignment.{line.partition(' ')[0]}"
    assert words in found[key].what
    assert found[key].cure
