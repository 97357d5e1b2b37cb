"""How does a copy of a mail of ours get into a folder? APPEND (RFC 3501 §6.3.11), once.

Rules for editing: the folder is left as it is but for the new mail; a server's refusal is a reason, not an exception; to look for
an earlier attempt's copy the folder is opened for reading only.
"""

from __future__ import annotations

import imaplib
from datetime import datetime

from mailsupport.net.imapwire import Client, plain_argument
from mailsupport.net.replies import said


def append(client: Client, folder: str, raw: bytes, at: datetime) -> str:
    """Put a mail into a folder as read, dated `at`; returns why it could not, or ""."""
    plain_argument(folder, "sent")
    try:
        client.append(folder, raw, [b"\\Seen"], msg_time=at)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        return f"the copy could not be put into {folder!r}: {said(error)}"
    return ""


def holds(client: Client, message_id: str) -> bool:
    """Tell whether the open folder has a mail of that Message-ID, which is one of ours."""
    plain_argument(message_id, "message_id")
    return bool(client.search([b"HEADER", b"Message-ID", message_id.encode("ascii")]))
