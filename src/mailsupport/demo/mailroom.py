"""Every mail of the demo, in the order in which the SMTP server took it: remembered, written down as .eml, waited for.

Mails come in on the server's thread; the story waits on its own. Rule for editing here: a mail is first written to its file, so
that the folder is complete whenever the demo ends, then told on the timeline, and only then do people act upon it.
"""

from __future__ import annotations

import email
import email.policy
import re
import threading
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from mailsupport.demo.cast import SUPPORT


@dataclass(frozen=True)
class Post:
    """A mail that went over the SMTP server. `by_hand`: a person's mail client sent it, not the program."""

    number: int
    recipient: str
    raw: bytes
    by_hand: bool
    message: EmailMessage = field(repr=False)

    @property
    def subject(self) -> str:
        """Its subject."""
        return str(self.message.get("Subject", ""))

    @property
    def event(self) -> str:
        """What the program says happened: new, escalated, answered, … or ""."""
        return str(self.message.get("X-Mailsupport-Event", ""))

    @property
    def ticket(self) -> str:
        """The ticket's number, which mails to staff and contacts carry."""
        return str(self.message.get("X-Mailsupport-Ticket", ""))

    @property
    def automatic(self) -> str:
        """What Auto-Submitted says (RFC 3834 §5), or ""."""
        return str(self.message.get("Auto-Submitted", ""))

    @property
    def is_receipt(self) -> bool:
        """Whether it is the automatic confirmation to a customer."""
        return not self.by_hand and self.automatic == "auto-replied" and not self.event

    @property
    def text(self) -> str:
        """Its readable text."""
        return self._body("plain")

    @property
    def html(self) -> str:
        """Its page, or ""."""
        return self._body("html")

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part is not None else ""


class MailRoom:
    """Takes mails from the SMTP server. `heard` is called with each, on the server's thread, one after the other."""

    def __init__(self, folder: Path, heard: Callable[[Post], None]) -> None:
        self._folder, self._heard = folder, heard
        self._posts: list[Post] = []
        self._changed = threading.Condition()
        folder.mkdir()

    def take(self, recipient: str, raw: bytes, by_hand: bool) -> None:
        """Keep a mail to one recipient; only the server's thread calls this."""
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        post = Post(len(self._posts) + 1, recipient, raw, by_hand, message)
        (self._folder / file_name(post)).write_bytes(raw)
        self._heard(post)
        with self._changed:
            self._posts.append(post)
            self._changed.notify_all()

    def posts(self) -> list[Post]:
        """Return every mail so far."""
        with self._changed:
            return list(self._posts)

    def wait_for(self, wanted: Callable[[Post], bool], seconds: float) -> Post | None:
        """Return the first mail that is wanted, waiting for it for that long; None when it does not come."""
        end = time.monotonic() + seconds
        with self._changed:
            while True:
                for post in self._posts:
                    if wanted(post):
                        return post
                left = end - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(left)


def is_support(address: str) -> bool:
    """Whether that is the support address, or support+anything, which arrives there too (RFC 5233 §1)."""
    return _whole(address) == SUPPORT


def file_name(post: Post) -> str:
    """Return the name of its file: number, recipient, subject; letters, digits and dashes alone."""
    whom = _whole(post.recipient).partition("@")[0]
    return f"{post.number:02d}-to-{_plain(whom)}-{_plain(post.subject)[:50].strip('-')}.eml"


def _whole(address: str) -> str:
    """An address without its plus part."""
    local, _, domain = address.lower().partition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _plain(words: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", ascii_only).strip("-").lower()
