"""Mails that nobody should send: an endless, seeded stream of them, in four sizes.

Four ways to make one: a shape of `mail.bombs`; hostile tokens repeated at some place of a mail; a tree of parts whose
delimiters, encodings and charsets lie; a mail of our own corpus with bytes changed, cut out, doubled or blown up. To add a way,
add a function to `WAYS`; to add an ingredient, add it to a table.
"""

from __future__ import annotations

import base64
import quopri
import random
from collections.abc import Callable, Iterator
from pathlib import Path

from mail.bombs import SHAPES

SIZES = (1_000, 10_000, 30_000, 100_000)
_SHARES = (40, 30, 20, 10)
_CORPUS = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "corpus").rglob("*.eml"))]

_HEAD = b"From: Ina <ina@kunde.example>\r\nTo: support@acme.example\r\nMessage-ID: <h@kunde.example>\r\n"
_FIELDS = (
    b"From To Cc Bcc Reply-To Sender Subject Date Message-ID References In-Reply-To Received Return-Path Delivered-To "
    b"Authentication-Results DKIM-Signature Content-Type Content-Disposition Content-Transfer-Encoding Content-ID List-Id "
    b"Auto-Submitted X-Failed-Recipients Thread-Index MIME-Version X-Anything"
).split()
_TOKENS = (
    *(bytes([code]) for code in b"<>()[]\"'\\,;:@=?*%_-.|/ \t\n\r\x00\x0b\x0c\x1b\x7f\x80\xa0\xc3\xe2\xff0aA"),
    *(
        b"=?utf-8?q?",
        b"=?utf-8?b?w6Q=?=",
        b"=?gb2312?b?",
        b"?=",
        b"\r\n ",
        b"\r\n\t",
        b"a@b.example",
        b"<a@b>",
        b"*0*=",
        b"utf-8''%",
    ),
    *(
        b"> ",
        b">>",
        b"-- \n",
        b"--b\r\n",
        b"--b--",
        b"-----Original Message-----\n",
        b"On Mon, ",
        b" wrote:\n",
        b"Am 1.1.2026 schrieb ",
    ),
    *(
        b"From: a\n",
        b"Sent: b\n",
        b"Subject: c\n",
        b"begin 644 x\n",
        b"end\n",
        b"[ref:",
        b"550 5.1.1 ",
        b"user unknown\n",
        b"a@b: ",
    ),
    *(
        b"<div>",
        b"</div>",
        b"<blockquote type=cite>",
        b"</blockquote>",
        b"<table>",
        b"<td>",
        b"<li>",
        b"<p",
        b"<a href='",
        b"<br>",
    ),
    *(
        b"<!--",
        b"-->",
        b"<![if x]>",
        b"<style>",
        b"</style>",
        b"<script",
        b"&amp",
        b"&#",
        b"&#x10ffff;",
        b' style="',
        b"<div class=gmail_quote>",
    ),
    *("ä".encode(), "\u202e".encode(), "\u200b".encode(), "：".encode(), "写道：\n".encode(), "😀".encode(), b"\xed\xa0\x80"),
    *(b"+AGE-", b"\x1b$B", b"=C3=", b"=\r\n", b"QQ==", b"Final-Recipient: rfc822; a@b\n", b"Action: failed\n\n"),
)
_TYPES = (
    *(
        b"text/plain",
        b"text/html",
        b"text/plain; format=flowed; delsp=yes",
        b"text/calendar",
        b"text/enriched",
        b"text",
        b"/",
        b"",
    ),
    *(b"multipart/report; report-type=delivery-status", b"message/rfc822", b"message/delivery-status", b"message/partial"),
    *(b"application/octet-stream; name*0*=utf-8''%C3; name*1=x", b"application/ms-tnef", b"image/png", b"application/pkcs7-mime"),
)
_CHARSETS = (
    b"utf-8 us-ascii iso-8859-1 windows-1252 gb2312 gb18030 big5 shift_jis iso-2022-jp iso-2022-kr euc-kr koi8-r utf-7 utf-16 "
    b"utf-32 idna punycode unicode_escape raw_unicode_escape base64 zip rot13 x-unknown 8bit nothing-of-the-kind".split()
)
_ENCODINGS = (b"7bit", b"8bit", b"binary", b"base64", b"quoted-printable", b"x-uuencode", b"BASE64 ", b"nonsense", b"")
_MULTI = (b"mixed", b"alternative", b"related", b"report", b"signed", b"digest", b"form-data")


def stream(seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield hostile mails without end, each with a word on how it was made; the same seed makes the same mails."""
    dice = random.Random(seed)
    while True:
        size = dice.choices(SIZES, _SHARES)[0]
        way = dice.choice(list(WAYS))
        said, raw = WAYS[way](dice, size)
        yield f"{way} of {len(raw)} bytes: {said}", raw


def _bomb(dice: random.Random, size: int) -> tuple[str, bytes]:
    shape = dice.choice(list(SHAPES))
    return shape, SHAPES[shape](size)


def _repeated(dice: random.Random, size: int) -> tuple[str, bytes]:
    """A few hostile tokens, again and again, in a field or in a body."""
    tokens = dice.choices(_TOKENS, k=dice.randint(1, 5))
    filling = _filled(b"".join(tokens), size)
    field, type_ = dice.choice(_FIELDS), dice.choice(_TYPES)
    if dice.random() < 0.35:
        pieces = [field + b": " + filling[at : at + 15_000] for at in range(0, size, 15_000)]
        return f"{tokens} in {field!r}", _HEAD + b"\r\n".join(pieces) + b"\r\n\r\nhello\r\n"
    before = dice.choice(_TOKENS)
    return f"{before!r} and {tokens} as {type_!r}", _HEAD + b"Content-Type: " + type_ + b"\r\n\r\n" + before + filling


def _tree(dice: random.Random, size: int) -> tuple[str, bytes]:
    """Parts in parts; delimiters may be missing, foreign, prefixes of each other, or closed too early."""
    return "parts", _HEAD + _part(dice, size, dice.randint(0, 12))


def _part(dice: random.Random, size: int, depth: int) -> bytes:
    if depth == 0 or size < 200:
        return _leaf(dice, size)
    boundary = dice.choice((b"b", b"bb", b"b-", b"=_b", b" b", b'b"', b"", b"x" * 80))
    quoted = b'"' + boundary + b'"' if dice.random() < 0.8 else boundary
    head = b"Content-Type: multipart/" + dice.choice(_MULTI) + b"; boundary=" + quoted + b"\r\n\r\n"
    count = dice.randint(1, 4)
    parts = [_part(dice, size // count, depth - 1) for _ in range(count)]
    used = boundary if dice.random() < 0.8 else boundary[:-1]
    ends = dice.choice((b"\r\n--" + used + b"--\r\n", b"", b"\r\n--" + used))
    early = b"--" + used + b"--\r\n" if dice.random() < 0.1 else b""
    return head + early + b"".join(b"\r\n--" + used + b"\r\n" + part for part in parts) + ends


def _leaf(dice: random.Random, size: int) -> bytes:
    content = _filled(b"".join(dice.choices(_TOKENS, k=8)), size)
    encoding = dice.choice(_ENCODINGS)
    if encoding == b"base64" and dice.random() < 0.5:
        content = base64.encodebytes(content[: size // 2])
    elif encoding == b"quoted-printable" and dice.random() < 0.5:
        content = quopri.encodestring(content[: size // 3])
    head = b"Content-Type: " + dice.choice(_TYPES) + b"; charset=" + dice.choice(_CHARSETS)
    return head + b"\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n" + content


def _mutated(dice: random.Random, size: int) -> tuple[str, bytes]:
    """A mail of the corpus, changed at random places; sometimes blown up, with other line ends, or wrapped into another."""
    data = bytearray(dice.choice(_CORPUS))
    for _ in range(dice.randint(1, 12)):
        place = dice.randrange(len(data) + 1)
        new = dice.choice((b"", bytes([dice.randrange(256)]), dice.choice(_TOKENS), bytes(data[place : place + 50])))
        data[place : place + dice.choice((0, 0, 1, 2, 10, 100))] = new
    raw = bytes(data)
    if dice.random() < 0.4:
        place = dice.randrange(len(raw) + 1)
        stretch = raw[place : place + dice.choice((1, 5, 30, 200, 2_000))]
        raw = raw[:place] + (_filled(stretch, size) if stretch else b"") + raw[place:]
    if dice.random() < 0.2:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\n", dice.choice((b"\r", b"\n", b"\r\n", b"\r\r\n", b"\n\r")))
    if dice.random() < 0.1:
        raw = _HEAD + b"Content-Type: message/rfc822\r\n\r\n" + raw
    return "corpus", raw


def _filled(piece: bytes, size: int) -> bytes:
    return (piece * (size // len(piece) + 1))[:size]


WAYS: dict[str, Callable[[random.Random, int], tuple[str, bytes]]] = {
    "bomb": _bomb,
    "repeated tokens": _repeated,
    "tree": _tree,
    "mutation": _mutated,
}
