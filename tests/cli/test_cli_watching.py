"""`status`, `audit`, `outbox`: how the desk stands, and what is stuck."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from desks import Office

from mailsupport.core.guard import ClockKind
from mailsupport.ports import Outcome, RecipientResult
from mailsupport.store import chains, clocks, daemons, facts, mailboxes, outbox
from store.stored import NOON, a_chain, a_folder, a_mail, a_ticket, an_entry, an_outgoing, enter


@pytest.fixture
def busy(office: Office) -> Office:
    """A desk with a folder, a deadline and a chain far ahead, a mail in quarantine, and one refused by the relay."""
    ahead = datetime.now(UTC).replace(microsecond=0) + timedelta(days=400)
    with office.database() as tx:
        mailboxes.start_folder(tx, a_folder(read_until=NOON, trouble="login refused"))
        ticket = a_ticket(tx)
        clocks.start_clock(tx, ticket, ClockKind.FIRST_RESPONSE, 0, NOON, ahead, "long")
        chains.save_chain(tx, a_chain(ticket, next_at=ahead))
        enter(tx, an_entry(1, a_mail(tx, ticket=ticket), state="quarantined", reason="it would not end"))
        mail = an_outgoing(tx, ticket=ticket)
        refused = RecipientResult("ben@acme.example", Outcome.REFUSED, 550, "5.7.1 no")
        outbox.record(tx, mail, [refused], NOON, next_at=None, state="failed", error="rcpt: 5.7.1 no")
    return office


def test_status_as_json_holds_everything(busy: Office) -> None:
    """Mailboxes with trouble, deadlines, chains, outbox, quarantine."""
    found = busy.does("status", "--json").json

    assert "login refused" == found["mailboxes"][0]["trouble"]
    assert (1, 1, 1) == (found["open_tickets"], len(found["deadlines"]), len(found["chains"]))
    assert ({"failed": 1}, 1) == (found["outbox"], found["quarantine"])


def test_status_in_words_is_plain_text(busy: Office) -> None:
    """Without a terminal: no colours, no boxes."""
    said = busy.does("status")

    assert ": NO DAEMON RUNS; 1 open ticket; outbox 1 failed; 1 in quarantine" in said.lines[0]
    assert "\x1b" not in said.out


def test_status_names_clocks_and_daemons_in_words(busy: Office) -> None:
    """No code stands before a person, and each header says what it means; programs get the codes."""
    with busy.database() as tx:
        daemons.beat(tx, daemons.DaemonRow("a", "host-a", 7, "", "", NOON, NOON, NOON), NOON, 90)

    said = busy.does("status").out
    assert "first response" in said and "first_response" not in said
    assert "no other daemon reads them" in said
    assert "first_response" == busy.does("status", "--json").json["deadlines"][0]["kind"]


def test_status_says_whether_a_daemon_runs(office: Office) -> None:
    """The last heartbeat of each: one that was heard of lately runs, one that was not is dead and still named."""
    now = datetime.now(UTC).replace(microsecond=0)
    with office.database() as tx:
        for name, ago in (("a", 5), ("b", 500)):
            heard = now - timedelta(seconds=ago)
            daemons.beat(tx, daemons.DaemonRow(name, f"host-{name}", 7, "", "", NOON, heard, heard), heard, 90)

    found = office.does("status", "--json").json["daemons"]
    assert [("host-a", True), ("host-b", False)] == [(one["host"], one["alive"]) for one in found]
    assert "the daemon runs" in office.does("status").lines[0]


def test_status_says_that_the_relay_takes_nothing(office: Office) -> None:
    """Since when, and what it says instead; nothing when it works."""
    with office.database() as tx:
        facts.set_fact(tx, facts.RELAY, "connection refused", NOON)

    assert "connection refused" in office.does("status").lines[0]
    assert "connection refused" == office.does("status", "--json").json["relay"]["trouble"]
    with office.database() as tx:
        facts.set_fact(tx, facts.RELAY, "", NOON)
    assert office.does("status", "--json").json["relay"] is None


def test_status_is_for_people_or_for_programs(busy: Office) -> None:
    """--watch and --json exclude each other."""
    assert busy.does("status", "--watch", "--json").code == 2


def test_audit_of_a_good_desk_finds_nothing(office: Office) -> None:
    """Every promise is named, and kept."""
    with office.database():
        pass

    said = office.does("audit", "--json")
    assert (0, {True}) == (said.code, {one["ok"] for one in said.json})
    assert {"P1", "P2", "P3", "P4", "P5", "P6"} <= {one["promise"][:2] for one in said.json}


def test_audit_finds_a_broken_promise(office: Office) -> None:
    """A ledger row without its mail breaks P1: exit code 1, and the row is named."""
    with office.database() as tx:
        enter(tx, an_entry(5))

    said = office.does("audit")
    assert 1 == said.code
    assert "ledger row 1 (support, UID 5) has no mail" in said.lines


def test_audit_finds_what_waits_unseen(office: Office) -> None:
    """A deadline of months ago that nobody judged: the daemon does not run (P6)."""
    with office.database() as tx:
        clocks.start_clock(tx, a_ticket(tx), ClockKind.FIRST_RESPONSE, 0, NOON, NOON, "none")

    findings = {one["promise"]: one["findings"] for one in office.does("audit", "--json").json}
    assert ["ticket 1: first_response was due 2026-03-02 12:00 UTC and is not judged"] == findings["P6 nothing waits unseen"]


def test_outbox_list_tells_each_recipients_fate(busy: Office) -> None:
    """State, code and the relay's words."""
    (found,) = busy.does("outbox", "list", "--state", "failed", "--json").json

    assert [{"address": "ben@acme.example", "state": "refused", "code": 550, "reply": "5.7.1 no"}] == found["recipients"]


def test_outbox_state_is_checked(busy: Office) -> None:
    """A state that does not exist is misuse, not an empty list."""
    assert busy.does("outbox", "list", "--state", "lost").code == 2


@pytest.mark.parametrize("words", [("1",), ("--all",)])
def test_retry_queues_a_failed_mail_again(busy: Office, words: tuple[str, ...]) -> None:
    """By its number, or with everything that is stuck."""
    said = busy.does("outbox", "retry", *words)

    assert (0, ["queued again: 1"]) == (said.code, said.lines)
    assert [1] == [one["id"] for one in busy.does("outbox", "list", "--state", "queued", "--json").json]


def test_retry_needs_a_mail_or_all(busy: Office) -> None:
    """Neither and both are misuse."""
    assert [2, 2] == [busy.does("outbox", "retry", *words).code for words in ((), ("1", "--all"))]


def test_retry_of_a_mail_that_is_done_fails(busy: Office) -> None:
    """What was accepted is never sent twice."""
    with busy.database() as tx:
        outbox.record(tx, 1, [], NOON, next_at=None, state="done", error="")

    assert busy.does("outbox", "retry", "1").code == 1


def test_retry_of_all_without_trouble_is_content(office: Office) -> None:
    """Nothing was stuck: exit code 0."""
    with office.database():
        pass

    assert ["nothing was stuck"] == office.does("outbox", "retry", "--all").lines
