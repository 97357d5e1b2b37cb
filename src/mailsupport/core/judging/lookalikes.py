"""Does a sender only look like somebody we know? Attacks 20 and 21: `gl0bex.example`, "Anna Berg" at a mailbox of anybody.

In: an address and the desk. Out: the known domain or person it could be taken for, or "". Known are the domains of customers, of
the desk and of its people. Nothing is decided by this: staff read it above the customer's words.

For editing here: two domains, or two words of a name, look alike when they come to the same letters after `_ALIKE`; the table
holds what stands for a Latin letter in the usual fonts (after Unicode's confusables.txt), and nothing that merely resembles.
"""

from __future__ import annotations

import re
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
_CAPITALS = str.maketrans("НΗΝМΜВТΖΥ", "HHNMMBTZY")
"""What looks like a Latin letter as a capital, whatever it is in small: names have capitals, domains have none."""
_UNSEEN = frozenset({"Mn", "Me", "Cf"})
"""Unicode's categories of marks on letters, and of what takes no room."""
_WORD = re.compile(r"[^\W_]+")
_NAME = 200
"""Characters of a name that are compared: nobody sees more of it."""
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
    """Return the name of one of us that somebody else's mail bears, or ""; “Berg, Anna” is Anna Berg, Anna may be anybody."""
    if not name or desk.person_at(email) is not None:
        return ""
    said, ours = _words(name), _by_words(tuple(one.name for one in desk.people.values()))
    parts = (tuple(sorted(said[at : at + size])) for size in {len(one) for one in ours} for at in range(len(said) - size + 1))
    return next((ours[part] for part in parts if part in ours), "")


@lru_cache(maxsize=8)
def _by_words(names: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    """Return each name of two words or more by its words, as a hasty reader sees them, in whatever order."""
    return {words: name for name in names if len(words := tuple(sorted(_words(name)))) > 1}


def _words(name: str) -> list[str]:
    """Return the words of a name as a hasty reader sees them; what a hyphen joins is one."""
    plain = _bare(name[:_NAME]).replace("-", "")
    return [_folded(word) for word in _WORD.findall(plain)]


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
    return _folded(_bare(".".join(_shown(label) for label in domain.split(".")[:20])))


def _bare(text: str) -> str:
    """Return a text without the marks on its letters, and without what is not seen."""
    return "".join(one for one in unicodedata.normalize("NFKD", text) if unicodedata.category(one) not in _UNSEEN)


def _folded(bare: str) -> str:
    """Return what is alike as one letter."""
    letters = bare.translate(_CAPITALS).casefold().translate(_ALIKE)
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
