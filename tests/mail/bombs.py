"""Hostile shapes of mail, each at any size: what a sender may try in order to cost time, memory or the process.

A shape is a function from a size in bytes to a raw mail of about that size. Add a shape by adding a function to `SHAPES`.
"""

from __future__ import annotations

from collections.abc import Callable

_START = b"From: a@b.example\r\nSubject: x\r\n"
_HTML = _START + b"Content-Type: text/html; charset=utf-8\r\n\r\n"
_TEXT = _START + b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
_DAEMON = b"From: MAILER-DAEMON@b.example\r\nReturn-Path: <>\r\nSubject: failure notice\r\n\r\ncould not be delivered\r\n"


def _fill(piece: bytes, size: int) -> bytes:
    return (piece * (size // len(piece) + 1))[:size]


def _field(name: bytes, piece: bytes) -> Callable[[int], bytes]:
    return lambda size: name + b": " + _fill(piece, size) + b"\r\n\r\nhi\r\n"


def _fields(name: bytes, piece: bytes) -> Callable[[int], bytes]:
    """Many fields, each just below the cap of one."""
    line = name + b": " + _fill(piece, 15_000) + b"\r\n"
    return lambda size: line * (size // len(line) + 1) + b"\r\nhi\r\n"


def _body(start: bytes, piece: bytes) -> Callable[[int], bytes]:
    return lambda size: start + _fill(piece, size)


def _nested(depth: int) -> Callable[[int], bytes]:
    """Multiparts in one another, then lines that every level might ask about."""

    def build(size: int) -> bytes:
        heads = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth))
        return _START + heads + b"Content-Type: text/plain\r\n\r\n" + _fill(b"\n", size)

    return build


def _parts(size: int) -> bytes:
    return _START + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + _fill(b"--b\r\n\r\nx\r\n", size)


def _alternatives(size: int) -> bytes:
    """As many nested alternatives as the caps allow, each with a text."""
    heads = b"".join(
        b"Content-Type: multipart/alternative; boundary=b%d\r\n\r\n--b%d\r\n\r\nx\r\n--b%d\r\n" % (n, n, n) for n in range(99)
    )
    return _START + heads + b"\r\n" + _fill(b"y\n", size)


def _big_part_headers(size: int) -> bytes:
    head = b'--b\r\nContent-Type: text/plain; a="' + _fill(b";", 16_000) + b'"\r\n\r\nx\r\n'
    return _START + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + head * (size // len(head) + 1)


def _status(size: int) -> bytes:
    head = b'From: MAILER-DAEMON@b.example\r\nContent-Type: multipart/report; boundary=b; report-type="delivery-status"\r\n\r\n'
    groups = _fill(b"Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\n\r\n", size)
    return head + b"--b\r\nContent-Type: message/delivery-status\r\n\r\n" + groups


SHAPES: dict[str, Callable[[int], bytes]] = {
    "quotes in To": _field(b"To", b'"'),
    "escaped quotes in From": _field(b"From", b'"\\'),
    "open comments in From": _field(b"From", b"("),
    "addresses": _fields(b"To", b"a@b.example,"),
    "angles": _fields(b"Cc", b"<"),
    "routes": _fields(b"To", b"<@a,"),
    "blanks and signs in From": _field(b"From", b"a @ . "),
    "encoded words": _fields(b"Subject", b"=?utf-8?q?=C3=A4?= "),
    "begun encoded words": _fields(b"Subject", b"=?utf-8?q?"),
    "question marks": _fields(b"Subject", b"=?"),
    "punycode word": _field(b"Subject", b"=?punycode?q?aaaaaaaaaaaaaaaaaaaaaaaaaaaaa?="),
    "semicolons in Content-Type": _field(b"Content-Type: text/plain", b";"),
    "parameters": _field(b"Content-Type: text/plain", b"; a*0*=x"),
    "open quotes in Content-Type": _field(b"Content-Type: text/plain", b'; a="b'),
    "long field": _field(b"X-Long", b"a"),
    "folded field": _field(b"X-Long", b"a\r\n "),
    "many fields": lambda size: _fill(b"X: y\r\n", size),
    "references": _fields(b"References", b"<a@b> "),
    "open ids": _fields(b"References", b"<"),
    "authentication results": _fields(b"Authentication-Results", b"mx; spf=pass "),
    "open comments in results": _fields(b"Authentication-Results", b"mx ("),
    "open quotes in results": _fields(b"Authentication-Results", b'mx; a="\\'),
    "received": _fields(b"Received", b"from a by b for <c@d> "),
    "nested 99": _nested(99),
    "nested 101": _nested(101),
    "nested 2000": _nested(2000),
    "parts": _parts,
    "nested alternatives": _alternatives,
    "part headers": _big_part_headers,
    "delimiter lines": lambda size: _START + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + _fill(b"--c\n", size),
    "attached messages": _body(_START, b"Content-Type: message/rfc822\r\n\r\n"),
    "empty lines": _body(_TEXT, b"\n"),
    "carriage returns": _body(_TEXT, b"\r"),
    "NULs": _body(_TEXT, b"\x00"),
    "one long line": _body(_TEXT, b"a"),
    "quote signs": _body(_TEXT, b">"),
    "On wrote": _body(_TEXT, b"On "),
    "dashes": _body(_TEXT, b"-- \n"),
    "begin lines": _body(_TEXT, b"begin 644 a\n"),
    "uuencoded files": _body(_TEXT, b"begin 644 a\n#86)C\nend\n"),
    "flowed": _body(_START + b"Content-Type: text/plain; format=flowed\r\n\r\n", b">a \n"),
    "broken base64": _body(_START + b"Content-Transfer-Encoding: base64\r\n\r\n", b"AA=A"),
    "padded base64": _body(_START + b"Content-Transfer-Encoding: base64\r\n\r\n", b"QQ==\n"),
    "broken quoted-printable": _body(_START + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n", b"=\t =X"),
    "utf-7": _body(_START + b"Content-Type: text/plain; charset=utf-7\r\n\r\n", b"+AAA"),
    "iso-2022": _body(_START + b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n", b"\x1b$B\x1b(B"),
    "open tags": _body(_HTML, b"<a "),
    "open attributes": _body(_HTML, b'<a "'),
    "mixed quotes": _body(_HTML, b"<a'\""),
    "open comments": _body(_HTML, b"<!--"),
    "declarations": _body(_HTML, b"<!"),
    "scripts": _body(_HTML, b"<script>"),
    "deep div": _body(_HTML, b"<div>"),
    "deep blockquote": _body(_HTML, b"<blockquote>"),
    "deep lists": _body(_HTML, b"<ul><li>"),
    "crossed tags": _body(_HTML, b"<b></i>"),
    "closing tags": _body(_HTML, b"</div>"),
    "cells": _body(_HTML, b"<table><tr><td>"),
    "links": _body(_HTML, b"<a href=x>y"),
    "entities": _body(_HTML, b"&amp&#1;&#xffffffff;"),
    "markers": _body(_TEXT, b"[ref:aaaaaaaaaaaa"),
    "bounce addresses": _body(_DAEMON, b"aaaaaaaa@bbbbbbb "),
    "bounce local parts": _body(_DAEMON, b"!"),
    "bounce codes": _body(_DAEMON, b"550 <"),
    "bounce lines": _body(_DAEMON, b"<a@b.example>: user unknown\n"),
    "bounce words": _body(_DAEMON, b"delivery to "),
    "bounce dashes": _body(_DAEMON, b"-"),
    "status groups": _status,
}
SIZES = (1_000, 10_000, 30_000, 100_000)
