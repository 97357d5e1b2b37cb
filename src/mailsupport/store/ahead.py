"""Answers read ahead: what many tickets are about to be asked, one by one, is asked for all of them at once.

In: answers by ticket, from the function beside the one that asks for a single ticket. Out: the same answers, while they are true,
until the transaction ends. For editing here: only of tickets that the transaction holds (`tickets.hold`); whoever writes what an
answer tells of has it forgotten.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from sqlalchemy import Connection

_KEY = "mailsupport.ahead"

LINES, TOLD, UNANSWERED, PUBLIC = "the lines of a short history", "who was told", "what is unanswered", "the newest public mail"
FIRED_FOR, MISSED, TURNS = "the ticket of a firing", "what was missed", "whose turn it was"
"""The questions: of tickets; of a firing, of a customer, of a person."""


def begin(tx: Connection) -> None:
    """Begin with nothing read ahead."""
    tx.info[_KEY] = {}


def learn(tx: Connection, question: str, answers: Mapping[Any, Any]) -> None:
    """Keep answers to a question, each by what it was asked of."""
    tx.info[_KEY].setdefault(question, {}).update(answers)


def known(tx: Connection, question: str, of: Hashable) -> Any | None:
    """Return the answer, or None when it must be asked for."""
    return tx.info[_KEY].get(question, {}).get(of)


def forget(tx: Connection, question: str, of: Hashable = None) -> None:
    """Have the answer asked for again, or (None) all answers to that question."""
    answers = tx.info[_KEY].get(question)
    if answers and of is None:
        answers.clear()
    elif answers:
        answers.pop(of, None)
