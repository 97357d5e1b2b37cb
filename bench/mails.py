"""The mails of the measurements: 70 % text of 2 KB, 20 % alternatives of 12 KB, 10 % with a file of 200 KB; half are replies."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator

WORDS = [
    "printer",
    "paper",
    "belt",
    "update",
    "screen",
    "login",
    "server",
    "invoice",
    "customer",
    "morning",
    "please",
    "again",
    "error",
    "since",
    "floor",
    "visitors",
]


def mails(count: int, seed: int = 1, first: int = 0) -> Iterator[bytes]:
    """Yield mails, the same for the same seed."""
    dice = random.Random(seed)
    ids: list[str] = []
    for number in range(first, first + count):
        yield _mail(dice, number, ids)


def _mail(dice: random.Random, number: int, ids: list[str]) -> bytes:
    sender = dice.randrange(500)
    message_id = f"<{number}.{dice.randrange(10**9)}@host{sender}.example>"
    header = [
        f"Received: from host{sender}.example (host{sender}.example [192.0.2.{sender % 250}]) by mx.acme.example; "
        "Mon, 23 Nov 2026 09:00:00 +0000",
        f"From: Person {sender} <person{sender}@host{sender}.example>",
        "To: support@acme.example",
        f"Subject: {' '.join(dice.choices(WORDS, k=6))}",
        "Date: Mon, 23 Nov 2026 09:00:00 +0000",
        f"Message-ID: {message_id}",
        "MIME-Version: 1.0",
    ]
    if ids and dice.random() < 0.5:
        parent, owner = dice.choice(ids[-200:]).rsplit("|", 1)
        header[1] = f"From: Person {owner} <person{owner}@host{owner}.example>"
        header += [f"In-Reply-To: {parent}", f"References: {parent}"]
        sender = int(owner)
    ids.append(f"{message_id}|{sender}")
    kind = dice.random()
    body = _text(dice, 1600) if kind < 0.7 else _alternative(dice) if kind < 0.9 else _attachment(dice)
    return ("\r\n".join(header) + "\r\n" + body).encode()


def _lines(dice: random.Random, size: int) -> str:
    lines, length = [], 0
    while length < size:
        line = " ".join(dice.choices(WORDS, k=9))
        lines.append(line)
        length += len(line) + 2
    return "\r\n".join(lines) + "\r\n"


def _text(dice: random.Random, size: int) -> str:
    return f"Content-Type: text/plain; charset=utf-8\r\n\r\n{_lines(dice, size)}"


def _alternative(dice: random.Random) -> str:
    text, html = _lines(dice, 3500), f"<html><body><p>{_lines(dice, 7500)}</p></body></html>\r\n"
    return (
        'Content-Type: multipart/alternative; boundary="b1"\r\n\r\n'
        f"--b1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        f"--b1\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--b1--\r\n"
    )


def _attachment(dice: random.Random) -> str:
    data = base64.encodebytes(dice.randbytes(148_000)).decode().replace("\n", "\r\n")
    return (
        'Content-Type: multipart/mixed; boundary="b2"\r\n\r\n'
        f"--b2\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{_lines(dice, 1200)}\r\n"
        '--b2\r\nContent-Type: application/octet-stream; name="log.bin"\r\nContent-Transfer-Encoding: base64\r\n'
        f'Content-Disposition: attachment; filename="log.bin"\r\n\r\n{data}\r\n--b2--\r\n'
    )
