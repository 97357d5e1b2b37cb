"""What a server cannot do: sixteen personalities, and what becomes of a mail that was taken in (failures 17 and 18, A10).

With and without MOVE, UIDPLUS, IDLE and lasting keywords, in front of a real Dovecot. Whatever is missing: the mail is taken in
once, nobody else's mail is touched, and what cannot be done reaches the operator once.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain, combinations

import pytest

from net.shaken import Bench, Desk, desk, letter, put, waited_for
from servers.proxy import Personality

ABILITIES = ("MOVE", "UIDPLUS", "IDLE", "KEYWORDS")
PERSONALITIES = [frozenset(some) for some in chain.from_iterable(combinations(ABILITIES, n) for n in range(5))]
LETTERS = [letter(1), letter(2)]
NEVER = re.compile(rb"^\S+ (EXPUNGE|CLOSE)\b|^\S+ (STORE|COPY|FETCH|SEARCH|MOVE) ", re.IGNORECASE)
"""CLOSE removes what people marked as deleted, as EXPUNGE does (RFC 3501 §6.4.2); sequence numbers shift under our hands."""


@dataclass
class Seen:
    """What was seen of one personality."""

    name: str
    tickets: int = 0
    entries: list[str] = field(default_factory=list)
    never: list[bytes] = field(default_factory=list)
    unheard: list[bytes] = field(default_factory=list)
    told: list[bytes] = field(default_factory=list)
    lies: dict[str, int] = field(default_factory=dict)
    keywords: int = 0


def lived_with(at: Bench, after: str, lacks: frozenset[str]) -> Seen:
    """Take two mails in, one of them after a wait, through such a server."""
    personality = Personality(lacks)
    seen = Seen(f"{after[:4]}-{'-'.join(sorted(lacks)) or 'complete'}".lower())
    put(at, seen.name, LETTERS[:1])
    with desk(at, seen.name, 2, personality=personality, box=at.with_settings(after=after)) as (made, proxy):
        made.settles = is_possible(after, lacks)
        with made.at_work():
            waited_for(made.passed.wait, "the first pass")
            put(at, seen.name, LETTERS[1:])
            waited_for(made.complete.wait, "the second mail")
            made.passed.clear()
            waited_for(made.passed.wait, "a further pass")
        seen.tickets, seen.entries, seen.told = made.tickets(), made.entries(), made.operator_was_told()
        seen.never = [line for line in proxy.commands if NEVER.match(line)]
        seen.unheard = [line for line in proxy.commands if not personality.heard(line)]
    _look(at, seen)
    return seen


def _look(at: Bench, seen: Seen) -> None:
    with at.dovecot.client(f"{seen.name}@example.com") as client:
        for folder in ("INBOX", "Done"):
            seen.lies[folder] = client.folder_status(folder)[b"MESSAGES"] if client.folder_exists(folder) else 0
        client.select_folder("INBOX", readonly=True)
        seen.keywords = len(client.search(["KEYWORD", "Taken"]))


def is_possible(after: str, lacks: frozenset[str]) -> bool:
    """Whether such a server can do what the settings ask for."""
    if after == "leave":
        return True
    return "KEYWORDS" not in lacks if after.startswith("keyword") else not {"MOVE", "UIDPLUS"} <= lacks


@pytest.fixture(scope="module", params=["leave", "keyword:Taken", "move:Done"])
def lived(request: pytest.FixtureRequest, shared_bench: Bench) -> list[tuple[bool, Seen]]:
    """What was seen of every personality with one setting of `after`, and whether it could be done."""
    after = str(request.param)
    with ThreadPoolExecutor(len(PERSONALITIES)) as pool:
        seen = list(pool.map(lambda lacks: lived_with(shared_bench, after, lacks), PERSONALITIES))
    return [(is_possible(after, lacks), one) for lacks, one in zip(PERSONALITIES, seen, strict=True)]


def test_every_mail_is_taken_in_once(lived: list[tuple[bool, Seen]]) -> None:
    """Two mails, two tickets, two lines in the ledger, whatever the server cannot do."""
    assert [(s.name, s.tickets, s.entries) for _, s in lived if (s.tickets, s.entries) != (2, ["ticketed"] * 2)] == []


def test_nobody_elses_mail_is_removed(lived: list[tuple[bool, Seen]]) -> None:
    """No EXPUNGE and no CLOSE, which would remove what a person marked; no command by sequence number."""
    assert [(s.name, s.never) for _, s in lived if s.never] == []


def test_what_the_server_does_not_offer_is_not_asked_for(lived: list[tuple[bool, Seen]]) -> None:
    """Commands that are not among the capabilities are never sent."""
    assert [(s.name, s.unheard) for _, s in lived if s.unheard] == []


def test_operator_hears_once_of_what_cannot_be_done(lived: list[tuple[bool, Seen]]) -> None:
    """One mail to the operator where `after` cannot be had, none where it can; three passes make no second one."""
    assert [(s.name, len(s.told)) for possible, s in lived if len(s.told) != (0 if possible else 1)] == []


def test_mail_lies_where_the_settings_say_or_where_it_was(lived: list[tuple[bool, Seen]]) -> None:
    """A10: Moved mails are in Done once, all others still in the inbox; a keyword is set where the server keeps it."""
    for possible, seen in lived:
        moved = seen.name.startswith("move") and possible
        marked = seen.name.startswith("keyw") and possible

        assert (seen.name, {"INBOX": 0 if moved else 2, "Done": 2 if moved else 0}) == (seen.name, seen.lies)
        assert (seen.name, 2 if marked else 0) == (seen.name, seen.keywords)


def test_wrong_sent_folder_leaves_the_inbox_readable(shared_bench: Bench) -> None:
    """A mistyped `sent` costs the answers there, not the inbox; the operator hears of it once, with the folder's name."""
    put(shared_bench, "wrong-sent", LETTERS)
    with desk(shared_bench, "wrong-sent", 2, box=shared_bench.with_settings(sent="Snet")) as (made, _):
        with made.at_work():
            waited_for(made.complete.wait, "the mails")
            made.passed.clear()
            waited_for(made.passed.wait, "a further pass")
        told = made.operator_was_told()

    assert (2, [], []) == (made.tickets(), made.troubles, made.errors)
    assert [b"Snet" in mail for mail in told] == [True]


def test_folder_that_vanished_holds_no_deadline_for_ever(shared_bench: Bench) -> None:
    """A Sent folder that was read and is gone counts as unreadable from the first pass without it; back again, it is not."""
    name = "gone-sent"
    with (
        desk(shared_bench, name, 0, box=shared_bench.with_settings(sent="Post")) as (made, _),
        shared_bench.dovecot.client(f"{name}@example.com") as client,
    ):
        client.create_folder("Post")
        one_pass(made)
        client.delete_folder("Post")
        one_pass(made)
        gone = made.folder("Post")
        client.create_folder("Post")
        one_pass(made)
        back = made.folder("Post")

    assert gone.unreadable_since is not None and "Post" in gone.trouble
    assert back.unreadable_since is None


def test_folder_named_no_more_keeps_nobody_waiting(shared_bench: Bench) -> None:
    """What the settings do not watch any more counts as read by every pass: no deadline waits for it."""
    with desk(shared_bench, "sent-off", 0, box=shared_bench.with_settings(sent="Sent")) as (made, _):
        one_pass(made)
        made.box = shared_bench.with_settings(sent="off")
        made.service = made.later(hours=3)
        one_pass(made)

        assert made.folder("Sent").read_until == made.folder("INBOX").read_until


def one_pass(made: Desk) -> None:
    """Have one pass made over a connection of its own."""
    made.passed.clear()
    with made.at_work():
        waited_for(made.passed.wait, "a pass")
