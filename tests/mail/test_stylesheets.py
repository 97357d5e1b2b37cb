"""Which classes does a page's style sheet hide? And which colours are none?"""

from __future__ import annotations

import time

import pytest

from mailsupport.mail.concealed import is_pale
from mailsupport.mail.htmltext import html_to_text
from mailsupport.mail.stylesheets import hidden_names

SHEETS = {
    "<p>no sheet</p>": set(),
    "<style>.a{display:none}</style>": {"a"},
    "<STYLE type='text/css'>P.a , #b{ visibility : hidden }.c{color:red}</STYLE>": {"a", "b"},
    "<style>.a{display:none}": {"a"},
    "<style><!-- /* fonts */ @font-face{font-family:x} p.Mso{margin:0cm} .a{mso-hide:all} --></style>": {"a"},
    "<style>@media screen and (max-width:480px){.wide{display:none}} .b{display:none}</style>": {"b"},
    "<style>.x{color:red}</style><p>.y{display:none}</p><style>.z{opacity:0}</style>": {"z"},
    "<style>}}.a{display:none}</style>": {"a"},
    "<style>.a p{display:none}</style>": set(),
    "<style>.a .b, p > .c{display:none}</style>": {"b", "c"},
    "<style>/* .a{display:none} */.b{max-height:0}</style>": {"b"},
    "<style>/* </p> */ .a{display:none}</style>": {"a"},
    "<style>.a{line-height:1} .b{border-width:0} .c{min-height:0px}</style>": set(),
    "<style>.a{line-height:0} .b{max-width:0} .c{height:1px}</style>": {"a", "b", "c"},
}


@pytest.mark.parametrize("page", SHEETS)
def test_only_rules_that_always_hold_hide(page: str) -> None:
    """A rule for paper or small screens hides nothing; a selector counts by its last class or id."""
    assert SHEETS[page] == hidden_names(page)


def test_what_a_customer_wrote_does_not_vanish_by_a_sheet() -> None:
    """Only the author of an answer is held to what they saw; a customer's words are all read."""
    page = "<style>.a{display:none}</style><p class=a>Words.</p>"

    assert html_to_text(page) == "Words."
    assert html_to_text(page, strictly=True) == ""


@pytest.mark.parametrize(
    "sheet",
    [
        "{" * 200_000,
        "}" * 200_000,
        "<style>" * 40_000,
        ".a{display:none}" * 20_000,
        "/*" * 100_000,
        ".a," * 60_000 + "{}",
        "<!--" * 50_000,
    ],
)
def test_a_hostile_sheet_costs_little(sheet: str) -> None:
    """Linear, whatever stands in it (attack 12)."""
    start = time.process_time()
    hidden_names(f"<style>{sheet}")

    assert time.process_time() - start < 1


CLEAR = ("rgba(0,0,0,0)", "rgba(10, 20, 30, 0.0)", "rgb(0 0 0 / 0%)", "hsla(0, 0%, 0%, .01)", "#0000", "#12345600", "transparent")
SEEN = (
    "rgb(255,0,0)",
    "rgba(0,0,0,1)",
    "rgba(0,0,0,0.5)",
    "#000",
    "#000000",
    "#123456ff",
    "hsl(0,100%,0%)",
    "red",
    "rgb(0 0 0 / 80%)",
)


@pytest.mark.parametrize("colour", CLEAR)
def test_a_colour_that_is_none(colour: str) -> None:
    """Nobody sees text in it, on any ground."""
    assert is_pale(colour)


@pytest.mark.parametrize("colour", SEEN)
def test_a_colour_that_is_one(colour: str) -> None:
    """Black with a zero at its end is black."""
    assert not is_pale(colour)
