"""Answers with something internal hidden in them, drawn by a seeded hand: what a program, a colleague or a malicious page adds.

A `Draft` is what one of us writes; a trick puts the word canary, an address of ours or a token of ours somewhere into it.
Whatever is combined, nothing of that may leave the house: the answer goes without it, or is held. To add a trick, add a
function to `TRICKS`.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage, Message
from urllib.parse import quote, unquote

from stories.clients import Client, with_file, with_pictures
from stories.test_relay import HIDDEN, PNG
from stories.world import Sent

_TOKEN = re.compile(r"[tnapkd]\d+\.[a-z2-7]{8}\.[a-z0-9]{1,16}\.([a-z2-7]{16})")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")


@dataclass
class Draft:
    """A reply before its program makes a mail of it: words as text and HTML, what becomes of the body, further fields."""

    notice: Sent
    text: str
    html: str
    wraps: list[Callable[[Message], Message]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    inside: str = ""

    def says(self, words: str) -> None:
        """Write a paragraph below the words."""
        self.text += f"\n\n{words}"
        self.html += f"<p>{words.replace('&', '&amp;').replace('<', '&lt;')}</p>"

    @property
    def token(self) -> str:
        """The token of the notice that is answered."""
        return str(self.notice.message["Reply-To"]).partition("+")[2].partition("@")[0]


def squeezed(text: str) -> str:
    """A text as a curious reader would look through it: decoded, without what is invisible or lies between the letters."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", unquote(text))).lower()
    return re.sub(r"[^a-z0-9]", "", plain)


def secrets_of(house: list[Sent]) -> set[str]:
    """The MACs of every token that our people were sent."""
    return {mac for mail in house for mac in _TOKEN.findall(mail.everything)}


# --- tricks: what is in the words ---

Trick = Callable[[random.Random, Draft], None]


def hidden(rng: random.Random, draft: Draft) -> None:
    """Something that nobody sees in the page."""
    draft.html += rng.choice(list(HIDDEN.values()))


def hidden_before(rng: random.Random, draft: Draft) -> None:
    """The same, above the words."""
    draft.html = rng.choice(list(HIDDEN.values())) + draft.html


MARKERS: tuple[Callable[[str], str], ...] = (
    lambda t: f"[ref:{t}]",
    lambda t: f"[REF:{t.upper()}]",
    lambda t: f"[ref: {t}]",
    lambda t: f"[r\u200bef:{t}]",
    lambda t: f"[ref:{t[:4]}\u200b{t[4:]}]",
    lambda t: f"[ref:{t[:9]}\u00ad{t[9:]}]",
    lambda t: f"[ref:{t[:-3]}\u2060{t[-3:]}]",
    lambda t: f"\u202e[ref:{t}]",
    lambda t: f"[ref:{t[0]}\u202d{t[1:]}]",
    lambda t: f"\uff3bref\uff1a{t}\uff3d",
    lambda t: "".join(chr(ord(c) + 0xFEE0) if "a" <= c <= "z" or c.isdigit() else c for c in t),
    lambda t: t,
    lambda t: t.upper(),
    lambda t: f"support+{t}@acme.example",
    lambda t: f"SUPPORT+{t.upper()}@ACME.EXAMPLE",
    lambda t: f"support+\u200b{t}@acme.example",
    lambda t: f"<mailto:support+{t}@acme.example?subject=x>",
    lambda t: f"support%2B{t}%40acme.example",
    lambda t: f"https://x.example/?to=support%2b{quote(t)}",
    lambda t: f"<ms.{t}.abc123@acme.example>",
    lambda t: f"ms.{t}.abc123 at acme.example",
    lambda t: f"[ref:\n{t}]",
    lambda t: t.replace(".", " . "),
    lambda t: t.replace(".", "\uff0e"),
)
"""Ways in which a token of ours gets into the words of an answer."""


def marker(rng: random.Random, draft: Draft) -> None:
    """A token in the words, more or less as we write it."""
    draft.says(rng.choice(MARKERS)(draft.token))


def split_marker(rng: random.Random, draft: Draft) -> None:
    """A token that tags divide, or entities spell."""
    token = draft.token
    at = rng.randrange(1, len(token))
    spelt = "".join(f"&#{ord(one)};" for one in token)
    shapes = (
        f"<b>[ref:{token[:at]}</b>{token[at:]}]",
        f"<p>[ref:{spelt}]</p>",
        f'<a href="mailto:support+{spelt}@acme.example">x</a>',
    )
    draft.html += rng.choice(shapes)
    if rng.random() < 0.5:
        draft.text += f"\n\n[ref:{token}]"


def named(rng: random.Random, draft: Draft) -> None:
    """An address of one of us among the words."""
    address = rng.choice(
        ("jo@acme.example", "JO@ACME.EXAMPLE", "jo@acme\u200b.example", "mailto:jo@acme.example", "<jo@acme.example>")
    )
    draft.says(f"Ask {address} about it.")


def linked(rng: random.Random, draft: Draft) -> None:
    """An address of one of us behind a link, a picture or a file."""
    target = rng.choice(("mailto:jo@acme.example", "MAILTO:jo%40acme.example", "https://x.example/?cc=jo@acme.example"))
    draft.html += rng.choice(
        (f'<p><a href="{target}">&nbsp;</a></p>', f'<img src="{target}" alt="">', f'<p cite="{target}">&nbsp;</p>')
    )


def typed_inside(rng: random.Random, draft: Draft) -> None:
    """Words in the middle of the notice."""
    draft.inside = f"And the canary {rng.randrange(1000)} sings here."


def below_signature(rng: random.Random, draft: Draft) -> None:
    """Words below the author's own signature."""
    draft.text += rng.choice(("\n\n-- \nAnna Berg\ncanary 4711\njo@acme.example", "\n\n-- \ncanary\n\nanna@acme.example"))
    draft.html += '<div class="gmail_signature">-- <br>Anna<br>canary 4711<br>jo@acme.example</div>'


# --- tricks: what is around the words ---


def mime(_: random.Random, draft: Draft) -> None:
    """Names and words between the parts."""

    def wrap(body: Message) -> Message:
        made = with_pictures(body, {"image001.png@canary-pc.acme.example": PNG}, "related")
        made.preamble, made.epilogue = "canary preamble\n", "canary epilogue\n"
        made["Content-Description"] = "canary"
        made["Content-ID"] = "<canary@anna-laptop.acme.example>"
        return made

    draft.wraps.append(wrap)


FILES: tuple[tuple[str, str, bytes], ...] = (
    ("winmail.dat", "application/ms-tnef", b"\x78\x9f\x3e\x22canary anna@acme.example"),
    ("smime.p7s", "application/pkcs7-signature", b"canary anna@acme.example"),
    ("signature.asc", "application/pgp-signature", b"canary"),
    ("publickey.asc", "application/pgp-keys", b"canary anna@acme.example"),
    ("invite.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nORGANIZER:mailto:anna@acme.example\r\nX:canary\r\nEND:VCALENDAR\r\n"),
    ("anna.vcf", "text/vcard", b"BEGIN:VCARD\r\nEMAIL:anna@acme.example\r\nNOTE:canary\r\nEND:VCARD\r\n"),
    ("note.eml", "message/rfc822", b"From: anna@acme.example\r\nSubject: canary\r\n\r\ncanary\r\n"),
    ("mail.msg", "application/vnd.ms-outlook", b"\xd0\xcf\x11\xe0canary anna@acme.example"),
    ("smime.p7m", "application/pkcs7-mime", b"canary"),
    ("C:\\Users\\canary\\fix.pdf", "application/pdf", b"%PDF-1.4 fix"),
    ("../../canary/fix.pdf", "application/pdf", b"%PDF-1.4 fix"),
)


def with_part(rng: random.Random, draft: Draft) -> None:
    """A file that a program adds, or whose author did not think of what it tells."""
    name, kind, data = rng.choice(FILES)
    more = {"Content_Description": "canary", "Content_Location": "file:///C:/canary", "X_Canary": "canary"}
    draft.wraps.append(lambda body: with_file(body, name, data, kind, **more))


def own_notice(rng: random.Random, draft: Draft) -> None:
    """Our notice as a file, under a name that says nothing."""
    name, kind = rng.choice((("mail.txt", "text/plain"), ("mail.html", "text/html"), ("mail.bin", "message/rfc822")))
    draft.wraps.append(lambda body: with_file(body, name, draft.notice.raw, kind))


def fields(rng: random.Random, draft: Draft) -> None:
    """Fields of the author's program."""
    names = (
        "Organization",
        "X-Mailer",
        "Comments",
        "Keywords",
        "Disposition-Notification-To",
        "Return-Receipt-To",
        "Thread-Topic",
    )
    draft.headers[rng.choice(names)] = "canary anna@acme.example"


TRICKS: tuple[Trick, ...] = (
    *(hidden, hidden_before, marker, split_marker, named, linked, typed_inside, below_signature),
    *(mime, with_part, own_notice, fields),
)


def drawn(
    rng: random.Random, notice: Sent, client: Client, words: str
) -> tuple[EmailMessage | Message, dict[str, str], list[str]]:
    """A reply with one to four tricks: its body, its further fields, and the names of the tricks."""
    draft = Draft(notice, words, "".join(f"<p>{line}</p>" for line in words.split("\n\n")))
    chosen = rng.sample(TRICKS, rng.choice((1, 1, 2, 2, 3, 4)))
    for trick in chosen:
        trick(rng, draft)
    body: Message = client(notice, draft.html, draft.text)
    if draft.inside:
        _write_inside(body, notice, draft.inside)
    for wrap in draft.wraps:
        body = wrap(body)
    return body, draft.headers, [trick.__name__ for trick in chosen]


def _write_inside(body: Message, notice: Sent, words: str) -> None:
    """Put a line between two lines of the notice, in the text and in the page."""
    lines = [line for line in notice.text.splitlines() if len(line) > 20]
    for part in body.walk():
        if not isinstance(part, EmailMessage) or part.get_content_maintype() != "text":
            continue
        text, after = part.get_content(), lines[len(lines) // 2]
        at = text.find(after) if part.get_content_subtype() == "plain" else text.rfind("</table>")
        if at >= 0:
            start = text.rfind("\n", 0, at) + 1 if part.get_content_subtype() == "plain" else at
            written = f"{words}\n" if part.get_content_subtype() == "plain" else f"<p>{words}</p>"
            part.set_content(text[:start] + written + text[start:], subtype=part.get_content_subtype())
