"""Is a mail thanks, and nothing else (H8)?

In: the new words of a customer's mail, without quote and signature. Out: yes or no. Every word must belong to a phrase of
thanks, or to one that may stand beside thanks, and there is thanks among them; names of people known here may be said directly
after thanks, a greeting or a farewell, or in a last line of their own, unless they are words of a request (“Invoice Problem” is
no name here). Whatever else there is, a question mark, a digit, a link, a word nobody listed, makes it a request: the phrases are
compared from end to end, and nothing is guessed.

To edit here: the phrases stand in `templates/sayings.toml` and its kin. What takes a request for thanks is a mail that nobody
answers, the other way round costs one answer: in doubt, it is a request.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from mailsupport.core.sayings import Phrase, Sayings, words_of

LONGEST = 300
"""Characters: who writes more has something to say."""

_SMILES = re.compile(r"[:;]-?[)D](?=\s|$)|[🙂😊😀😃👍🙏❤♥🎉\ufe0f💐🌟]")
_SAYS_MORE = re.compile(r"[^\w\s.,;:!()'’\"“”„‚‘´`*_–—-]|[\d@/]")
"""A sign that is in no thanks: a question mark, a digit, a link, an address, another picture."""


def only_thanks(text: str, sayings: Sayings, names: Collection[str] = (), *, closed: bool = False) -> bool:
    """Whether the text says thanks and nothing else. While a request is open, a bare “ok” beside it may answer our question.

    `names` are those by which the author, or we, may be called in it.
    """
    plain = _SMILES.sub(" ", text)
    if not 0 < len(plain) <= LONGEST or _SAYS_MORE.search(plain):
        return False
    known = {word for name in names for word in words_of(name)} - {word for phrase in sayings.of("doubt") for word in phrase}
    *above, last = plain.rstrip().split("\n")
    signed = above and known.issuperset(words_of(last))
    return _is_all(words_of("\n".join(above) if signed else plain), sayings, frozenset(known), closed=closed)


def _is_all(words: Phrase, sayings: Sayings, names: frozenset[str], *, closed: bool) -> bool:
    """Whether the words are phrases from end to end, thanks among them; a name follows a greeting, a farewell or thanks."""
    thanks = sayings.of("thanks")
    beside = [sayings.of(meaning) for meaning in ("beside", *(("agreed",) if closed else ()))]
    polite = [sayings.of(meaning) for meaning in ("hello", "farewell", "title")]
    longest = max((len(phrase) for phrases in (thanks, *beside, *polite) for phrase in phrases), default=0)
    # per word, of each way there: whether thanks have been said on it, and whether a name may follow
    reached: list[set[tuple[bool, bool]]] = [{(False, False)}, *(set() for _ in words)]
    for at in range(len(words)):
        ways = reached[at]
        for end in range(at + 1, min(at + longest, len(words)) + 1):
            phrase = words[at:end]
            if phrase in thanks:
                reached[end] |= {(True, True) for _ in ways}
            if any(phrase in phrases for phrases in polite):
                reached[end] |= {(said, True) for said, _ in ways}
            if any(phrase in phrases for phrases in beside):
                reached[end] |= {(said, False) for said, _ in ways}
            if end == at + 1 and phrase[0] in names:
                reached[end] |= {(said, True) for said, may in ways if may}
    return any(said for said, _ in reached[-1])
