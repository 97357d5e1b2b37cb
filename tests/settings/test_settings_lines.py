"""Finding the line of a key."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsupport.settings.lines import key_lines
from mailsupport.settings.problems import KeyPath
from mailsupport.settings.sample import sample
from mailsupport.settings.toml import key, literal

TEXT = '''\
# [not.a.table]
name = "a [b] = c"  # x = 1
"odd key".sub = """
deep = 1
""" # three lines
[[mailbox]]
port = 1
hosts = [  # [[mailbox]]
  "one", { two = [2,
    "]"] },
]
[mailbox.inner]
x = 1979-05-27 07:32:00
[[mailbox]]
port = 2
  [[mailbox.part]]
  [[mailbox.part]]
  path = 'C:\\\\'
[contract.gold]
first = { normal = "1h", high = """
30m""" }
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 2),
        (("odd key",), 3),
        (("odd key", "sub"), 3),
        (("mailbox",), 6),
        (("mailbox", 0), 6),
        (("mailbox", 0, "port"), 7),
        (("mailbox", 0, "hosts", 0), 9),
        (("mailbox", 0, "hosts", 1, "two", 0), 9),
        (("mailbox", 0, "hosts", 1, "two", 1), 10),
        (("mailbox", 0, "inner", "x"), 13),
        (("mailbox", 1), 14),
        (("mailbox", 1, "port"), 15),
        (("mailbox", 1, "part", 1), 17),
        (("mailbox", 1, "part", 1, "path"), 18),
        (("contract", "gold"), 19),
        (("contract", "gold", "first", "high"), 20),
    ],
)
def test_key_is_found_on_its_line(path: KeyPath, line: int) -> None:
    """Tables, lists, dotted and quoted keys, inline tables: each has the line it is written on."""
    assert key_lines(TEXT)[path] == line


def test_text_with_brackets_makes_no_keys() -> None:
    """What stands in strings and comments is no key."""
    assert {path[0] for path in key_lines(TEXT)} == {"name", "odd key", "mailbox", "contract"}


def paths(value: Any, here: KeyPath = ()) -> Iterator[KeyPath]:
    """Yield the path of everything inside a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, inner in items:
        yield (*here, part)
        yield from paths(inner, (*here, part))


def test_every_key_of_the_sample_has_a_line() -> None:
    """Nothing tomllib reads is without a line."""
    assert set(paths(tomllib.loads(sample()))) <= set(key_lines(sample()))


words = st.text(st.characters(codec="utf-8", exclude_characters="\x7f", min_codepoint=32), max_size=8)
values = st.recursive(
    st.one_of(words, st.integers(-9, 99), st.booleans()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words.filter(bool), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(words.filter(bool), values, max_size=4))
def test_every_key_of_any_text_has_a_line(table: dict[str, Any]) -> None:
    """Whatever is written, a key is found on its own line."""
    text = "".join(f"{key(name)} = {literal(value)}\n" for name, value in table.items())
    lines = key_lines(text)

    assert set(paths(tomllib.loads(text))) <= set(lines)
    assert [lines[(name,)] for name in table] == list(range(1, len(table) + 1))


@given(st.text(alphabet="[]{}=\"'#\n\\ ,.ab1", max_size=60))
def test_broken_text_is_survived(text: str) -> None:
    """The reader never hangs or raises, even on what tomllib would refuse."""
    assert all(line <= text.count("\n") + 1 for line in key_lines(text).values())
