"""What our signatures prove: nothing but what we signed, for nobody but the one we signed it for."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mail_values import SUPPORT

from mailsupport.core.judging import tokens
from mailsupport.core.judging.tokens import Audience, Purpose

OLD, NEW, OTHER = (b"o" * 32,), (b"n" * 32,), (b"x" * 32,)
OWN = frozenset({SUPPORT})
NONCES = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=16)


@given(st.sampled_from(Purpose), st.integers(0, 10**9), st.text(min_size=1, max_size=30), NONCES)
def test_a_token_reads_back_as_it_was_issued(purpose: Purpose, ticket: int, person: str, nonce: str) -> None:
    """Purpose, ticket, person and nonce come back, whatever case the way gave them."""
    token = tokens.read(NEW, tokens.issue(NEW, purpose, ticket, person, nonce).upper())
    assert token is not None
    assert (token.purpose, token.ticket, token.nonce) == (purpose, ticket, nonce)
    assert tokens.belongs_to(token, person)


@given(st.data())
def test_one_changed_character_makes_it_no_token(data: st.DataObject) -> None:
    """C2: Every character is under the signature or is it."""
    text = tokens.issue(NEW, Purpose.REPLY, 4711, "anna", "7")
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789.").filter(lambda c: c != text[at]))
    assert tokens.read(NEW, text[:at] + other + text[at + 1 :]) is None


def test_old_keys_verify_and_do_not_sign() -> None:
    """C2: After a rotation old tokens are read, new ones are signed with the first key."""
    old = tokens.issue(OLD, Purpose.NOTE, 1, "anna", "a")
    assert tokens.read(NEW + OLD, old) is not None
    assert tokens.read(NEW, old) is None
    assert tokens.read(OLD, tokens.issue(NEW + OLD, Purpose.NOTE, 1, "anna", "a")) is None


@pytest.mark.parametrize(
    "text", ["", "t4711", "t04711.aaaaaaaa.1.aaaaaaaaaaaaaaaa", "ｔ1", "t1.aaaaaaaa.1.aaaaaaaaaaaaaaaa\n", "t1..."]
)
def test_what_was_never_signed_is_no_token(text: str) -> None:
    """Odd shapes are nothing, and no error."""
    assert tokens.read(NEW, text) is None


def test_a_token_of_one_person_is_not_another_persons() -> None:
    """The person is part of the signature."""
    token = tokens.read(NEW, tokens.issue(NEW, Purpose.REPLY, 1, "anna", "a"))
    assert token is not None
    assert not tokens.belongs_to(token, "ben")


def test_a_reply_address_comes_back_to_its_token() -> None:
    """`support+token@` is read for our own addresses only."""
    text = tokens.issue(NEW, Purpose.REPLY, 123456789, "anna", "12345678")
    address = tokens.reply_address(SUPPORT, text)
    assert len(address.partition("@")[0]) <= tokens.LOCAL_PART_LIMIT
    assert tokens.token_in_address(address.upper(), OWN) == text
    assert tokens.token_in_address(address, frozenset({"sales@acme.example"})) is None


def test_an_own_address_with_a_plus_keeps_it() -> None:
    """A mailbox `help+desk@` takes tokens behind a second plus."""
    assert tokens.token_in_address("help+desk+t1@acme.example", {"help+desk@acme.example"}) == "t1"


def test_a_local_part_over_64_characters_stays_plain() -> None:
    """RFC 5321 §4.5.3.1.1: longer ones are refused on the way."""
    long = f"{'a' * 40}@acme.example"
    assert tokens.reply_address(long, tokens.issue(NEW, Purpose.REPLY, 1, "anna", "a")) == long


def test_a_message_id_carries_its_token() -> None:
    """Ours is read from the id, with or without angle brackets; any other id says nothing."""
    text = tokens.issue(NEW, Purpose.ALERT, 7, "ben", "a")
    ours = tokens.message_id(NEW, text, "0f3c", "acme.example")
    assert tokens.token_in_message_id(f"<{ours}>") == text
    assert tokens.token_in_message_id("ms.4711.reply@acme.example") is None


def test_a_message_id_is_not_made_of_a_foreign_token() -> None:
    """Only what we signed goes into our ids."""
    with pytest.raises(ValueError, match="not a token"):
        tokens.message_id(NEW, tokens.issue(OTHER, Purpose.ALERT, 7, "ben", "a"), "1", "acme.example")


@given(st.integers(1, 10**9), st.sampled_from(Audience))
def test_a_thread_root_names_ticket_and_audience(ticket: int, audience: Audience) -> None:
    """It matches for our key, and for no other."""
    root = tokens.thread_root(NEW, ticket, audience, "acme.example")
    assert tokens.ticket_in_root(NEW, root) == (ticket, audience)
    assert tokens.ticket_in_root(OTHER, root) is None


def test_one_kind_of_signature_never_passes_for_another() -> None:
    """The signature of a number is not the beginning of that of a root for the same ticket."""
    root = tokens.thread_root(NEW, 5, Audience.STAFF, "x").split(".")[3]
    assert not root.startswith(tokens.number_tag(NEW, 5).rpartition("-")[2])


def test_a_subject_number_needs_its_check_characters() -> None:
    """C3: A bare number is somebody else's number."""
    tag = tokens.number_tag(NEW, 4711)
    assert tokens.numbers_in_subject(NEW, f"AW: Drucker [{tag.upper()}]") == (4711,)
    assert tokens.numbers_in_subject(NEW, "Re: #4711 and order #4711-00") == ()


@pytest.mark.parametrize(("ticket", "nonce"), [(1, ""), (1, "A"), (1, "a.b"), (1, "a" * 17), (-1, "a")])
def test_no_token_is_issued_that_could_not_be_read(ticket: int, nonce: str) -> None:
    """A nonce of other characters would break the local part."""
    with pytest.raises(ValueError, match="no token"):
        tokens.issue(NEW, Purpose.REPLY, ticket, "anna", nonce)


@pytest.mark.parametrize("key", [b"k" * 32, b"short", b"long" * 40])
def test_a_mac_is_hmac_sha256_in_base32(key: bytes) -> None:
    """RFC 2104 and RFC 4648 §6, as the standard library has them: tokens that were issued before stay good."""
    token = tokens.issue((key,), tokens.Purpose.REPLY, 7, "Anna", "3")

    tag = base64.b32encode(hashlib.sha256(b"anna").digest()).decode().lower()[:8]
    mac = hmac.digest(key, f"mailsupport token t7.{tag}.3".encode(), "sha256")[:10]
    assert token == f"t7.{tag}.3.{base64.b32encode(mac).decode().lower()}"
