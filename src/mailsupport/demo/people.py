"""How people in the demo use their mail: they write and reply by SMTP, and one keeps a copy in the Sent folder by IMAP.

Rule for editing here: what a person does here, any mail client does; nothing of the program is used or known.
"""

from __future__ import annotations

import imaplib
import smtplib
import time
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from html import escape

from mailsupport.demo.cast import SUPPORT, Player
from mailsupport.demo.mailroom import Post
from mailsupport.demo.servers import BY_HAND, HOST, SENT

_PATIENCE = 10.0


class MailClient:
    """The mail client that everybody in the demo uses."""

    def __init__(self, smtp_port: int, imap_port: int, password: str) -> None:
        self._smtp_port, self._imap_port, self._password = smtp_port, imap_port, password

    def write(self, author: Player, subject: str, text: str, **headers: str) -> EmailMessage:
        """Send a new mail to the support address; `headers` are further ones, with _ for -."""
        message = _mail(Address(author.name, addr_spec=author.address), SUPPORT, subject, text)
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        self._send(message, author.address)
        return message

    def reply(self, author: Player, post: Post, text: str, html: str = "") -> None:
        """Answer a mail: above the quoted original, to its Reply-To; with `html`, the same words with a layout beside it."""
        message = _answer(Address(author.name, addr_spec=author.address), post.message, post.text, text)
        if html:
            lead = f"<div>On {post.message['Date']}, {escape(str(post.message['From']))} wrote:<br></div>"
            quote = f'<div class="gmail_quote">{lead}<blockquote class="gmail_quote">{_page(post)}</blockquote></div>'
            message.add_alternative(f'<div dir="ltr">{html}</div><br>{quote}', subtype="html")
        self._send(message, author.address)

    def reply_as_support(self, original: EmailMessage, text: str) -> None:
        """Answer a customer straight from the shared mailbox; the client keeps its copy in the Sent folder."""
        message = _answer(Address("Acme Support", addr_spec=SUPPORT), original, str(original.get_content()), text)
        self._send(message, SUPPORT)
        with imaplib.IMAP4(HOST, self._imap_port, timeout=_PATIENCE) as imap:
            imap.login(SUPPORT, self._password)
            imap.append(SENT, r"(\Seen)", imaplib.Time2Internaldate(time.time()), message.as_bytes())

    def _send(self, message: EmailMessage, sender: str) -> None:
        with smtplib.SMTP(HOST, self._smtp_port, local_hostname=BY_HAND, timeout=_PATIENCE) as smtp:
            smtp.send_message(message, from_addr=sender)


def _page(post: Post) -> str:
    """What stands in the body of a mail's page."""
    page = post.html.partition("<body")[2].partition(">")[2]
    return page.rpartition("</body>")[0]


def _mail(author: Address, to: str, subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = author
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=author.domain)
    message.set_content(text + "\n")
    return message


def _answer(author: Address, original: EmailMessage, quoted: str, text: str) -> EmailMessage:
    quote = "\n".join(f"> {line}".rstrip() for line in quoted.splitlines())
    subject = str(original["Subject"])
    to = str(original.get("Reply-To") or original["From"])
    words = f"{text}\n\nOn {original['Date']}, {original['From']} wrote:\n{quote}"
    message = _mail(author, to, subject if subject.lower().startswith("re:") else f"Re: {subject}", words)
    message["In-Reply-To"] = str(original["Message-ID"])
    message["References"] = f"{original.get('References', '')} {original['Message-ID']}".strip()
    return message
