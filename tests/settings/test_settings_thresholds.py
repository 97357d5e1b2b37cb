"""What the keys of warnings and pauses mean once they are read."""

from __future__ import annotations

from datetime import date

import pytest
from settings_text import GOOD, Reader

from mailsupport.core.desk import Contract, Threshold
from mailsupport.settings import desk


def standard(read: Reader, *lines: str) -> Contract:
    """The contract with more keys."""
    return desk(read(GOOD.replace('calendar = "24x7"', "\n".join(('calendar = "24x7"', *lines))))).contracts["standard"]


def test_nothing_is_promised_that_is_not_written(read: Reader) -> None:
    """No resolution, no update, no warnings; the customer pauses, and an escalation has thirty days."""
    found = standard(read)

    assert ({}, {}, (), frozenset({"customer"}), 30 * 86_400) == (
        found.resolution,
        found.progress_update,
        found.warn_at,
        found.pause_for,
        found.escalation_close,
    )


def test_thresholds_are_percentages_and_times_before(read: Reader) -> None:
    """Also a single one, without brackets."""
    assert standard(read, 'warn_at = ["50%", "-1h", "-30m"]').warn_at == (
        Threshold(percent=50, text="50%"),
        Threshold(before=3600, text="-1h"),
        Threshold(before=1800, text="-30m"),
    )
    assert standard(read, 'warn_at = "80%"').warn_at == (Threshold(percent=80, text="80%"),)


@pytest.mark.parametrize(
    ("written", "meant"), [('"never"', set()), ('"vendor"', {"vendor"}), ('["customer", "vendor"]', {"customer", "vendor"})]
)
def test_a_contract_pauses_for_whom_it_names(read: Reader, written: str, meant: set[str]) -> None:
    """One, several, or nobody."""
    assert standard(read, f"pause_for = {written}").pause_for == meant


def test_an_escalation_may_last_for_ever(read: Reader) -> None:
    """Where nobody wants to hear of it."""
    assert standard(read, 'escalation_close = "never"').escalation_close == 0


def test_dates_are_days(read: Reader) -> None:
    """As TOML's own, or as text."""
    found = standard(read, "valid_from = 2026-01-01", 'valid_to = "2027-12-31"')

    assert (date(2026, 1, 1), date(2027, 12, 31)) == (found.valid_from, found.valid_to)


def test_a_contract_inherits_its_warnings(read: Reader) -> None:
    """Like every other key."""
    text = GOOD.replace('calendar = "24x7"', 'calendar = "24x7"\nwarn_at = ["50%"]') + '[contract.gold]\ninherits = "standard"\n'

    assert desk(read(text)).contracts["gold"].warn_at == (Threshold(percent=50, text="50%"),)


def test_what_is_warned_of_is_part_of_the_version(read: Reader) -> None:
    """Tickets keep the thresholds that they came under."""
    assert standard(read).version != standard(read, 'warn_at = ["50%"]').version
