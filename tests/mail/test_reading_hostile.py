"""Nothing a sender can write costs more than it should: every shape of `bombs`, in four sizes, and mutations of the corpus."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from bombs import SHAPES, SIZES
from hypothesis import given, settings
from hypothesis import strategies as st

from mailsupport.core.model import Mail
from mailsupport.errors import UnreadableMail
from mailsupport.mail import fields, parts
from mailsupport.mail.parse import read
from mailsupport.mail.worker import Unread, read_here

SECONDS_A_100_KB = 0.2
CORPUS = sorted((Path(__file__).parents[1] / "corpus" / "reading").glob("*.eml"))
UNSAFE = [chr(code) for code in (*range(0x09), *range(0x0B, 0x20), 0x7F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]


def _seconds(raw: bytes) -> float:
    """Processor time of reading, the best of three, so that a busy machine does not count."""
    times = []
    for _ in range(3):
        start = time.process_time()
        read_here(raw)
        times.append(time.process_time() - start)
        if times[-1] < SECONDS_A_100_KB / 2:
            break
    return min(times)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_hostile_shape_is_read_in_time_or_refused(shape: str) -> None:
    """100 KB of anything takes less than 0.2 s, and no shape fails with a fault of ours (B3, attacks 11 and 12)."""
    for size in SIZES:
        raw = SHAPES[shape](size)
        result = read_here(raw)

        assert not (isinstance(result, Unread) and result.fatal), result
        assert _seconds(raw) < SECONDS_A_100_KB * max(1.0, len(raw) / 100_000), size


def _strings(mail: Mail) -> list[str]:
    names = [a.name + a.email for a in (*mail.from_, *mail.to, *mail.cc, *mail.reply_to)]
    lines = [mail.subject, mail.message_id, *mail.references, *mail.in_reply_to, *names, *(a.name for a in mail.attachments)]
    return [*lines, *(value for values in mail.headers.values() for value in values), mail.return_path or "", mail.content_type]


def _assert_clean(mail: Mail) -> None:
    for text in _strings(mail):
        assert not any(sign in text for sign in [*UNSAFE, "\n", "\t"]), repr(text)
        text.encode("utf-8")
    assert not any(sign in mail.text for sign in UNSAFE)
    (mail.text + mail.html + mail.new_text).encode("utf-8")


def test_mutated_mails_are_read_and_clean() -> None:
    """2,000 mails of the corpus with bytes changed, cut out or doubled are read or refused, and every string is safe (B3)."""
    dice = random.Random(20260303)
    raws = [path.read_bytes() for path in CORPUS]
    for _ in range(2_000):
        result = read_here(_mutated(dice.choice(raws), dice))
        if isinstance(result, Unread):
            assert not result.fatal, result
        else:
            _assert_clean(result)


def _mutated(raw: bytes, dice: random.Random) -> bytes:
    data = bytearray(raw)
    for _ in range(dice.randint(1, 8)):
        place = dice.randrange(len(data) + 1)
        length = dice.choice((0, 1, 1, 2, 10, 100))
        new = dice.choice(
            (b"", bytes([dice.randrange(256)]), b"\r", b"\n", b"\x00", b'"', b"=?", b"--x", bytes(data[place : place + 50]))
        )
        data[place : place + length] = new
    return bytes(data)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.binary(max_size=400))
def test_any_bytes_are_a_mail(head: bytes, body: bytes) -> None:
    """Whatever the bytes, reading gives a clean mail and raises nothing."""
    _assert_clean(read(head + b"\n\n" + body))


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        (b"X: " + b"a\r\n " * (fields.BLOCK_LIMIT // 4 + 1) + b"\r\n\r\n", "256 KB"),
        (b"X: y\r\n" * (fields.COUNT_LIMIT + 1) + b"\r\n", "1000 fields"),
        (SHAPES["nested 101"](1_000), "100 deep"),
        (SHAPES["parts"](12 * (parts.COUNT_LIMIT + 2)), "500 parts"),
    ],
)
def test_a_shape_over_a_cap_is_refused_with_the_cap_named(raw: bytes, named: str) -> None:
    """The stub ticket of such a mail can say why it could not be read."""
    with pytest.raises(UnreadableMail, match=named):
        read(raw)


def test_shapes_just_below_the_caps_are_read() -> None:
    """A cap refuses no mail at the cap."""
    assert read(SHAPES["nested 99"](100)).content_type == "multipart/mixed"
    assert len(read(b"X: y\r\n" * fields.COUNT_LIMIT + b"\r\nhi").headers["x"]) == fields.COUNT_LIMIT


def test_an_overlong_field_is_cut_and_noted() -> None:
    """The rest of the mail is read, and the mail says what was cut."""
    mail = read(b"Subject: " + b"long " * 10_000 + b"\r\nFrom: a@b.example\r\n\r\nwords")

    assert len(mail.subject) <= 998
    assert mail.sender.email == "a@b.example"
    assert "cut" in mail.problems[0]


def test_overlong_html_is_cut_and_noted() -> None:
    """HTML beyond 512 KB is not looked at."""
    mail = read(b"Content-Type: text/html\r\n\r\n<p>first</p>" + b"<p>x</p>" * 100_000 + b"<p>last</p>")

    assert mail.text.startswith("first")
    assert "last" not in mail.text
    assert "HTML" in mail.problems[0]
