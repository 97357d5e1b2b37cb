"""What can be said of a mail that cannot be read: who it seems to be from, and a hash that tells it from any other.

In: the bytes. Out: a `Mail` with next to nothing in it. Only the first field of each name is looked at, and only its
beginning: what broke the reader must not break this. It never raises.
"""

from __future__ import annotations

import hashlib
import re

from mailsupport.core.model import Address, Mail
from mailsupport.core.reading.addresses import parse_addresses
from mailsupport.core.reading.clean import clean_line

HEADER_BYTES = 65_536
"""How far into the mail a field is looked for."""

FIELD_BYTES = 500
"""How much of a field is believed."""


def stub(raw: bytes) -> Mail:
    """Return the little that is known of a mail nobody could read."""
    return Mail(
        message_id="",
        in_reply_to=(),
        references=(),
        subject=_field(raw, b"subject"),
        from_=_sender(raw),
        from_doubt="the mail could not be read",
        reply_to=(),
        to=(),
        cc=(),
        recipients=(),
        return_path=None,
        date=None,
        text="",
        new_text="",
        html="",
        attachments=(),
        headers={},
        authentication=(),
        hops=(),
        bounce=None,
        content_type="",
        markers=(),
        content_hash=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
    )


def _sender(raw: bytes) -> tuple[Address, ...]:
    return tuple(address for address in parse_addresses(_field(raw, b"from")) if address.email)[:1]


def _field(raw: bytes, name: bytes) -> str:
    found = re.search(rb"^" + name + rb":([^\r\n]{0,%d})" % FIELD_BYTES, raw[:HEADER_BYTES], re.IGNORECASE | re.MULTILINE)
    return clean_line(found[1].decode("utf-8", "replace"), FIELD_BYTES).strip() if found else ""
