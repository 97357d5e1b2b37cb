"""What an operator reads of a day at the desk: each event once, under its name, and nothing that is not theirs to read."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from mailsupport.daemon import journal
from mailsupport.ports import Outcome
from stories.world import World

ERIKA, ANNA, BEN = "erika@globex.example", "anna@acme.example", "ben@acme.example"


@pytest.fixture
def log(desk: World) -> Iterator[io.StringIO]:
    """The log of the desk, as the daemon keeps it."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    stream, service = io.StringIO(), desk.assembly.service
    journal.begin(desk.assembly.settings, service.keys, stream)
    service.store.listener = journal.happened
    yield stream
    root.handlers, root.level = handlers, level
    structlog.configure(**before)


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    """What was logged."""
    return [json.loads(line) for line in log.getvalue().splitlines()]


def a_day(desk: World) -> None:
    """Erika asks, nobody answers, Ben takes notice, Anna answers; the relay is slow once and refuses Cleo."""
    desk.sink.answers["cleo@acme.example"] = (Outcome.REFUSED, 550, "no such user cleo@acme.example")
    desk.writes(ERIKA, "The ostrich prints blank pages.", "Ostrich on floor 3")
    desk.works()
    notice = desk.expect_mail(ANNA)
    desk.passes("4h1m")
    desk.replies(BEN, desk.expect_mail(BEN), "The ostrich is mine.")
    desk.passes("2h")
    desk.sink.answers[ERIKA] = (Outcome.DEFERRED, 451, "later")
    desk.replies(ANNA, notice, "Feed the ostrich.")
    desk.passes("1m")
    del desk.sink.answers[ERIKA]
    desk.passes("30m")


def test_each_thing_that_happens_has_its_line(desk: World, log: io.StringIO) -> None:
    """From the window that was taken to the answer that the relay took."""
    a_day(desk)

    found = [line["event"] for line in lines(log)]
    for event in "mails_taken ticket_opened deadline_lapsed chain_opened step_fired alert_acknowledged ticket_answered".split():
        assert event in found
    assert {"mail_accepted", "mail_deferred", "mail_refused", "contact_unreachable"} <= set(found)
    assert (found.count("ticket_opened"), found.count("deadline_lapsed"), found.count("ticket_answered")) == (1, 1, 1)


def test_no_word_no_address_and_no_secret_is_in_it(desk: World, log: io.StringIO) -> None:
    """Neither what people wrote nor a subject, an address, a token, a marker or the key that signs them."""
    a_day(desk)

    said, key = log.getvalue(), (desk.folder / "mailsupport.key").read_text().split()[-1]
    assert lines(log)
    for secret in ("ostrich", "Ostrich", "floor 3", "@globex.example", "@acme.example", "[ref:", key):
        assert secret not in said
    signed = {token for mail in desk.sink.sent for token in re.findall(r"\+([a-z]\d[a-z0-9.]+)@", mail.sender)}
    assert signed
    assert [token for token in signed if token in said] == []
