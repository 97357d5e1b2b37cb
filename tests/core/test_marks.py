"""What is ours is seen however it is spelt, and nothing else is taken for it."""

from __future__ import annotations

import pytest

from mailsupport.core.judging import tokens
from mailsupport.core.judging.tokens import Purpose
from mailsupport.core.reading.marks import has_ours

KEYS = (b"k" * 32,)
TOKEN = tokens.issue(KEYS, Purpose.REPLY, 4711, "anna", "3")
WIDE = "".join(chr(ord(sign) + 0xFEE0) if sign.isalnum() else sign for sign in TOKEN)

OURS = (
    *(f"[ref:{TOKEN}]", f"[REF:{TOKEN.upper()}]", "[ref:", f"[r\u200bef:{TOKEN}]", f"see {TOKEN}, please", TOKEN.upper()),
    *(f"support+{TOKEN}@acme.example", f"support%2B{TOKEN}%40acme.example", f"<ms.{TOKEN}.u1@acme.example>", WIDE),
    *(f"{TOKEN[:7]}\u00ad{TOKEN[7:]}", f"{TOKEN[:12]}\n{TOKEN[12:]}", f"{TOKEN[:12]}=\u2060 {TOKEN[12:]}".replace("=", "")),
    *(tokens.issue(KEYS, purpose, 0, "anna", "3") for purpose in Purpose if purpose is not Purpose.CUSTOMER),
)
NOT_OURS = (
    *("", "Please see version 4.711.", "t4711.example", "The reference is [4711].", "d41d8cd98f00b204e9800998ecf8427e"),
    *(tokens.issue(KEYS, Purpose.CUSTOMER, 4711, "", "3"), "support@acme.example", tokens.number_tag(KEYS, 4711)),
)


@pytest.mark.parametrize("text", OURS, ids=ascii)
def test_a_token_is_seen_however_it_is_spelt(text: str) -> None:
    """P7: In capitals, wide letters, escapes, with what nobody sees in it, broken at a line's end."""
    assert has_ours(text)


@pytest.mark.parametrize("text", NOT_OURS, ids=ascii)
def test_other_words_are_not_taken_for_ours(text: str) -> None:
    """A customer's own token gives no power, and may stand in their own words."""
    assert not has_ours(text)
