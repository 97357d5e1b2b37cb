"""Does memory that a large mail took go back to the system when the mail is done?

Comes in: nothing. Goes out: nothing; from then on it does, in this process. glibc begins so, and learns from the first large
block that is freed to keep the next ones (mallopt(3), M_MMAP_THRESHOLD): ten mails of 25 MB leave 100 MB behind for ever. Where
the C library is another one, nothing happens.
"""

from __future__ import annotations

import ctypes

_MMAP_THRESHOLD = -3
"""M_MMAP_THRESHOLD of glibc's malloc.h."""
LARGE = 1024 * 1024
"""Bytes of a block that is given back by itself; setting this ends the learning."""


def give_back_large_blocks() -> None:
    """Have every block of a megabyte and more given back to the system as soon as it is freed. Never raises."""
    try:
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, LARGE)
    except (OSError, AttributeError):
        return  # no glibc
