"""Attack 15: no string of a mail adds a header, breaks a line or keeps an alert from being built."""

from __future__ import annotations

import email
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import getaddresses

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailsupport.core.model import Address
from mailsupport.core.reading.clean import clean_line, clean_text
from mailsupport.mail.bodyparts import OutgoingAttachment
from mailsupport.mail.compose import Outgoing, build

PLAIN = Outgoing(
    kind="relay",
    message_id="ms.4711.r.k3f9@acme.example",
    date=datetime(2026, 11, 23, 10, 31, tzinfo=UTC),
    from_name="Anna (Acme Support)",
    from_address="support@acme.example",
    to=(Address("Erika Muster", "erika@globex.example"),),
    subject="Re: Printer on floor 3",
    text="Hello\n",
)
ANY = st.text(alphabet=st.characters(exclude_categories=[]), max_size=300)
INJECTIONS = [
    f"a{end}Bcc: evil@x.example{end}{end}body"
    for end in ("\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\r\n ", "\x00\r\n", "\udc0a\n")
]


def whole(words: str) -> Outgoing:
    """Put the same words everywhere a string goes."""
    return replace(
        PLAIN,
        message_id=words,
        from_name=words,
        to=(Address(words, words), Address(words, "e@globex.example")),
        cc=(Address(words, f"{words}@globex.example"),),
        reply_to=words,
        subject=words,
        text=words,
        html=words,
        in_reply_to=words,
        references=(words, "root@acme.example", words),
        auto_submitted=words,
        suppress=words,
        extra_headers={words: words, "X-Mailsupport-Event": words},
        thread_index=words,
        thread_topic=words,
        attachments=(OutgoingAttachment(words, words, b"x", words), OutgoingAttachment(words, words, b"x")),
    )


ALLOWED = re.compile(
    r"Content-Type|Content-Transfer-Encoding|From|To|Cc|Reply-To|Subject|Date|Message-ID|In-Reply-To|References|Thread-Topic"
    r"|Thread-Index|Auto-Submitted|X-Auto-Response-Suppress|Importance|X-[A-Za-z0-9-]+|MIME-Version"
)


def decoded(value: str) -> str:
    return str(make_header(decode_header(re.sub(r"\r?\n", "", value))))


def content(part: EmailMessage) -> str:
    return str(part.get_content()).replace("\r\n", "\n")


def names_of(raw: bytes) -> list[str]:
    """Return the header names as the crudest reader sees them: every line that is no fold."""
    head = raw.split(b"\r\n\r\n")[0].decode("ascii")
    return [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith(" ")]


@pytest.mark.parametrize("words", INJECTIONS)
def test_no_line_end_makes_a_header(words: str) -> None:
    """F5: Whatever a program takes for a line end is none in a header."""
    names = names_of(build(whole(words)))

    assert all(ALLOWED.fullmatch(name) for name in names)
    assert len(names) == len(set(names))
    assert "Bcc" not in names


@settings(max_examples=150, deadline=None)
@given(ANY)
@example("X-\r\nBcc")
@example("=?utf-8?q?a=0D=0ABcc=3A_x?=")
@example("\ud800\udfff")
@example('"\\' * 100)
@example("@" * 300)
def test_any_words_anywhere_make_one_whole_mail(words: str) -> None:
    """ASCII, CRLF, no long line, the expected headers, two readers agree."""
    raw = build(whole(words))
    names = names_of(raw)

    assert raw.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert all(ALLOWED.fullmatch(name) for name in names)
    assert names == email.message_from_bytes(raw).keys()
    assert email.message_from_bytes(raw)["From"]


@settings(max_examples=150, deadline=None)
@given(ANY, ANY)
def test_subject_and_text_are_read_back(subject: str, text: str) -> None:
    """What was meant arrives, character by character."""
    raw = build(replace(PLAIN, subject=subject, text=text))

    assert decoded(email.message_from_bytes(raw)["Subject"] or "") == clean_line(subject, 900)
    assert content(email.message_from_bytes(raw, policy=SMTP)).rstrip("\n") == clean_text(text).rstrip("\n")


@settings(max_examples=150, deadline=None)
@given(ANY)
def test_display_name_is_read_back(name: str) -> None:
    """A name with commas, quotes or @ stays a name, and the address stays the address."""
    [(found, address)] = getaddresses([email.message_from_bytes(build(replace(PLAIN, from_name=name)))["From"]])

    assert address == "support@acme.example"
    assert decoded(found) == clean_line(name, 120)


@settings(max_examples=100, deadline=None)
@given(ANY)
def test_html_is_read_back(html: str) -> None:
    """HTML arrives as it was; other characters as references."""
    mail = email.message_from_bytes(build(replace(PLAIN, html=f"<p>{html}</p>")), policy=SMTP)
    expected = clean_text(f"<p>{html}</p>").encode("ascii", "xmlcharrefreplace").decode()

    assert content(list(mail.iter_parts())[1]) == f"{expected}\n"


@pytest.mark.parametrize(
    "broken",
    [
        replace(PLAIN, date=None),
        replace(PLAIN, text=None),
        replace(PLAIN, subject=7),
        replace(PLAIN, to=None),
        replace(PLAIN, attachments=(OutgoingAttachment("a", "b/c", None),)),
        replace(PLAIN, extra_headers=None),
        replace(PLAIN, references=(1, 2)),
        replace(PLAIN, from_address=None),
    ],
)
def test_build_never_raises(broken: Outgoing) -> None:
    """A mail that says less is better than silence."""
    raw = build(broken)

    assert b"\r\n\r\n" in raw
    assert email.message_from_bytes(raw)["Message-ID"] == "<ms.4711.r.k3f9@acme.example>"
