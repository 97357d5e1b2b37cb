"""The bytes of mails, made small: by whoever read them, or here.

In: bytes. Out: a zlib stream of them. Reading happens in a process of its own, which packs on the way; what it packed is told
to the transaction (`have_packed`) before the mails are stored. For editing here: P1 stands on these bytes, so that no stream is
taken on trust: its checksum must be that of the mail (RFC 1950 §2.2).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from sqlalchemy import Connection

_KEY = "mailsupport.packed"
_QUICKLY = 1


def begin(tx: Connection) -> None:
    """Begin with nothing packed."""
    tx.info[_KEY] = {}


def have_packed(tx: Connection, pairs: Iterable[tuple[bytes, bytes]]) -> None:
    """Remember, until the transaction ends, the streams that these very objects were made into; "" for none."""
    # By identity: hashing a mail takes as long as a third of packing it. The object is kept, so that no other gets its place.
    tx.info[_KEY] = {id(data): (data, stream) for data, stream in pairs if stream}


def pack(tx: Connection, data: bytes) -> bytes:
    """Return the mail's zlib stream."""
    known: dict[int, tuple[bytes, bytes]] = tx.info[_KEY]
    _, stream = known.get(id(data), (data, b""))
    whole = stream[-4:] == zlib.adler32(data).to_bytes(4, "big")
    return stream if whole else zlib.compress(data, _QUICKLY)


def unpacked(data: bytes) -> bytes:
    """Return what was packed."""
    return zlib.decompress(data)
