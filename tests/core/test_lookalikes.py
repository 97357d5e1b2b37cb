"""Domains that look like one we know, and those that are it or another (attacks 20 and 21)."""

from __future__ import annotations

import pytest
from mail_values import a_desk

from mailsupport.core.desk import Customer, Desk, Person
from mailsupport.core.judging.lookalikes import looks_like, named_like

DESK = a_desk(customers={"wide": Customer("wide", "Wide Office", frozenset({"@wide-office.example"}), "standard")})
SHAPES = {
    "a": "аαɑáàâäãå", "b": "ƅьβ", "c": "сϲćç", "d": "ԁđď", "e": "еεéèêë3", "f": "ƒ", "g": "ɡԍ", "h": "һħ", "i": "іιıíìîï1l",
    "l": "ӏłǀ1i", "o": "оοσ0óòôöø", "p": "рρ", "s": "ѕ5ś", "w": "ԝω", "x": "хχ", "y": "уγý", "j": "јϳ", "k": "κќ", "n": "ոń",
}  # fmt: skip
EXACT = "wide-office.example"
IMITATIONS = [
    f"{EXACT[:at]}{other}{EXACT[at + 1 :]}"
    for at, letter in enumerate(EXACT.partition(".")[0])
    for other in SHAPES.get(letter, "")
    if other not in ("ƅ", "ո", "σ")
]


def test_each_imitation_is_named() -> None:
    """Letters of other alphabets, marks above letters, digits: as mail programs show them, and as `xn--` writes them."""
    spelt = [".".join(label.encode("idna").decode() for label in one.split(".")) for one in IMITATIONS if _encodes(one)]
    tried = {*IMITATIONS, *spelt, "wide0ffice.example", "vvide-office.example", "wideoffice.example", "wide--office.example"}
    missed = [one for one in sorted(tried - {EXACT}) if looks_like(f"x@{one}", DESK) != EXACT]

    assert len(tried) >= 90
    assert missed == []


def _encodes(domain: str) -> bool:
    try:
        return bool(domain.encode("idna"))
    except UnicodeError:
        return False


@pytest.mark.parametrize(
    "domain",
    [
        EXACT,
        f"mail.{EXACT}",
        f"{EXACT}.",
        EXACT.upper(),
        "office.example",
        "wide-office.com",
        "wide-offices.example",
        "xn--",
        "",
        ".",
    ],
)
def test_the_domain_itself_and_others_imitate_nobody(domain: str) -> None:
    """What lies below the domain belongs to it; another word is another house."""
    assert looks_like(f"x@{domain}", DESK) == ""


def test_two_domains_that_we_know_imitate_neither() -> None:
    """A house with two spellings of its name: who writes from either, or from below it, is no imitation of the other."""
    patterns = frozenset({"jo@wideoffice.example", "jo@wide-office.example"})
    desk = a_desk(customers={"wide": Customer("wide", "Wide Office", patterns, "standard")})
    senders = ("x@wideoffice.example", "x@wide-office.example", "x@mail.wideoffice.example", "x@mail.wide-office.example")

    assert [looks_like(one, desk) for one in senders] == ["", "", "", ""]
    assert looks_like("x@w1de-office.example", desk) in ("wideoffice.example", "wide-office.example")


@pytest.mark.parametrize("hostile", ["xn--" + "9" * 60, "xn--" * 60, "a." * 120, "\u0301" * 200, "xn--\u0430"])
def test_no_domain_stops_it(hostile: str) -> None:
    """What is no name of a host imitates nobody."""
    assert looks_like(f"x@{hostile}", DESK) == ""


ANNA = "Anna Berg"
ALIKE = [
    "Berg, Anna", "BERG Anna", "Berg, Anna (Acme)", '"Anna Berg"', "Anna  Berg", "anna.berg", "Anna Berg <anna@acme.example>",
    "Аnna Berg", "Annа Веrg", "Αnna Βerg", "ΑΝΝΑ ΒΕRG", "Ánna Bérg", "A\u0301nna Berg", "An\u200bna Berg", "Ａｎｎａ Berg",
    "from Berg, Anna", "Anna Berg via Office",
]  # fmt: skip
OTHERS = [
    "Anna", "Berg", "Anna, Anna", "Berg Berg", "Anna Bergmann", "Annabel Berg", "Anna-Berg", "Anna Meyer-Berg", "Anna Lena Berg",
    "Hannah Berg", "Anne Berg", "Ann Aberg", "", " ", ",", "\u200b", "Anna " * 500,
]  # fmt: skip


@pytest.mark.parametrize("name", ALIKE)
def test_a_name_that_reads_like_ours_is_named(name: str) -> None:
    """The family name first, letters of other alphabets, marks, what is not seen: a hasty reader sees Anna Berg."""
    assert named_like(name, "x@evil.example", _with_anna()) == ANNA


@pytest.mark.parametrize("name", OTHERS)
def test_a_name_that_shares_a_word_with_ours_is_somebody_elses(name: str) -> None:
    """Many are called Anna: a first name alone, a longer name or another one raises no alarm."""
    assert named_like(name, "x@evil.example", _with_anna()) == ""


def _with_anna() -> Desk:
    return a_desk(
        people={"anna": Person("anna", ANNA, ("anna@acme.example",)), "ben": Person("ben", "Ben", ("ben@acme.example",))}
    )


def test_a_name_of_ours_at_a_strangers_address() -> None:
    """Anna Berg at her own address is she; a mailbox of anybody by that name is named, as are words around it."""
    anna = next(one for one in DESK.people.values() if " " in one.name)

    assert named_like(anna.name, "x@evil.example", DESK) == anna.name
    assert named_like(f"  {anna.name.upper()} via Office ", "x@evil.example", DESK) == anna.name
    assert named_like(anna.name, anna.addresses[0], DESK) == ""
    assert named_like("", "x@evil.example", DESK) == named_like("Annabel Bergman", "x@evil.example", DESK) == ""
