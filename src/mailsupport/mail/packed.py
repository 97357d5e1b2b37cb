"""How are the bytes of a mail made small for keeping? As zlib, by the way that suits them.

In: bytes. Out: a zlib stream. It is made where the mail is read, in the process of its own: it takes as long as deciding about
a mail, and there is a second core.
"""

from __future__ import annotations

import zlib

_QUICKLY = 1
"""The level: higher ones save a few per cent and take three times as long."""
_ASKED_FROM, _SAMPLE = 32 * 1024, 4096
"""Bytes: of less it is not asked whether there are repetitions, and of more a piece of this size is."""
_WORTH = 0.9
"""Repetitions are looked for where that makes the piece smaller than this part of what it is without."""
_MEMORY, _BITS = 9, 15


def packed(data: bytes) -> bytes:
    """Return the bytes as a zlib stream.

    Base64 holds no repetitions: looking for them takes three times as long as not looking, and finds nothing. A piece out of
    the middle tells.
    """
    if len(data) < _ASKED_FROM:
        return zlib.compress(data, _QUICKLY)
    middle = len(data) // 2
    sample = data[middle : middle + _SAMPLE]
    repeats = len(zlib.compress(sample, _QUICKLY)) < _WORTH * len(_without_repeats(sample))
    return zlib.compress(data, _QUICKLY) if repeats else _without_repeats(data)


def _without_repeats(data: bytes) -> bytes:
    packing = zlib.compressobj(_QUICKLY, zlib.DEFLATED, _BITS, _MEMORY, zlib.Z_HUFFMAN_ONLY)
    return packing.compress(data) + packing.flush()
