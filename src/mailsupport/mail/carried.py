"""How does a file get from a mail that came in into one that goes out?

In: the raw mail and those of its attachments that are to travel. Out: attachments with their base64 lines ready, so that a
notification to five people codes a file once, and mostly not at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailsupport.core.model import Attachment
from mailsupport.mail.bodyparts import OutgoingAttachment
from mailsupport.mail.parse import attachments_as_base64


def carried(raw: bytes, chosen: Sequence[Attachment]) -> tuple[OutgoingAttachment, ...]:
    """Return these attachments of the mail, ready to travel. Raises UnreadableMail if one is not in it."""
    if not chosen:
        return ()
    codes = attachments_as_base64(raw, chosen)
    return tuple(OutgoingAttachment(one.name, one.type, b"", coded=code) for one, code in zip(chosen, codes, strict=True))
