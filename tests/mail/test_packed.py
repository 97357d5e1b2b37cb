"""The bytes of mails made small for keeping."""

from __future__ import annotations

import base64
import random
import zlib

import pytest

from mailsupport.mail.packed import packed

DICE = random.Random(1)
FILE = base64.encodebytes(DICE.randbytes(150_000))
PROSE = " ".join(DICE.choices(["printer", "paper", "belt", "update", "screen"], k=30_000)).encode()


@pytest.mark.parametrize("data", [b"", b"x", PROSE[:2000], PROSE, FILE, DICE.randbytes(100_000), PROSE + FILE, FILE + PROSE])
def test_what_was_packed_comes_back(data: bytes) -> None:
    """Whatever way suits the bytes, it is zlib."""
    assert zlib.decompress(packed(data)) == data


def test_words_are_packed_by_their_repetitions() -> None:
    """A long text takes a third of its room, as before."""
    assert len(packed(PROSE)) <= len(zlib.compress(PROSE, 1))


def test_a_file_in_base64_takes_no_more_room_than_if_repetitions_were_looked_for() -> None:
    """There are none in it."""
    assert len(packed(FILE)) <= len(zlib.compress(FILE, 1))
