"""Did the story happen? Asks the mails that the SMTP server took, and the database, afterwards.

In: every mail, and the store once the daemon has ended. Out: the checks, each a sentence and whether it holds. Rule for editing
here: a check says what a visitor would say was promised, and a scene of `story` that is changed has its check changed with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailsupport.app.looking.audit import audit
from mailsupport.core.guard import ChainState, ClockState
from mailsupport.demo.cast import ANNA, CHAIN, CUSTOMERS, DOV, ERIKA, HUGO, JO, MIA, OPERATOR, STAFF, SUPPORT, TOM, Player
from mailsupport.demo.mailroom import Post
from mailsupport.demo.story import ANSWER_TO_ERIKA, ANSWER_TO_HUGO, CLICK_TWICE, LOGIN, NOTE_BY_DOV
from mailsupport.store import Store, history, outbox, tickets
from mailsupport.store.rows import TicketLine


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that should have happened, and whether it did."""

    words: str
    holds: bool


def checks(posts: Sequence[Post], store: Store, now: datetime) -> list[Check]:
    """Return every check of the story. Raises StorageError when the database cannot be read."""
    return [*_of_customers(posts), *_of_staff(posts), *_of_the_chain(posts), *_of_the_database(store), *_of_promises(store, now)]


def _of_customers(posts: Sequence[Post]) -> list[Check]:
    receipts = [post.recipient for post in posts if post.is_receipt]
    erikas, hugos = _answers(posts, ERIKA), _answers(posts, HUGO)
    inner = [person.address.encode() for person in (*STAFF, *CHAIN)]
    outside = [post for post in posts if post.recipient in {c.address for c in CUSTOMERS} and not post.by_hand]
    return [
        Check("each of three customers has one receipt", sorted(receipts) == sorted(c.address for c in CUSTOMERS)),
        Check(f"the robot of {TOM.name} got no mail at all", not any(post.recipient == TOM.address for post in posts)),
        Check(f"{ERIKA.name} has {ANNA.name}'s answer, once", _says(erikas, ANSWER_TO_ERIKA)),
        Check(f"{HUGO.name} has the late answer, once", _says(hugos, ANSWER_TO_HUGO)),
        Check("her bold words arrived bold", any(CLICK_TWICE in post.html for post in erikas)),
        Check("answers come from the support address", all(SUPPORT in str(post.message["From"]) for post in erikas + hugos)),
        Check("no customer saw a word or an address of ours that is internal", not any(_leaks(post, inner) for post in outside)),
    ]


def _of_staff(posts: Sequence[Post]) -> list[Check]:
    told = [(post.recipient, post.ticket) for post in posts if post.event == "new"]
    noticed = [post.recipient for post in posts if post.event == "acknowledged"]
    warned = [post.recipient for post in posts if post.event == "warning_first_response" and LOGIN in post.subject]
    done = [post for post in posts if post.event == "done"]
    numbers = {number for _, number in told}
    everybody = sorted(person.address for person in STAFF)
    each = sorted((person.address, number) for person in STAFF for number in numbers)
    return [
        Check("both of the staff were notified of three tickets", len(numbers) == 3 and sorted(told) == each),
        Check("both were reminded of the one that nobody answered, once", sorted(warned) == everybody),
        Check(f"{JO.name}'s command was confirmed", [post.recipient for post in done] == [JO.address]),
        Check(f"both were told that {DOV.name} took notice", sorted(noticed) == everybody),
        Check("the operator had nothing to do", not any(post.recipient == OPERATOR for post in posts)),
    ]


def _of_the_chain(posts: Sequence[Post]) -> list[Check]:
    in_turn = [person.address for person in CHAIN]
    alerts = [post for post in posts if post.event == "escalated"]
    clear = [post.recipient for post in posts if post.event == "answered"]
    return [
        Check("project manager, account manager and director were alerted in turn", [p.recipient for p in alerts] == in_turn),
        Check(f"nobody was alerted about anybody but {HUGO.name}", bool(alerts) and all(LOGIN in p.subject for p in alerts)),
        Check("everyone alerted got the all-clear, once", sorted(clear) == sorted(in_turn)),
    ]


def _of_the_database(store: Store) -> list[Check]:
    with store.read() as tx:
        found = {line.requester: line for line in tickets.listing(tx)}
        hugo = found.get(HUGO.address)
        said = {who: {(row.event, row.actor) for row in history.history(tx, line.number)} for who, line in found.items()}
        waiting = outbox.pending(tx)
    return [
        Check("three mails are three tickets, the robot's is none", set(found) == {c.address for c in CUSTOMERS}),
        Check(f"{ERIKA.name} was answered in time", _clock(found, ERIKA) is ClockState.MET),
        Check(f"{MIA.name} was answered in time, from the shared mailbox", _clock(found, MIA) is ClockState.MET),
        Check(f"{HUGO.name} was answered late, and that stays on record", _clock(found, HUGO) is ClockState.MET_LATE),
        Check(f"{JO.name} has the ticket of {MIA.name}", ("assigned", "jo") in said.get(MIA.address, ())),
        Check(f"{DOV.name}'s reply counts as his acknowledgement", ("acknowledged", "dov") in said.get(HUGO.address, ())),
        Check("the chain is over", hugo is not None and hugo.chain is not None and hugo.chain.state is ChainState.RESOLVED),
        Check("nothing waits in the outbox", not waiting),
    ]


def _of_promises(store: Store, now: datetime) -> list[Check]:
    return [Check(f"audit: {_worded(one.promise, one.findings)}", not one.findings) for one in audit(store, now)]


def _worded(promise: str, findings: Sequence[str]) -> str:
    return f"{promise} ({'; '.join(findings)})" if findings else promise


def _answers(posts: Sequence[Post], customer: Player) -> list[Post]:
    return [post for post in posts if post.recipient == customer.address and not post.by_hand and not post.is_receipt]


def _says(answers: Sequence[Post], words: str) -> bool:
    return len(answers) == 1 and _joined(words) in _joined(answers[0].text)


def _joined(words: str) -> str:
    """Words without their line breaks, which a mail is free to set."""
    return " ".join(words.split())


def _leaks(post: Post, inner: Sequence[bytes]) -> bool:
    return _joined(NOTE_BY_DOV) in _joined(post.text) or any(address in post.raw for address in inner)


def _clock(found: dict[str, TicketLine], customer: Player) -> ClockState | None:
    line = found.get(customer.address)
    return line.first_response.state if line is not None and line.first_response is not None else None
