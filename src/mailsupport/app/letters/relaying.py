"""What of an answer's mail travels to the customer beside its words: its layout, its pictures, its files.

Comes in: a scene and a `Relay`. Goes out: `Carried`. The mail is the one at hand, or a stored one whose author confirmed it,
which is then read again. Rules for editing here: nothing that an author's program adds by itself travels (P7); a picture travels
when the answer's own words show it, and a signature's logo never.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

from mailsupport.app.scene import Scene
from mailsupport.core.deciding.disclosure import NEVER_SENT, RELAY_LIMIT
from mailsupport.core.effects import Relay
from mailsupport.core.model import Attachment, Mail
from mailsupport.core.reading.marks import TOKEN, has_ours, plain
from mailsupport.mail.bodyparts import OutgoingAttachment
from mailsupport.mail.carried import carried
from mailsupport.mail.parse import attachment_bytes
from mailsupport.mail.relayed import Rich, as_seen, pictures_in, readable_words, rich_answer
from mailsupport.mail.worker import read_here
from mailsupport.store import facts, mails

LOGO_AFTER = 3
"""A picture that an author's answers carried so often is part of their signature, wherever it stands."""
_OURS = re.compile(rf"\[ref:|{TOKEN}|x-mailsupport-", re.IGNORECASE)
_READABLE = ("text/", "message/", "application/vnd.ms-outlook")
_MESSAGES = (".eml", ".msg", ".htm", ".html", ".mht")


@dataclass(frozen=True, slots=True)
class Carried:
    """What the customer gets beside the text: HTML ("" for none) and files, pictures that the HTML shows among them."""

    text: str
    html: str = ""
    files: tuple[OutgoingAttachment, ...] = ()


@dataclass(frozen=True, slots=True)
class _Picture:
    """A picture that the author's HTML shows: the digest of its bytes, its Content-ID in our mail, and whether it is a logo."""

    file: Attachment
    digest: str
    ours: str
    logo: bool


def carried_with(scene: Scene, effect: Relay) -> Carried:
    """Return what travels with a relayed answer."""
    text = readable_words(effect.text)
    found = _source(scene, effect)
    if found is None:
        return Carried(text)
    mail, raw = found
    wanted = [a for a in mail.attachments if a.part in effect.parts and a.type not in NEVER_SENT and not _tells(raw, a)]
    pictures = _pictures(scene, effect, mail, raw, wanted)
    known = {one.file.inline_id: one.ours for one in pictures if not one.logo}
    rich = rich_answer(mail.html, mail.new_text, effect.text, known, _internal(scene)) if mail.html else None
    _remember(scene, effect.person.key, pictures, rich)
    shown = {one.file.part: one.ours for one in pictures if rich is not None and one.ours in rich.images}
    left_out = {one.file.part for one in pictures if one.logo or (rich is not None and one.file.part not in shown)}
    chosen = _within([a for a in wanted if a.part not in left_out])
    files = (replace(f, inline_id=shown.get(a.part, "")) for a, f in zip(chosen, carried(raw, chosen), strict=True))
    return Carried(text, rich.html if rich is not None else "", tuple(files))


def _source(scene: Scene, effect: Relay) -> tuple[Mail, bytes] | None:
    """The mail that the answer stands in, read, and its bytes."""
    if effect.stored is None:
        return (scene.reading, scene.raw) if scene.reading is not None and scene.raw else None
    raw = mails.raw_of(scene.tx, effect.stored)
    read = read_here(raw) if raw is not None else None
    return (as_seen(read), raw) if isinstance(read, Mail) and raw is not None else None


def _tells(raw: bytes, file: Attachment) -> bool:
    """Whether a file that can be read as text is, or holds, a mail of ours with a token or an inner header."""
    if not file.type.startswith(_READABLE) and not file.name.lower().endswith(_MESSAGES):
        return False
    data = attachment_bytes(raw, file)
    return any(_OURS.search(data.decode(charset, "ignore")) for charset in ("ascii", "utf-16-le"))


def _internal(scene: Scene) -> Callable[[str], bool]:
    """Return the question whether a text or a link holds a token, a marker, or an address of one of us."""
    ours = tuple(scene.service.desk.by_address)

    def internal(text: str) -> bool:
        low = plain(unquote(text))
        return has_ours(text) or "x-mailsupport-" in low or ("@" in low and any(address in low for address in ours))

    return internal


def _pictures(scene: Scene, effect: Relay, mail: Mail, raw: bytes, wanted: Sequence[Attachment]) -> list[_Picture]:
    """The files that the author's HTML shows; a file with a Content-ID that nothing shows is a file like any other."""
    inline = [a for a in wanted if a.inline_id]
    shown = pictures_in(mail.html) if inline and mail.html else ()
    domain = scene.box.address.rpartition("@")[2]
    found: list[_Picture] = []
    for file in (a for a in inline if a.inline_id in shown):
        digest = hashlib.sha256(attachment_bytes(raw, file)).hexdigest()[:32]
        seen = facts.fact(scene.tx, _name(effect.person.key, digest))
        logo = seen is not None and int(seen[0]) >= LOGO_AFTER
        found.append(_Picture(file, digest, f"p{len(found) + 1}.{digest[:12]}@{domain}", logo))
    return found


def _name(person: str, digest: str) -> str:
    return f"picture:{person}:{digest}"


def _remember(scene: Scene, person: str, pictures: Sequence[_Picture], rich: Rich | None) -> None:
    """Count where a picture stood: outside the new words it is known for a logo at once, in doubt after some answers."""
    for one in (p for p in pictures if not p.logo):
        if rich is not None and one.ours in rich.images:
            continue
        name = _name(person, one.digest)
        seen = facts.fact(scene.tx, name) if rich is None else None
        count = (int(seen[0]) if seen else 0) + 1 if rich is None else LOGO_AFTER
        facts.set_fact(scene.tx, name, str(count), scene.now)


def _within(files: Sequence[Attachment]) -> list[Attachment]:
    """The files that one mail can carry; a larger mail was held before, unless its author insisted."""
    return [a for i, a in enumerate(files) if sum(b.size for b in files[: i + 1]) <= RELAY_LIMIT]
