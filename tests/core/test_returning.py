"""D8: Until when an absence notice says that somebody is away: the phrases of real ones, and what says nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsupport.core.reading.returning import away_until
from mailsupport.core.reading.when import written

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
ZONE = "Europe/Berlin"

SAID = [
    ("I am out of the office until Friday.", "2026-11-28 00:00"),
    ("I am out of the office until 4 December 2026 with limited access to mail.", "2026-12-05 00:00"),
    ("I will be away through 2026-12-04.", "2026-12-05 00:00"),
    ("I'm on holiday and will be back on Monday, 30 November.", "2026-11-30 00:00"),
    ("Thank you for your mail. I will be back in the office on 7 December.", "2026-12-07 00:00"),
    ("I return on Dec 7th. In urgent cases call Jo.", "2026-12-07 00:00"),
    ("Ich bin bis zum 4.12. nicht im Büro.", "2026-12-05 00:00"),
    ("Ich bin bis einschließlich 04.12.2026 abwesend.", "2026-12-05 00:00"),
    ("Ich bin vom 20.11. bis 4.12.2026 im Urlaub.", "2026-12-05 00:00"),
    ("Ich bin ab dem 7. Dezember wieder für Sie da.", "2026-12-07 00:00"),
    ("Ab Montag, dem 30.11., bin ich wieder erreichbar.\nBis Freitag vertritt mich Jo.", "2026-11-28 00:00"),
    ("I am in meetings until 17:00.", "2026-11-23 17:00"),
    ("Sie erreichen mich wieder am 07.12.2026.", "2026-12-07 00:00"),
]


@pytest.mark.parametrize(("text", "expected"), SAID)
def test_a_stated_return_is_read(text: str, expected: str) -> None:
    """The last day away ends at midnight, the day of the return begins then, in the zone of whoever is away."""
    found = away_until("Automatic reply: Overdue", text, NOW, ZONE, "de")

    assert found is not None
    assert written(found, ZONE) == expected


SILENT = [
    "I am out of the office.",
    "I am away until further notice.",
    "Ich bin zur Zeit nicht im Büro und melde mich bald.",
    "I am away until 1/2.",
    "I was away until 20 November 2026.",
    "Ab dem 7. Dezember gilt unsere neue Anschrift.",
    "I am away until 4 December 2029.",
    "Bis bald",
    "until",
]


@pytest.mark.parametrize("text", SILENT)
def test_what_is_not_clearly_said_counts_for_nothing(text: str) -> None:
    """No date, two readings, the past, another matter."""
    assert away_until("Out of office", text, NOW, ZONE, "de") is None


def test_the_subject_is_read_too() -> None:
    """Many people write it there."""
    found = away_until("Abwesend bis 4.12.", "Ich lese keine Mails.", NOW, ZONE, "de")

    assert found is not None
    assert written(found, ZONE) == "2026-12-05 00:00"


@given(text=st.text(max_size=200))
def test_any_notice_is_survived(text: str) -> None:
    """What a stranger's machine writes never raises, and never lies in the past."""
    found = away_until("back on " + text, text + " until " + text, NOW, ZONE, "de")

    assert found is None or found > NOW
