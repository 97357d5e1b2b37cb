"""The questions asked all day long are answered by an index, however large the desk has grown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text
from stored import NOON, a_mail, a_ticket, after

from mailsupport.core.guard import ClockKind
from mailsupport.store import Store, Tx, chains, clocks, digests, history, mailboxes, mails, offers, open_store, outbox, tickets
from mailsupport.store.schema import chain, clock, firing, ledger, log, mail, offer, participant, reference, ticket, told
from mailsupport.store.schema import outbox as outgoing
from servers.postgres import PostgresServer

MANY = 3000

NO_TABLES = ("SCAN ids", "SCAN CONSTANT ROW")
"""What a plan of SQLite calls a scan of the ids that were asked for, or of nothing."""


@pytest.fixture(scope="module")
def grown_memory() -> Iterator[Store]:
    """A desk with a past: thousands of everything, most of it done with; on SQLite."""
    yield from _grow(open_store("sqlite://"))


@pytest.fixture(scope="module")
def grown_postgres(postgres_server: PostgresServer) -> Iterator[Store]:
    """The same on PostgreSQL."""
    yield from _grow(open_store(postgres_server.create()))


@pytest.fixture(params=["grown_memory", "grown_postgres"])
def grown(request: pytest.FixtureRequest) -> Store:
    """The same on each."""
    made: Store = request.getfixturevalue(request.param)
    return made


def _grow(made: Store) -> Iterator[Store]:
    made.migrate()
    with made.write() as tx:
        first = a_ticket(tx)
        a_mail(tx, "first@x")
        tx.execute(insert(ticket), [_ticket(first + i) for i in range(1, MANY)])
        tx.execute(insert(participant), [_participant(i) for i in range(1, MANY)])
        tx.execute(insert(clock), [_clock(i, "running" if i % 100 == 0 else "met") for i in range(1, MANY)])
        tx.execute(insert(log), [_line(i) for i in range(1, MANY)])
        tx.execute(insert(offer), [_offer(i) for i in range(1, MANY)])
        tx.execute(insert(chain), [_chain(i, after(hours=i) if i % 100 == 0 else None) for i in range(1, MANY)])
        tx.execute(insert(outgoing), [_outgoing(i, after(hours=i) if i % 100 == 0 else None) for i in range(1, MANY)])
        tx.execute(insert(firing), [_firing(i) for i in range(1, MANY)])
        tx.execute(insert(told), [_told(i, None if i % 100 == 0 else i) for i in range(1, MANY)])
        tx.execute(insert(mail), [_mail(i) for i in range(1, MANY)])
        tx.execute(insert(reference), [{"message_id": f"r{i}@x", "mail": i} for i in range(1, MANY)])
        tx.execute(insert(ledger), [_entry(i) for i in range(1, MANY)])
        tx.execute(text("ANALYZE"))
    yield made
    made.close()


def _line(number: int) -> dict[str, Any]:
    event = "dropped" if number % 100 == 0 else "received"
    return {"ticket": number, "at": after(minutes=number), "actor": "anna", "event": event, "data": {}}


def _ticket(number: int) -> dict[str, Any]:
    words = ("subject", "mailbox", "contract", "contract_version", "language", "requester_email")
    state = "new" if number % 100 == 0 else "closed"
    return {
        "number": number,
        "state": state,
        "priority": "low",
        "received_at": NOON,
        "opened_at": NOON,
        **dict.fromkeys(words, "x"),
    }


def _participant(number: int) -> dict[str, Any]:
    return {"ticket": number, "email": f"p{number}@x", "name": "", "role": "requester"}


def _clock(number: int, state: str) -> dict[str, Any]:
    due = NOON + timedelta(minutes=number)
    fixed = {"kind": ClockKind.FIRST_RESPONSE, "cycle": 0, "started_at": NOON, "reason": "x"}
    return {"ticket": number, "due_at": due, "state": state, **fixed}


def _offer(number: int) -> dict[str, Any]:
    fixed = {"round": 0, "offered_at": NOON, "until": NOON + timedelta(minutes=number)}
    return {"ticket": number, "person": f"p{number % 50}", "state": "open" if number % 100 == 0 else "taken", **fixed}


def _chain(number: int, wake_at: object) -> dict[str, Any]:
    fixed = {"state": "active", "cause": "first_response", "cycle": 0, "step": 0, "round": 0, "opened_at": NOON}
    return {"ticket": number, "wake_at": wake_at, **fixed}


def _outgoing(number: int, next_at: object) -> dict[str, Any]:
    fixed = {"kind": "alert", "rank": 10, "mailbox": "x", "sender": "", "created_at": NOON, "subject": "x", "data": b"x"}
    return {"message_id": f"o{number}@x", "next_at": next_at, "state": "queued" if next_at else "done", **fixed}


def _firing(number: int) -> dict[str, Any]:
    fixed = {"cause": "first_response", "cycle": 0, "round": 0, "step": 0, "fired_at": NOON, "reason": "x"}
    return {"ticket": number, **fixed}


def _told(number: int, mail: int | None) -> dict[str, Any]:
    fixed = {"kind": "alert", "person": "ben", "email": "ben@x", "at": NOON}
    return {"firing": number, "outbox": mail, "outcome": "accepted" if mail else "waiting", **fixed}


def _mail(number: int) -> dict[str, Any]:
    words = ("direction", "kind", "visibility", "author_email", "subject")
    fixed = {"received_at": NOON, "stored_at": NOON, "size": 1, "attachments": [], "flags": [], "waiting": False}
    return {"message_id": f"m{number}@x", "content_hash": "h", "ticket": number, **fixed, **dict.fromkeys(words, "in")}


def _entry(number: int) -> dict[str, Any]:
    fixed = {"mailbox": "x", "folder": "x", "uidvalidity": 1, "reason": "x", "received_at": NOON, "taken_at": NOON, "size": 1}
    state, settling = ("quarantined", "keyword") if number % 100 == 0 else ("ticketed", "")
    return {"uid": number, "state": state, "settling": settling, **fixed}


def plans(made: Store, ask: Callable[[Tx], object]) -> str:
    """The database's plan of every query that a question makes."""
    with made.write() as tx:
        driver: Any = tx.connection.driver_connection
        said = _said_to_postgres if made.dialect == "postgresql" else _said_to_sqlite
        explain = "EXPLAIN " if made.dialect == "postgresql" else "EXPLAIN QUERY PLAN "
        seen = [(text, values) for text, values in said(driver, lambda: ask(tx)) if text.lstrip().startswith("SELECT")]
        found = [str(row[-1]) for text, values in seen for row in driver.execute(explain + text, values).fetchall()]
    assert found, "it asked nothing"
    return "\n".join(found)


def _said_to_sqlite(driver: Any, ask: Callable[[], object]) -> list[tuple[str, Any]]:
    """What the driver was told, values and all: not every statement of ours is executed by SQLAlchemy."""
    seen: list[tuple[str, Any]] = []
    driver.set_trace_callback(lambda statement: seen.append((statement, ())))
    ask()
    driver.set_trace_callback(None)
    return seen


def _said_to_postgres(driver: Any, ask: Callable[[], object]) -> list[tuple[str, Any]]:
    seen: list[tuple[str, Any]] = []
    usual: Any = driver.cursor_factory

    def execute(self: Any, query: Any, params: Any = None, **how: Any) -> Any:
        seen.append((str(query), params))
        return usual.execute(self, query, params, **how)

    def each(self: Any, query: Any, params: Any, **how: Any) -> None:
        seen.extend((str(query), one) for one in params)
        usual.executemany(self, query, params, **how)

    driver.cursor_factory = type("Noting", (usual,), {"execute": execute, "executemany": each})
    ask()
    driver.cursor_factory = usual
    return seen


@pytest.mark.parametrize(
    ("index", "ask"),
    [
        ("ix_clock_due_at", lambda tx: clocks.due(tx, after(hours=3), 10)),
        ("ix_clock_due_at", clocks.next_due),
        ("ix_clock_warn_at", lambda tx: clocks.warning(tx, after(hours=3), 10)),
        ("ix_clock_warn_at", clocks.next_warning),
        ("ix_ticket_waiting_until", lambda tx: tickets.waits_over(tx, after(hours=3))),
        ("ix_ticket_waiting_until", tickets.next_wait_over),
        ("ix_offer_until", lambda tx: offers.due(tx, after(hours=3))),
        ("ix_offer_until", offers.next_until),
        ("ix_offer_person", lambda tx: offers.turns(tx, "anna")),
        ("ix_ticket_loaded", lambda tx: offers.held(tx, "anna", 50)),
        ("ix_clock_waiting", lambda tx: offers.overdue(tx, "anna", 7, after(minutes=500), NOON)),
        ("ix_chain_wake_at", lambda tx: chains.waking(tx, after(hours=200), 10)),
        ("ix_chain_wake_at", chains.next_wake),
        ("ix_outbox_next", lambda tx: outbox.ready(tx, after(hours=200), 10)),
        ("ix_outbox_next", lambda tx: outbox.claim(tx, NOON, 10, 300)),
        ("ix_outbox_next", lambda tx: outbox.recover(tx, NOON)),
        ("ix_outbox_next", outbox.next_ready),
        ("ix_told_unsent", digests.who_waits),
        ("ix_told_unsent", lambda tx: digests.turns(tx, "alert", ["ben@x"])),
        ("ix_told_unsent", lambda tx: digests.waiting(tx, "alert", "ben@x")),
        ("ix_told_outbox", lambda tx: digests.of_mail(tx, 5)),
        ("ix_told_outbox", lambda tx: digests.tickets_of(tx, [5, 6])),
        ("ix_ticket_open", lambda tx: tickets.listing(tx, open_only=True)),
        ("ix_ticket_open", offers.oldest_unclaimed),
        ("ix_clock_lapsed_at", lambda tx: clocks.missed(tx, "globex", NOON)),
        ("ix_log_at", lambda tx: history.turns_since(tx, after(minutes=2900))),
        ("ix_offer_offered_at", lambda tx: offers.outcomes(tx, after(hours=100_000))),
        ("ix_mail_received_at", lambda tx: offers.answers(tx, after(hours=100_000))),
        ("ix_ticket_assignee", lambda tx: tickets.open_by_due(tx, 50, "anna")),
        ("ix_ticket_requester", lambda tx: tickets.counted(tx, "storm:x", "x", "x", NOON)),
        ("ix_ledger_settling", lambda tx: mailboxes.to_settle(tx, "x", "x", 10)),
        ("ix_ledger_state", mailboxes.quarantined),
    ],
)
def test_what_is_asked_all_day_reads_a_partial_index(grown: Store, index: str, ask: Callable[[Tx], object]) -> None:
    """The index holds only what is unfinished, so that a question costs what is left to do, not what was ever done."""
    assert index in plans(grown, ask)


@pytest.mark.parametrize(
    "ask",
    [
        lambda tx: mails.known(tx, "m5@x", ["r7@x", "m9@x"], [3]),
        lambda tx: mails.seen(tx, "m5@x", "h"),
        lambda tx: mails.waiting_for(tx, "r5@x"),
        lambda tx: mailboxes.entered(tx, "x", "x", 1, [1, 2, 3]),
        lambda tx: tickets.ticket(tx, 5),
        lambda tx: tickets.answered_before(tx, "carla@customer.example"),
        lambda tx: clocks.clocks_of(tx, 5),
        lambda tx: tickets.counted(tx, "storm:x", "x", "x", NOON),
        lambda tx: mails.flooded(tx, 5, NOON, 20),
        lambda tx: chains.told_of(tx, 5),
        lambda tx: chains.read_ahead(tx, {5: 5, 6: 6}),
        lambda tx: mails.read_ahead(tx, [5, 6], 50),
        lambda tx: history.read_ahead(tx, [5, 6]),
        lambda tx: offers.of_ticket(tx, 5),
        lambda tx: offers.turns(tx, "p5"),
        lambda tx: offers.overdue(tx, "p5", 5, after(minutes=500), NOON),
        lambda tx: outbox.by_token(tx, 5, "t5.x.1.y"),
    ],
)
def test_nothing_on_the_way_of_a_mail_reads_a_whole_table(grown_memory: Store, ask: Callable[[Tx], object]) -> None:
    """Each question of the intake is answered by a search, none by a scan."""
    steps = [step for step in plans(grown_memory, ask).splitlines() if step.startswith("SCAN") and not step.startswith(NO_TABLES)]

    assert steps == []
