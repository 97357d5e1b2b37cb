"""Nobody passes for one of us, and none of us is refused: through the bytes of a mail, its clues and its standing (P8)."""

from __future__ import annotations

import pytest
from identity_attacks import ATTACKS, KEYS, Row
from identity_ours import LEGITIMATE
from mail_values import NOW, a_ticket

from mailsupport.core.judging.matching import Known, clues, match
from mailsupport.core.judging.standing import Standing, standing
from mailsupport.mail.parse import read


def stands(row: Row) -> Standing:
    """Who the author of a row is taken for, as intake asks it."""
    mail = read(row.raw)
    found = clues(mail, KEYS, row.desk.own_addresses)
    joined = match(mail, found, Known(tickets={4711: a_ticket()}), row.desk, NOW)
    return standing(mail, joined.token, row.desk)


def test_the_tables_are_as_long_as_promised() -> None:
    """At least 500 attacks and 100 legitimate mails, no two alike."""
    assert len({row.raw for row in ATTACKS}) >= 500
    assert len({row.raw for row in LEGITIMATE}) >= 100


@pytest.mark.parametrize("row", ATTACKS, ids=lambda row: ascii(row.name))
def test_a_spoofed_sender_or_token_is_not_believed(row: Row) -> None:
    """None of them gives power, and the reason is said (P8, attacks 5 to 9, 20 and 21)."""
    found = stands(row)
    assert not found.power
    assert found.reason


@pytest.mark.parametrize("row", LEGITIMATE, ids=lambda row: ascii(row.name))
def test_one_of_us_is_not_refused(row: Row) -> None:
    """Whoever has token, address and, where it is asked for, the server's word, is obeyed as that person."""
    found = stands(row)
    assert (found.person and found.person.key, found.power) == ("anna", True), found.reason
