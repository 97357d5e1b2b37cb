"""Files on their way from a mail that came in into one that goes out."""

from __future__ import annotations

import base64
import email
import email.policy
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsupport.core.model import Address
from mailsupport.mail.carried import carried
from mailsupport.mail.compose import Outgoing, build
from mailsupport.mail.parse import read
from mailsupport.mail.transfer import as_base64, stands_as_base64

DATA = bytes(range(256)) * 3


def mail_with(code: bytes, encoding: str = "base64") -> bytes:
    head = (
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n'
        f"--b\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return head.encode() + code + b"\r\n--b--\r\n"


def arrived(raw: bytes) -> bytes:
    """What the receiver of a mail with that mail's files gets."""
    outgoing = Outgoing(
        kind="notification",
        message_id="m1@acme.example",
        date=datetime(2026, 11, 23, tzinfo=UTC),
        from_name="",
        from_address="support@acme.example",
        to=(Address("", "anna@acme.example"),),
        subject="x",
        text="x",
        attachments=carried(raw, read(raw).attachments),
    )
    built = email.message_from_bytes(build(outgoing), policy=email.policy.default)
    [part] = built.iter_attachments()
    content = part.get_content()
    assert isinstance(content, bytes)
    return content


@pytest.mark.parametrize(
    "code",
    [
        as_base64(DATA),
        as_base64(DATA).replace(b"\r\n", b"\n"),
        as_base64(DATA).replace(b"\r\n", b""),
        as_base64(DATA).replace(b"\r\n", b" \r\n"),
        as_base64(DATA)[:700] + b"!" + as_base64(DATA)[700:],
    ],
    ids=["in lines", "bare line ends", "one line", "spaces at line ends", "a foreign character"],
)
def test_a_file_arrives_whatever_its_code_looks_like(code: bytes) -> None:
    """Code that is no sound base64 is decoded and coded anew."""
    assert arrived(mail_with(code)) == DATA


def test_a_file_that_was_not_in_base64_arrives() -> None:
    """Quoted-printable and plain bytes are coded anew."""
    assert arrived(mail_with(b"=C3=BC=00x", "quoted-printable")) == b"\xc3\xbc\x00x"


def test_sound_code_travels_as_it_stands() -> None:
    """Nothing is coded twice: the lines are those of the mail, whatever their length below 76."""
    code = base64.b64encode(DATA[:30]) + b"\r\n" + base64.b64encode(DATA[30:60]) + b"\r\n"

    [file] = carried(mail_with(code), read(mail_with(code)).attachments)

    assert file.coded == code


@pytest.mark.parametrize(
    "code",
    [b"AAAA\r\n--b\r\n", b"AAA\r\n", b"AA==AA==\r\n", b"AAAA\nAAAA\r\n", b"A" * 80 + b"\r\n", b"A===\r\n", b"AAAA\r\n\r\x00\r\n"],
)
def test_what_is_no_sound_code_does_not_travel(code: bytes) -> None:
    """Boundaries, wrong lengths, padding inside, bare line ends, long lines."""
    assert not stands_as_base64(code)


@given(st.binary(max_size=400))
def test_our_own_code_is_sound(data: bytes) -> None:
    """What we write, we would take."""
    code = as_base64(data)

    assert base64.b64decode(code) == data
    assert stands_as_base64(code)
