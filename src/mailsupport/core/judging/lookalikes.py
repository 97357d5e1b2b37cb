"""Does a sender only look like somebody we know? Attacks 20 and 21: `gl0bex.example`, "Anna Berg" at a mailbox of anybody.

In: an address and the desk. Out: the known domain or person it could be taken for, or "". Known are the domains of customers, of
the desk and of its people. Nothing is decided by this: staff read it above the customer's words.

For editing here: two domains look alike when they come to the same letters after `_ALIKE`; the table holds what stands for a
Latin letter in the usual fonts (after Unicode's confusables.txt), and nothing that merely resembles.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from mailsupport.core.desk import Desk

_ALIKE = str.maketrans(
    {
        **dict(zip("авсԁеһіјкӏмпорԛгѕтуѵԝхѡԍь", "abcdehijklmnopqrstyvwxwgb", strict=True)),
        **dict(zip("αβγεηικνορτυχωϲϳ", "abyenikvoptuxwcj", strict=True)),
        **dict(zip("ıłøđħŧƒǀɡɑʟʀ", "ilodhtflgalr", strict=True)),
        **dict(zip("0135", "oles", strict=True)),
        "σ": "c",  # what folding makes of ϲ
        "-": None,
        "_": None,
    }
)
_PAIRS = (("i", "l"), ("rn", "m"), ("vv", "w"), ("cl", "d"))
_LABEL = 63
"""RFC 1035 §2.3.4."""


def looks_like(email: str, desk: Desk) -> str:
    """Return the domain we know that the domain of an address imitates, or ""."""
    domain = email.rpartition("@")[2].lower().strip(".")
    known, labels = _known(desk), domain.split(".")
    if not domain or any(".".join(labels[at:]) in known for at in range(len(labels))):
        return ""
    return _by_letters(known).get(_letters(domain), "")


def named_like(name: str, email: str, desk: Desk) -> str:
    """Return the name of one of us that somebody else's mail bears, or ""."""
    if not name or desk.person_at(email) is not None:
        return ""
    said = f" {' '.join(name.casefold().split())} "
    return next((one.name for one in desk.people.values() if " " in one.name and f" {one.name.casefold()} " in said), "")


def _known(desk: Desk) -> frozenset[str]:
    """Return the domains that a stranger may imitate."""
    named = [pattern for customer in desk.customers.values() for pattern in customer.match]
    return frozenset(one.rpartition("@")[2] for one in (*named, *desk.own_addresses, *desk.by_address))


@lru_cache(maxsize=8)
def _by_letters(domains: frozenset[str]) -> dict[str, str]:
    """Return one domain for each way to look; of two that we know and that look alike, the last in the alphabet."""
    return {_letters(domain): domain for domain in sorted(domains) if domain}


def _letters(domain: str) -> str:
    """Return a domain as a hasty reader sees it."""
    shown = ".".join(_shown(label) for label in domain.split(".")[:20])
    bare = "".join(one for one in unicodedata.normalize("NFKD", shown).casefold() if not unicodedata.combining(one))
    letters = bare.translate(_ALIKE)
    for two, one in _PAIRS:
        letters = letters.replace(two, one)
    return letters


def _shown(label: str) -> str:
    """Return a label as mail programs show it: `xn--…` in its own letters (RFC 5891)."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:_LABEL].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return label
