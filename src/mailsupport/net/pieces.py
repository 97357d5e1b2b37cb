"""What is already here of a large mail whose transfer broke off: the next connection goes on there (RFC 3501 §6.4.5, partial).

A connection that breaks every ten megabytes would never bring a mail of twenty: begun anew each time, it holds up its mailbox for
ever. Rules for editing: a mail is asked for in one piece first, for servers differ in how well they cut; only what broke off once
comes in pieces. Under one UID a mail never changes, so that pieces of several connections fit together.
"""

from __future__ import annotations

from collections.abc import Callable

from mailsupport.errors import ServerUnavailable, TransferUnderway
from mailsupport.ports import FolderState, Listed

PIECE = 1024 * 1024
"""Bytes asked for at once."""

_Key = tuple[str, int, int, int]


class Pieces:
    """At most one mail at a time, for all connections to a mailbox one after another."""

    def __init__(self) -> None:
        self._key: _Key | None = None
        self._data = bytearray()

    def broke_off(self, folder: FolderState, mail: Listed) -> bool:
        """Whether this mail was asked for before and did not come; from now on it counts as asked for."""
        key = (folder.name, folder.uidvalidity, mail.uid, mail.size)
        before, self._key = self._key, key
        if before != key:
            self._data.clear()
        return before == key

    def rest(self, at_most: int, fetch: Callable[[int, int], bytes | None]) -> bytes | None:
        """Fetch what is missing by `fetch(offset, bytes)`; None when the mail vanished or is longer than `at_most` bytes.

        Raises TransferUnderway when it breaks off again, and has grown; else what `fetch` raises.
        """
        before = len(self._data)
        try:
            return self._grown(at_most, fetch)
        except ServerUnavailable as error:
            if len(self._data) > before:
                raise TransferUnderway(error.message, error.cure) from error
            raise

    def _grown(self, at_most: int, fetch: Callable[[int, int], bytes | None]) -> bytes | None:
        while len(self._data) <= at_most:
            piece = fetch(len(self._data), PIECE)
            if piece is None:
                return None
            self._data += piece
            if len(piece) < PIECE:
                return bytes(self._data)
        return None

    def over(self) -> None:
        """Forget the mail: it is here, or gone."""
        self._key = None
        self._data.clear()
