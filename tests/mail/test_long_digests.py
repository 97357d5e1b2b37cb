"""Hundreds of tickets in one mail: it stays HTML that no mail program clips, and its text names every one of them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from mailsupport.app.letters.bundles import SUBJECT, WHOSE
from mailsupport.core.reaching.digests import MOST
from mailsupport.mail.alarms import AllClearsContext, DigestContext
from mailsupport.mail.render import HTML_LIMIT, OUTPUT_LIMIT, Rendered, Templates
from mailsupport.mail.samples import samples

TEMPLATES = Templates(None)
MANY = 500
SUBJECTS = {"plain": "Printer on floor 3 does not print", "markup": "<b>&\"'" * 11 + "<b>&", "faces": "\N{GRINNING FACE}" * 70}


@cache
def rendered(name: str, language: str, subject: str) -> Rendered:
    """A mail about 500 tickets whose subjects are all of that kind."""
    whole = samples()[name][0]
    assert isinstance(whole, DigestContext | AllClearsContext)
    one = whole.lines[0]
    lines = tuple(replace(one, tag=f"#{n}-k3", subject=SUBJECTS[subject], whose="<Globex>" * 5) for n in range(1, MANY + 1))
    return TEMPLATES.render(name, language, replace(whole, lines=lines))  # type: ignore[arg-type]  # of the same class


EVERY = [(name, language) for name in ("escalation/digest", "escalation/all_clears") for language in ("en", "de")]


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize(("name", "language"), EVERY)
def test_the_longest_digest_stays_html_below_the_limit(name: str, language: str, subject: str) -> None:
    """Whatever strangers write as subjects: markup that grows when it is escaped, or letters of four bytes, nine by number."""
    mail = rendered(name, language, subject)

    assert mail.html is not None
    assert 40_000 < len(mail.html.encode("ascii", "xmlcharrefreplace")) < HTML_LIMIT


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_the_text_names_every_ticket_and_html_counts_the_rest(name: str, language: str) -> None:
    """What the table has no room for is counted below it."""
    mail = rendered(name, language, "markup")
    shown = sum(f"#{n}-k3" in (mail.html or "") for n in range(1, MANY + 1))

    assert all(f"#{n}-k3" in mail.text for n in range(1, MANY + 1))
    assert f"{'and' if language == 'en' else 'und'} {MANY - shown} " in (mail.html or "")


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_a_digest_that_fits_counts_nothing(name: str, language: str) -> None:
    """Every ticket of the sample has its row."""
    html = TEMPLATES.render(name, language, samples()[name][0]).html or ""

    assert "text part" not in html
    assert "Textteil" not in html


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_two_thousand_tickets_are_each_in_the_text_of_a_mail(name: str, language: str) -> None:
    """P1: As many in a mail, and words as long, as one is made of: no text comes near what a template may write."""
    whole = samples()[name][0]
    assert isinstance(whole, DigestContext | AllClearsContext)
    one, numbers = whole.lines[0], range(1, 2001)
    longest = [replace(one, tag=f"#{n}-k3", subject="W" * SUBJECT, whose="W" * WHOSE) for n in numbers]
    parts = [tuple(longest[at : at + MOST]) for at in range(0, len(longest), MOST)]
    texts = [TEMPLATES.render(name, language, replace(whole, lines=part)).text for part in parts]  # type: ignore[arg-type]  # of the same class

    assert all(any(f"#{n}-k3 " in text for text in texts) for n in numbers)
    assert max(map(len, texts)) < OUTPUT_LIMIT * 2 // 3
