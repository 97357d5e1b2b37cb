"""The bytes of a mail: exactly the expected headers, read back as they were meant."""

from __future__ import annotations

import email
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.policy import SMTP
from urllib.parse import unquote

import pytest

from mailsupport.core.model import Address
from mailsupport.mail.bodyparts import OutgoingAttachment
from mailsupport.mail.compose import HEADERS, Outgoing, build, headers_for, mailto

PLAIN = Outgoing(
    kind="relay",
    message_id="ms.4711.r.k3f9@acme.example",
    date=datetime(2026, 11, 23, 10, 31, tzinfo=UTC),
    from_name="Anna (Acme Support)",
    from_address="support@acme.example",
    to=(Address("Erika Muster", "erika@globex.example"),),
    subject="Re: Printer on floor 3",
    text="Hello\n\nhold the button.\n",
)


def read(outgoing: Outgoing) -> Message:
    return email.message_from_bytes(build(outgoing))


def parsed(outgoing: Outgoing) -> EmailMessage:
    found = email.message_from_bytes(build(outgoing), policy=SMTP)
    assert isinstance(found, EmailMessage)
    return found


def content(part: EmailMessage) -> str:
    return str(part.get_content()).replace("\r\n", "\n")


def decoded(value: str) -> str:
    return str(make_header(decode_header(re.sub(r"\r?\n", "", value))))


def test_plain_mail_byte_by_byte() -> None:
    """A relay carries no automatic header at all."""
    assert build(PLAIN).decode() == (
        'From: "Anna (Acme Support)" <support@acme.example>\r\n'
        "To: Erika Muster <erika@globex.example>\r\n"
        "Subject: Re: Printer on floor 3\r\n"
        "Date: Mon, 23 Nov 2026 10:31:00 +0000\r\n"
        "Message-ID: <ms.4711.r.k3f9@acme.example>\r\n"
        "X-Mailsupport-Id: <ms.4711.r.k3f9@acme.example>\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=us-ascii\r\n"
        "Content-Transfer-Encoding: 7bit\r\n"
        "\r\n"
        "Hello\r\n\r\nhold the button.\r\n"
    )


def test_same_mail_same_bytes() -> None:
    """Every retry is the same mail."""
    full = replace(PLAIN, html="<p>x</p>", attachments=(OutgoingAttachment("a.txt", "text/plain", b"x"),))

    assert build(full) == build(full)


def test_every_header_has_its_place() -> None:
    """Threading, copies, reply address and our own headers are written once each."""
    mail = read(
        replace(
            PLAIN,
            cc=(Address("", "max@globex.example"), Address("Böhm, Jörg", "joerg@globex.example")),
            reply_to="support+t4711.k3f9@acme.example",
            in_reply_to="<c1@globex.example>",
            references=("t.4711@acme.example", "c1@globex.example"),
            auto_submitted="auto-generated",
            suppress="OOF, AutoReply",
            importance_high=True,
            extra_headers={"X-Mailsupport-Ticket": "4711", "Bcc": "evil@x.example", "X-Bad:": "x"},
            thread_index="AdxfVg==",
            thread_topic="Printer on floor 3",
        )
    )

    assert [(name, decoded(value)) for name, value in mail.items()][:-2] == [
        ("From", '"Anna (Acme Support)" <support@acme.example>'),
        ("To", "Erika Muster <erika@globex.example>"),
        ("Cc", "max@globex.example, Böhm, Jörg <joerg@globex.example>"),
        ("Reply-To", '"Anna (Acme Support)" <support+t4711.k3f9@acme.example>'),
        ("Subject", "Re: Printer on floor 3"),
        ("Date", "Mon, 23 Nov 2026 10:31:00 +0000"),
        ("Message-ID", "<ms.4711.r.k3f9@acme.example>"),
        ("X-Mailsupport-Id", "<ms.4711.r.k3f9@acme.example>"),
        ("In-Reply-To", "<c1@globex.example>"),
        ("References", "<t.4711@acme.example> <c1@globex.example>"),
        ("Thread-Topic", "Printer on floor 3"),
        ("Thread-Index", "AdxfVg=="),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ("Importance", "high"),
        ("X-Mailsupport-Ticket", "4711"),
        ("MIME-Version", "1.0"),
    ]


@pytest.mark.parametrize(
    ("kind", "auto_submitted", "suppress", "high"),
    [
        ("receipt", "auto-replied", "OOF, AutoReply, DR, RN, NRN", False),
        ("relay", "", "", False),
        ("notification", "auto-generated", "OOF, AutoReply", False),
        ("alert", "auto-generated", "", True),
        ("all_clear", "auto-generated", "OOF, AutoReply", False),
        ("held", "auto-replied", "OOF, AutoReply", False),
        ("operator", "auto-generated", "OOF, AutoReply", False),
        ("something new", "auto-generated", "OOF, AutoReply", False),
    ],
)
def test_automatic_headers_of_each_kind(kind: str, auto_submitted: str, suppress: str, high: bool) -> None:
    """D3: robots are told what they read; a relay is a person's mail; absence notices and bounces of an alert are wanted."""
    found = headers_for(kind)

    assert (found.auto_submitted, found.suppress, found.importance_high) == (auto_submitted, suppress, high)


def test_bounces_are_never_suppressed() -> None:
    """The value "All" would stop them."""
    assert all("All" not in row.suppress for row in HEADERS.values())


@pytest.mark.parametrize(
    ("name", "address", "expected"),
    [
        ("Erika Muster", "e@x.example", "Erika Muster <e@x.example>"),
        ("Muster, Erika", "e@x.example", '"Muster, Erika" <e@x.example>'),
        ('The "Boss"', "e@x.example", '"The \\"Boss\\"" <e@x.example>'),
        ("anna@x.example", "e@x.example", '"anna@x.example" <e@x.example>'),
        ("Jürgen", "e@x.example", "=?utf-8?b?SsO8cmdlbg==?= <e@x.example>"),
        ("=?utf-8?q?evil?=", "e@x.example", "=?utf-8?b?PT91dGYtOD9xP2V2aWw/PQ==?= <e@x.example>"),
        ("", "e@x.example", "e@x.example"),
        ("A", "e@bücher.example", "A <e@xn--bcher-kva.example>"),
        ("A", '"a b"@x.example', 'A <"a b"@x.example>'),
        ("A", "jörg@x.example", "=?utf-8?b?QSBqw7ZyZ0B4LmV4YW1wbGU=?=:;"),
        ("A", "a@x.example>\r\nBcc: b@x.example", '"A a@x.example> Bcc: b@x.example":;'),
        ("A", "a@x.example, b@x.example", '"A a@x.example, b@x.example":;'),
        ("", "", "nobody:;"),
    ],
)
def test_addresses_are_written_safely(name: str, address: str, expected: str) -> None:
    """What cannot be an address becomes the name of an empty group: it is seen, and gets no mail."""
    assert read(replace(PLAIN, to=(Address(name, address),)))["To"] == expected


def test_many_recipients_fold_between_addresses() -> None:
    """No line is longer than 998 (RFC 5322 §2.1.1)."""
    many = tuple(Address(f"Person {n}", f"person{n}@globex.example") for n in range(200))
    raw = build(replace(PLAIN, cc=many))

    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert len(parsed(replace(PLAIN, cc=many))["Cc"].addresses) == 200


def test_long_ids_are_neither_coded_nor_broken() -> None:
    """C9: Outlook's ids are longer than 78 characters, and must arrive as they are."""
    long_ids = tuple(f"{'A' * 90}{n}@eurprd01.prod.exchangelabs.example" for n in range(4))
    mail = read(replace(PLAIN, references=long_ids, in_reply_to=long_ids[-1]))

    assert mail["References"].split() == [f"<{id_}>" for id_ in long_ids]
    assert mail["In-Reply-To"] == f"<{long_ids[-1]}>"
    assert b"=?" not in build(replace(PLAIN, references=long_ids))


def test_references_keep_root_and_newest_within_two_thousand() -> None:
    """C9: relays refuse large headers; the root and the nearest ancestors decide the thread."""
    ids = tuple(f"mail.{n:04}.{'x' * 40}@globex.example" for n in range(300))
    kept = read(replace(PLAIN, references=ids))["References"].split()

    assert kept[0] == f"<{ids[0]}>"
    assert kept[1:] == [f"<{id_}>" for id_ in ids[-len(kept) + 1 :]]
    assert 1900 < len(" ".join(kept)) <= 2000


@pytest.mark.parametrize("bad", ["", "a b@x", "a\r\nBcc: x", "ü@x", "<>", "x" * 901, "a>b@x"])
def test_what_is_no_id_is_left_out(bad: str) -> None:
    """A stranger's Message-ID is text like any other."""
    mail = read(replace(PLAIN, in_reply_to=bad, references=("root@x", bad)))

    assert mail["In-Reply-To"] is None
    assert mail["References"] == "<root@x>"


def test_html_is_an_alternative_in_ascii() -> None:
    """Text first, HTML second (RFC 2046 §5.1.4); other characters are references."""
    mail = parsed(replace(PLAIN, text="Grüße\n", html="<p>Grüße</p>\n"))

    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert [content(part) for part in mail.iter_parts()] == ["Grüße\n", "<p>Gr&#252;&#223;e</p>\n"]


def test_files_and_inline_images() -> None:
    """Images the HTML shows are related to it, other files stand beside; every byte arrives."""
    every_byte = bytes(range(256)) * 20
    image = OutgoingAttachment("logo.png", "image/png", b"\x89PNG", "logo1@acme.example")
    file = OutgoingAttachment("Bericht Übersicht.pdf", "application/pdf", every_byte)
    mail = parsed(replace(PLAIN, html='<img src="cid:logo1@acme.example">', attachments=(image, file)))
    parts = {part.get_filename(): part for part in mail.walk() if part.get_filename()}

    assert [p.get_content_type() for p in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
    ]
    assert parts["Bericht Übersicht.pdf"].get_content() == every_byte
    assert parts["logo.png"]["Content-ID"] == "<logo1@acme.example>"
    assert parts["logo.png"].get_content_disposition() == "inline"


def test_inline_image_without_html_is_a_file() -> None:
    """Nothing would show it."""
    image = OutgoingAttachment("logo.png", "image/png", b"\x89PNG", "logo1@acme.example")
    mail = parsed(replace(PLAIN, attachments=(image,)))

    assert [part.get_content_disposition() for part in mail.iter_attachments()] == ["attachment"]


@pytest.mark.parametrize(
    ("mime_type", "expected"),
    [
        ("text/html", "text/html"),
        ("Image/JPEG", "image/jpeg"),
        ("message/rfc822", "application/octet-stream"),
        ("multipart/mixed", "application/octet-stream"),
        ("text/plain\r\nBcc: x", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_type_of_a_file(mime_type: str, expected: str) -> None:
    """RFC 2046 §5: containers may not be base64, so they travel as files."""
    mail = parsed(replace(PLAIN, attachments=(OutgoingAttachment("a", mime_type, b"x"),)))

    assert [part.get_content_type() for part in mail.iter_attachments()] == [expected]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a b.txt", "a b.txt"),
        ('q"uote\\a.txt', "a.txt"),
        ("日本語" * 60 + ".pdf", None),
        ("../../etc/passwd", "passwd"),
        ("a\r\nContent-Type: text/html", "html"),
        ("100%.txt", "100%.txt"),
        ("", None),
    ],
)
def test_file_names_come_back_clean(name: str, expected: str | None) -> None:
    """No path, no line end, no parameter of the sender's."""
    [part] = parsed(replace(PLAIN, attachments=(OutgoingAttachment(name, "text/plain", b"x"),))).iter_attachments()
    found = part.get_filename()

    assert found is None or ("/" not in found and "\n" not in found and '"' not in found)
    assert expected is None or found == expected


def test_boundary_in_the_text_parts_nothing() -> None:
    """A text that quotes the boundary of its own mail is coded, so the mail stays whole."""
    first = build(replace(PLAIN, html="<p>x</p>"))
    boundary = re.search(rb'boundary="([^"]+)"', first)
    assert boundary is not None
    text = f"--{boundary[1].decode()}--\n"

    parts = list(parsed(replace(PLAIN, text=text, html="<p>x</p>")).iter_parts())

    assert [content(part) for part in parts] == [text, "<p>x</p>\n"]


def test_lines_that_relays_change_are_guarded() -> None:
    """A line beginning with "From ", a lone dot and long lines arrive as they were."""
    text = "a\nFrom here on\n.\n..\n" + "x" * 3000 + "\n trailing \n"
    raw = build(replace(PLAIN, text=text))

    assert b"\r\nFrom here" not in raw
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert content(parsed(replace(PLAIN, text=text))) == text


def test_mail_without_recipient_is_still_a_mail() -> None:
    """The envelope decides who gets it."""
    assert read(replace(PLAIN, to=()))["To"] == "undisclosed-recipients:;"


@pytest.mark.parametrize(
    ("address", "subject", "body", "expected"),
    [
        ("support+t1@x.example", "Re: #1", "/ack\n", "mailto:support+t1@x.example?subject=Re%3A%20%231&body=%2Fack%0D%0A"),
        ("a@x.example?bcc=b@x.example", "x", "", "mailto:a@x.example%3Fbcc%3Db@x.example?subject=x&body="),
        ("a@x.example", "x\r\nBcc: b", "a&b=ü", "mailto:a@x.example?subject=x%20Bcc%3A%20b&body=a%26b%3D%C3%BC"),
    ],
)
def test_mailto_links(address: str, subject: str, body: str, expected: str) -> None:
    """RFC 6068 §2: everything is percent-encoded, nothing adds a field."""
    assert mailto(address, subject, body) == expected


def test_mailto_is_cut_between_characters() -> None:
    """1,600 characters are what every program takes."""
    link = mailto("a@x.example", "x", "日本" * 1000)

    assert 1590 < len(link) <= 1600
    assert set(unquote(link.partition("body=")[2])) == set("日本")


def test_the_same_mail_is_the_same_bytes_whatever_was_built_before() -> None:
    """One instant in two zones is two dates."""
    here = PLAIN.date.astimezone(timezone(timedelta(hours=1)))
    utc = build(replace(PLAIN, date=PLAIN.date.astimezone(UTC)))

    assert b" +0000\r\n" in utc
    assert b" +0100\r\n" in build(replace(PLAIN, date=here))
