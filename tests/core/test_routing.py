"""Whose contract counts: rules, then the customer's, then the mailbox's, then the default."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from mail_values import NOW, a_desk, a_mail

from mailsupport.core.desk import Rule
from mailsupport.core.judging.routing import customer_of, route
from mailsupport.core.model import Priority

URGENT = Rule("urgent", subject=("on fire",), priority=Priority.CRITICAL)
MONITOR = Rule("monitor", sender=("@watch.example",), contract="silver", opens=True)


@pytest.mark.parametrize(
    ("email", "key"),
    [
        ("erika@kunde.example", "kunde"),
        ("Erika@KUNDE.example", "kunde"),
        ("erika@it.kunde.example", "kunde"),
        ("eva@labor.kunde.example", "labor"),
        ("eva@west.labor.kunde.example", "labor"),
        ("boss@mail.example", "kunde"),
        ("other@mail.example", None),
        ("erika@notkunde.example", None),
        ("erika@kunde.example.evil.example", None),
        ("kunde.example", None),
        ("", None),
    ],
)
def test_a_customer_is_found_by_address_domain_and_longest_sub_domain(email: str, key: str | None) -> None:
    """The address wins over domains, the longer domain over the shorter; look-alikes match nothing."""
    found, reason = customer_of(email, a_desk())
    assert (found.key if found else None) == key
    assert reason


@pytest.mark.parametrize(
    ("sender", "mailbox", "contract", "reason"),
    [
        ("x@watch.example", "vip", "silver", "rule monitor"),
        ("erika@kunde.example", "vip", "gold", "@kunde.example is Kunde GmbH"),
        ("x@else.example", "vip", "silver", "mailbox vip"),
        ("x@else.example", "main", "standard", "the default contract"),
    ],
)
def test_the_first_source_that_names_a_contract_wins(sender: str, mailbox: str, contract: str, reason: str) -> None:
    """Rule, customer, mailbox, default, in this order, with the reason kept."""
    found = route(a_mail(sender), mailbox, a_desk(rules=(URGENT, MONITOR)))
    assert (found.contract.name, found.reason) == (contract, reason)


def test_a_rule_sets_priority_and_leaves_the_contract_alone() -> None:
    """What a rule does not name stays as it would be."""
    found = route(a_mail(subject="The server is on FIRE"), "main", a_desk(rules=(URGENT,)))
    assert (found.priority, found.contract.name) == (Priority.CRITICAL, "gold")


def test_all_conditions_of_a_rule_must_hold() -> None:
    """Sender and mailbox together."""
    rule = Rule("both", sender=("@kunde.example",), mailbox="vip", contract="silver")
    assert route(a_mail(), "main", a_desk(rules=(rule,))).contract.name == "gold"
    assert route(a_mail(), "vip", a_desk(rules=(rule,))).contract.name == "silver"


def test_a_rule_without_conditions_never_holds() -> None:
    """It would take every mail."""
    assert route(a_mail(), "main", a_desk(rules=(Rule("empty", contract="silver"),))).contract.name == "gold"


def test_a_rule_may_let_robots_open_tickets() -> None:
    """Monitoring writes tickets only where the settings say so."""
    desk = a_desk(rules=(MONITOR,))
    assert route(a_mail("x@watch.example"), "main", desk).opens_for_robots
    assert not route(a_mail(), "main", desk).opens_for_robots


@pytest.mark.parametrize(
    ("sender", "mailbox", "keys"), [("erika@kunde.example", "main", ["ben"]), ("x@else.example", "main", ["anna"])]
)
def test_staff_are_the_contracts_else_the_mailboxs(sender: str, mailbox: str, keys: list[str]) -> None:
    """Gold names its own people; without a contract's staff the mailbox's answer."""
    assert [person.key for person in route(a_mail(sender), mailbox, a_desk()).staff] == keys


def test_the_customers_language_wins_over_the_desks() -> None:
    """G10: Kunde GmbH reads German."""
    assert route(a_mail(), "main", a_desk()).language == "de"
    assert route(a_mail("x@else.example"), "main", a_desk()).language == "en"


@pytest.mark.parametrize(
    ("first", "last", "at", "name"),
    [
        (None, date(2026, 3, 2), "2026-03-02T22:59:00+00:00", "gold"),
        (None, date(2026, 3, 2), "2026-03-02T23:00:00+00:00", "silver"),
        (date(2026, 3, 3), None, "2026-03-02T22:59:00+00:00", "silver"),
        (date(2026, 3, 3), None, "2026-03-02T23:00:00+00:00", "gold"),
        (None, None, "2026-03-02T23:00:00+00:00", "gold"),
    ],
)
def test_a_contract_holds_on_its_days_in_its_own_zone(first: date | None, last: date | None, at: str, name: str) -> None:
    """From the first day to the end of the last in Berlin; on others the mailbox's holds, and it is said which does not."""
    desk = a_desk()
    gold = desk.contracts["gold"]
    berlin = replace(gold, calendar=replace(gold.calendar, timezone="Europe/Berlin"), valid_from=first, valid_to=last)
    found = route(a_mail(), "vip", replace(desk, contracts={**desk.contracts, "gold": berlin}), datetime.fromisoformat(at))

    assert found.contract.name == name
    assert (found.ended is not None, "does not hold" in found.reason) == (name != "gold", name != "gold")


def test_everybodys_contract_always_holds() -> None:
    """Nobody stays without a promise: the last one that comes into question counts on any day."""
    desk = a_desk()
    over = {name: replace(one, valid_to=date(2020, 1, 1)) for name, one in desk.contracts.items()}

    assert route(a_mail(), "main", replace(desk, contracts=over), NOW).contract.name == "standard"
