"""Statements handed to the driver as they are: the same values in and out as by SQLAlchemy, the same errors."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, delete, insert, select, update
from stored import NOON, after

from mailsupport.errors import Conflict, StorageError
from mailsupport.store import Store
from mailsupport.store.hot import Hot
from mailsupport.store.schema import fact, lease, log

PUT = Hot(insert(fact))
GET = Hot(select(fact.c.value, fact.c.at).where(fact.c.name == bindparam("name")))


def test_a_value_comes_back_as_it_went_in(store: Store) -> None:
    """Instants are aware and UTC, what no database can hold is replaced."""
    with store.write() as tx:
        PUT.many(tx, [{"name": "one", "value": "a\x00b", "at": NOON}])

        found = GET.first(tx, {"name": "one"})

    assert found is not None
    assert (found.value, found.at) == ("a?b", NOON)


def test_it_reads_what_sqlalchemy_wrote_and_the_other_way_round(store: Store) -> None:
    """A JSON column holds the same, whoever wrote it."""
    row = {"ticket": 7, "at": NOON, "actor": "x", "event": "e", "data": {"due": after(hours=1), "who": [1, None]}}
    with store.write() as tx:
        Hot(insert(log)).insert(tx, row)
        tx.execute(insert(log), row)
        of_seven = select(log.c.at, log.c.data).where(log.c.ticket == bindparam("of"))

        ours, theirs = Hot(of_seven).rows(tx, {"of": 7}), tx.execute(of_seven, {"of": 7}).all()

    assert [tuple(one) for one in ours] == [tuple(one) for one in theirs]
    assert ours[0] == ours[1]


def test_an_inserted_row_tells_its_number(store: Store) -> None:
    """The number is the one that the row is found by."""
    with store.write() as tx:
        number = Hot(insert(log)).insert(tx, {"ticket": 1, "at": NOON, "actor": "x", "event": "e", "data": {}})

        assert Hot(select(log.c.id).where(log.c.event == bindparam("e"))).value(tx, {"e": "e"}) == number


def test_a_change_tells_how_many_rows_it_changed(store: Store) -> None:
    """A compare-and-set depends on it."""
    change = Hot(update(fact).where(fact.c.name == bindparam("of")).values(value=bindparam("to")))
    with store.write() as tx:
        PUT.many(tx, [{"name": "one", "value": "", "at": NOON}])

        assert [change.change(tx, {"of": name, "to": "new"}) for name in ("one", "two")] == [1, 0]


def test_a_constant_of_the_statement_counts_beside_its_values(store: Store) -> None:
    """What the statement itself compares with is given to the driver too."""
    asked = Hot(select(fact.c.name).where(fact.c.value == "yes", fact.c.name == bindparam("name")))
    with store.write() as tx:
        PUT.many(tx, [{"name": "one", "value": "yes", "at": NOON}, {"name": "two", "value": "no", "at": NOON}])

        assert [asked.value(tx, {"name": name}) for name in ("one", "two")] == ["one", None]


def test_a_row_that_may_stand_once_is_a_conflict(store: Store) -> None:
    """A driver's error is one of ours, and a savepoint brings the transaction back."""
    row = {"name": "one", "value": "", "at": NOON}
    with pytest.raises(Conflict), store.write() as tx:
        PUT.many(tx, [row, row])


def test_a_value_that_its_column_cannot_take_is_our_fault(store: Store) -> None:
    """It is no mail's fault, so that it is not the mail that is put aside."""
    with pytest.raises(StorageError), store.write() as tx:
        Hot(insert(lease)).many(tx, [{"name": "x", "holder": "x", "fence": 1, "until": NOON.replace(tzinfo=None)}])


def test_a_text_that_depends_on_values_is_refused(store: Store) -> None:
    """An IN is written anew for each number of values."""
    several = Hot(delete(fact).where(fact.c.name.in_(bindparam("names", expanding=True))))
    with pytest.raises(TypeError), store.write() as tx:
        several.change(tx, {"names": ["a"]})
