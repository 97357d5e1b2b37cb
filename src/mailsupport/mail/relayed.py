"""Which part of an answer's HTML may a customer see? The author's own words in it, made harmless; or none.

In: the author's HTML, the words that are sent as text, and names for the images. Out: a `Rich`, whose words are letter for
letter those of the text; or None, and then the text goes out alone. The text is the measure: it was cut first
(`core.reading.quoting`), it is always complete, and HTML that says more, less or something else than it is not sent.

For editing here: nothing is believed but the letters. What may pass is a row of `mail.relaystyle`; comments, scripts, forms,
what is hidden, addresses of pictures on other servers and every name of the author's program stay behind. The page is gone
through twice, never again, and never by recursion.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape

from markupsafe import Markup

from mailsupport.core.model import Mail
from mailsupport.core.reading.quoting import new_words
from mailsupport.mail.concealed import Look
from mailsupport.mail.htmltext import html_to_text
from mailsupport.mail.htmltokens import attributes_of, scan
from mailsupport.mail.relaystyle import BLOCKS, DEPTH, PIECES, SIZE, TABLES, TAGS, VOID, harmless, tag
from mailsupport.mail.stylesheets import hidden_names

_ENDS = re.compile(r"quote|cite|signature|appendonsend|divrplyfwdmsg|reference-message|replyblock|originalmessage", re.IGNORECASE)
"""In class or id of an element below the last word: what follows is no longer the answer."""
_LINK = re.compile(r"<(?:https?|ftp|mailto|tel):[^<>\s]*>|\[https?://[^\]\s]*\]", re.IGNORECASE)
_PICTURE = re.compile(r"\[(?:image|bild|immagine|imagen|imagem|afbeelding|obraz|cid)\s?:[^\]\n]{0,200}\]", re.IGNORECASE)
_NAMED_BY_CID = re.compile(r"\[cid:([^\]@\n]{1,100})@?[^\]\n]{0,100}\]")
_MAY_CONCEAL = re.compile(r"color|<img\b|text-indent|clip\s*:|(?:font-size|left|top|width|height)\s*:\s*[-01.]", re.IGNORECASE)
NESTED = 300
"""Elements around a word beyond which a page is no letter; each word costs as many steps as there are elements around it."""
_OPENING = "([{<\"'“„«‘‚¿¡#*•–-"
"""What may stand before the first letter of the words, when a command stood above them."""


@dataclass(frozen=True, slots=True)
class Rich:
    """An answer as HTML, and the Content-IDs (ours) of the pictures that it shows."""

    html: Markup
    images: frozenset[str] = frozenset()


def rich_answer(html: str, new_text: str, words: str, pictures: Mapping[str, str], is_ours: Callable[[str], bool]) -> Rich | None:
    """Return the answer's HTML, or None when it cannot be cut as surely as the text was.

    `new_text`: all new words of the mail; `words`: those that are sent, without commands. `pictures` maps the Content-IDs of the
    author to ours; others are left out. `is_ours` says whether a link or a text holds something internal.
    """
    page = _Page(html)
    scan(html, page)
    all_new, sent = _letters(new_text, page.described), _letters(words, page.described)
    start = len(all_new) - len(sent)
    if not sent or len(page.pieces) > PIECES or not all_new.endswith(sent) or not "".join(page.letters).startswith(all_new):
        return None
    cut = _Cut(start, len(all_new), pictures, is_ours)
    cut.run(page.pieces)
    safe = harmless("".join(cut.out))
    shown = html_to_text(safe, strictly=True)
    if len(safe) > SIZE or is_ours(safe) or _letters(shown, tuple(cut.alts)) != sent:
        return None
    return Rich(Markup(safe), frozenset(cut.images))


def readable_words(words: str) -> str:
    """Return the text of an answer without the inner names that programs give to pictures ("[cid:…]")."""
    return _NAMED_BY_CID.sub(r"[\1]", words)


def as_seen(mail: Mail) -> Mail:
    """Return the mail without words that its author cannot have seen, where its text was made of its HTML; else as it is."""
    if not _MAY_CONCEAL.search(mail.html):
        return mail
    everything, seen = html_to_text(mail.html), html_to_text(mail.html, strictly=True)
    if not seen.strip() or seen == everything or _letters(mail.text) != _letters(everything):
        return mail
    return replace(mail, text=seen, new_text=new_words(seen, mail.html))


def pictures_in(html: str) -> tuple[str, ...]:
    """Return the Content-IDs of the pictures that a page shows, in their order, each once."""
    page = _Page(html)
    scan(html, page)
    found = (_content_id(piece.given) for piece in page.pieces if piece.name == "img")
    return tuple(dict.fromkeys(one for one in found if one))


def _content_id(given: Mapping[str, str]) -> str:
    source = given.get("src", "").strip()
    return source[4:].strip("<> ") if source.lower().startswith("cid:") else ""


def _letters(text: str, described: Sequence[str] = ()) -> str:
    """Return letters and digits alone, without addresses of links and descriptions of pictures, which programs add to a text."""
    text = _PICTURE.sub("", _LINK.sub("", text))
    for words in described:
        text = text.replace(f"[{words}]", "")
    return "".join(filter(str.isalnum, text))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A tag or a run of text; `closes` for a closing tag, `seen` when a reader sees it."""

    name: str = ""
    closes: bool = False
    given: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    seen: bool = True
    number: str = ""


class _Page:
    """First time through: what there is, what of it is seen, and its letters, with the numbers of lists as a text has them."""

    def __init__(self, html: str) -> None:
        self.hiding = hidden_names(html)
        self.pieces: list[_Piece] = []
        self.letters: list[str] = []
        self.described: list[str] = []
        self.look = Look()
        self.around: list[tuple[str, Look]] = []
        self.lists: list[int] = []
        self.number = ""

    def write(self, text: str) -> None:
        """Take characters; a page of too many pieces is not cut at all."""
        if len(self.pieces) > PIECES:
            return
        seen = not self.look.unseen
        letters = "".join(filter(str.isalnum, text)) if seen else ""
        number = self.number if letters else ""
        if letters:
            self.letters.append(number + letters)
            self.number = ""
        self.pieces.append(_Piece(text=text, seen=seen, number=number))

    def open(self, name: str, attributes: str) -> None:
        """Take an opening tag."""
        if len(self.pieces) > PIECES:
            return
        given = attributes_of(attributes) if attributes else {}
        look = self.look.inside(given, strictly=True, hiding=self.hiding)
        self.pieces.append(_Piece(name, given=given, seen=not look.unseen))
        if name == "img" and (words := given.get("alt", "").strip()):
            self.described.append(words)
        if name in VOID:
            return
        self.around.append((name, self.look))
        self.look = look
        if name in ("ol", "ul"):
            self.lists.append(0 if name == "ol" else -1)
        elif name == "li":
            self._item()

    def _item(self) -> None:
        self.number = ""
        if self.lists and self.lists[-1] >= 0 and not self.look.unseen:
            self.lists[-1] += 1
            self.number = str(self.lists[-1])

    def close(self, name: str) -> None:
        """Take a closing tag; one that closes nothing near is left out."""
        for place in range(len(self.around) - 1, max(len(self.around) - DEPTH, 0) - 1, -1):
            if self.around[place][0] == name:
                self.look = self.around[place][1]
                for gone, _ in self.around[place:]:
                    if gone in ("ol", "ul") and self.lists:
                        self.lists.pop()
                del self.around[place:]
                self.pieces.append(_Piece(name, closes=True))
                return


@dataclass(slots=True)
class _Open:
    """An element that is open in the page; `tag` is "" when it may not pass."""

    name: str
    tag: str
    written: bool = False


class _Cut:
    """Second time through: what lies between the first and the last letter of the words, balanced, nothing empty.

    Behind the last letter, its own line is finished, and pictures follow until the next words, a rule or the next part begins.
    """

    def __init__(self, start: int, end: int, pictures: Mapping[str, str], is_ours: Callable[[str], bool]) -> None:
        self.start, self.end, self.at = start, end, 0
        self.pictures, self.is_ours = pictures, is_ours
        self.out: list[str] = []
        self.alts: list[str] = []
        self.images: set[str] = set()
        self.stack: list[_Open] = []
        self.begun = self.line_over = self.over = False

    @property
    def said(self) -> bool:
        """Whether the last letter has been written."""
        return self.at >= self.end

    def run(self, pieces: Sequence[_Piece]) -> None:
        """Go through the page until the answer is over, and close what is open."""
        for piece in pieces:
            if piece.name and piece.closes:
                self._close(piece.name)
            elif piece.name:
                self._element(piece)
            elif piece.seen:
                self._text(piece)
            if self.over:
                break
        for one in reversed(self.stack):
            self.out.append(f"</{one.name}>" if one.written else "")

    def _text(self, piece: _Piece) -> None:
        self.at += len(piece.number)
        kept: list[str] = []
        for sign in piece.text:
            if sign.isalnum():
                if self.said:
                    self.over = True
                    break
                self.at += 1
                if self.at > self.start:
                    kept.append(sign)
                    self.begun = True
            elif self._stays(sign):
                kept.append(sign)
        if any(not sign.isspace() for sign in kept) or (kept and self.begun and not self.line_over):
            self._write(escape("".join(kept), quote=False))

    def _stays(self, sign: str) -> bool:
        """Whether a sign that is no letter belongs to the answer."""
        if self.said:
            self.line_over = self.line_over or sign == "\n"
            self.over = self.over or (self.line_over and not sign.isspace())
            return not self.line_over
        if self.begun:
            return True
        if self.start == 0:
            return not sign.isspace()
        return self.at == self.start and sign in _OPENING

    def _element(self, piece: _Piece) -> None:
        name, given = piece.name, piece.given
        self.line_over = self.line_over or (self.said and (name in BLOCKS or name in VOID))
        if self.said and (name in ("hr", "blockquote") or _ENDS.search(f"{given.get('class', '')} {given.get('id', '')}")):
            self.over = True
        elif name == "img":
            self._picture(given, piece.seen)
        elif name in ("br", "hr"):
            if self.begun and not self.said:
                self._write(f"<{name}>")
        elif len(self.stack) > NESTED:
            self.over = True
        elif name not in VOID:
            passes = name in TAGS and len(self.stack) < DEPTH
            self.stack.append(_Open(name, tag(name, given, self.is_ours) if passes else ""))
            if name in TABLES and self.begun and not self.said:
                self._write("")

    def _picture(self, given: Mapping[str, str], seen: bool) -> None:
        """A picture of the answer; what is loaded from elsewhere would tell its owner who reads the mail, and when."""
        ours = self.pictures.get(_content_id(given), "")
        if not ours or not seen or (self.at < self.start) or (not self.begun and self.start):
            return
        name = f"picture {len(self.images | {ours})}"
        self.alts.append(name)
        self.images.add(ours)
        self.begun = True
        self._write(("<br>" if self.said and self.line_over else "") + tag("img", {**given, "src": f"cid:{ours}", "alt": name}))

    def _write(self, what: str) -> None:
        """Write something, and before it whatever is open around it."""
        for one in self.stack:
            if one.tag and not one.written:
                self.out.append(one.tag)
                one.written = True
        self.out.append(what)

    def _close(self, name: str) -> None:
        self.line_over = self.line_over or (self.said and name in BLOCKS)
        for place in range(len(self.stack) - 1, max(len(self.stack) - DEPTH, 0) - 1, -1):
            if self.stack[place].name == name:
                self.out += [f"</{one.name}>" for one in reversed(self.stack[place:]) if one.written]
                del self.stack[place:]
                return
