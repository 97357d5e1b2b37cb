"""A large mail is read piece by piece, and says the same as if it were read whole."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest

from mailsupport.mail.parse import read

MEGABYTE = 1024 * 1024
HEAD = b"From: a@b.example\r\nSubject: Large\r\nContent-Type: application/octet-stream\r\n\r\n"


@pytest.mark.parametrize("ends", [b"\r\n", b"\n", b"\r", b"\r\r\n", b"\n\r"])
@pytest.mark.parametrize("before", [0, 1, 2])
def test_line_ends_between_two_pieces_are_made_alike(ends: bytes, before: int) -> None:
    """The content hash is that of LF line ends (P2), wherever the end of a piece falls."""
    body = b"a" * (MEGABYTE - before) + ends + b"b" * MEGABYTE + ends + b"c\n"
    alike = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    expected = hashlib.sha256(b"a@b.example\n\nLarge\n" + alike).hexdigest()
    assert read(HEAD + body).content_hash == expected


def test_what_a_large_block_took_is_given_back() -> None:
    """After 25 MB came and went a few times, the process is as small as before; elsewhere than on Linux nothing is promised."""
    program = (
        "from pathlib import Path\n"
        "from mailsupport.mail.allocation import give_back_large_blocks\n"
        "give_back_large_blocks()\n"
        "def taken(): return int(Path('/proc/self/statm').read_text().split()[1]) * 4096\n"
        "before = taken()\n"
        "for size in (25, 24, 26):\n"
        "    kept = b'x' * (size << 20)\n"
        "    small = [bytes(5000) for _ in range(50)]\n"
        "    del kept\n"
        "    if taken() - before > 4 << 20: raise SystemExit(f'{taken() - before} bytes stayed')\n"
    )
    assert not sys.platform.startswith("linux") or subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
