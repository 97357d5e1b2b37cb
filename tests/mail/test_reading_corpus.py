"""Our own small corpus: each file is one way in which real mails differ, `expected.toml` beside them says what each says."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailsupport.core.model import Mail
from mailsupport.mail.parse import attachment_bytes, read

FOLDER = Path(__file__).parents[1] / "corpus" / "reading"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((FOLDER / "expected.toml").read_text("utf-8"))


def _bounce(mail: Mail) -> list[str]:
    return [f"{r.address} {r.status} {r.action}" for r in mail.bounce.recipients] if mail.bounce else []


ACTUAL: dict[str, Callable[[Mail], object]] = {
    "text": lambda mail: mail.text,
    "subject": lambda mail: mail.subject,
    "from": lambda mail: f"{mail.sender.name} <{mail.sender.email}>",
    "to": lambda mail: [address.email for address in mail.to],
    "cc": lambda mail: [address.email for address in mail.cc],
    "attachments": lambda mail: [attachment.name for attachment in mail.attachments],
    "inline": lambda mail: [a.inline_id for a in mail.attachments if a.inline_id],
    "markers": lambda mail: list(mail.markers),
    "message_id": lambda mail: mail.message_id,
    "in_reply_to": lambda mail: list(mail.in_reply_to),
    "references": lambda mail: list(mail.references),
    "recipients": lambda mail: list(mail.recipients),
    "hops": lambda mail: [f"{hop.from_host} > {hop.by_host}" for hop in mail.hops],
    "results": lambda mail: [f"{r.authserv_id} {r.method}={r.result} below {r.below}" for r in mail.authentication],
    "bounce": _bounce,
    "original": lambda mail: mail.bounce.original_message_id if mail.bounce else "",
}


def _raw(name: str) -> bytes:
    return (FOLDER / f"{name}.eml").read_bytes()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_mail_of_the_corpus_is_read_as_its_author_meant_it(name: str) -> None:
    """Every key of the table holds (B3, B5)."""
    mail, expected = read(_raw(name)), EXPECTED[name]

    assert {key: value for key, value in expected.items() if key in ACTUAL} == {
        key: ACTUAL[key](mail) for key in expected if key in ACTUAL
    }


@pytest.mark.parametrize("name", [name for name, expected in EXPECTED.items() if "doubt" in expected])
def test_a_doubt_about_from_is_named(name: str) -> None:
    """One From field with one plain mailbox is beyond doubt; every other form has a doubt in words (attack 8)."""
    doubt = EXPECTED[name]["doubt"]

    assert doubt in read(_raw(name)).from_doubt
    assert bool(doubt) == bool(read(_raw(name)).from_doubt)


@pytest.mark.parametrize("name", [name for name, expected in EXPECTED.items() if "contains" in expected or "lacks" in expected])
def test_words_are_there_or_not(name: str) -> None:
    """What is hidden, attached or encoded is no text of the mail."""
    text = read(_raw(name)).text

    assert [word for word in EXPECTED[name].get("contains", []) if word not in text] == []
    assert [word for word in EXPECTED[name].get("lacks", []) if word in text] == []


def test_every_file_has_its_expectation() -> None:
    """No mail lies in the folder unasked."""
    assert sorted(EXPECTED) == sorted(path.stem for path in FOLDER.glob("*.eml"))


@pytest.mark.parametrize("name", EXPECTED)
def test_an_attachment_is_found_again_by_its_part(name: str) -> None:
    """The bytes behind `Attachment.part` have the size that reading said."""
    raw = _raw(name)
    mail = read(raw)

    assert [a.size for a in mail.attachments] == [len(attachment_bytes(raw, a)) for a in mail.attachments]


@pytest.mark.parametrize("name", EXPECTED)
def test_line_ends_change_neither_words_nor_hash(name: str) -> None:
    """The same mail with CR LF instead of LF has the same text and the same content hash (P2)."""
    raw = _raw(name)
    with_lf, with_crlf = raw.replace(b"\r\n", b"\n"), raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    assert read(with_lf).text == read(with_crlf).text
    assert read(with_lf).content_hash == read(with_crlf).content_hash


def test_a_uuencoded_file_has_its_bytes() -> None:
    """A file inside a text is an attachment like any other."""
    raw = _raw("uuencode")

    assert attachment_bytes(raw, read(raw).attachments[0]) == b"hello world\n"


def test_the_address_we_wrote_to_is_kept_beside_the_one_that_failed() -> None:
    """An alias that leads to a dead mailbox is the address our answer went to."""
    bounce = read(_raw("bounce-dsn")).bounce

    assert bounce is not None
    assert bounce.recipients[0].original == "alias@kunde.example"
