"""Every behaviour that intake and outbox promise is named by the docstring of a test that proves it: "A7: …"."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
PROMISED = {"A": 12, "B": 6, "C": 10, "D": 8, "E": 12, "F": 5, "H": 8}
"""Groups of behaviours and how many each has: ledger, bad mail, conversations, robots, staff, senders, clocks and chains."""
_NAMED = re.compile(r"\b[A-FH]\d{1,2}\b")


def test_every_behaviour_is_named_by_a_test() -> None:
    """Who asks what proves "C7" finds it by its name."""
    named = {name for path in sorted(TESTS.rglob("test_*.py")) for name in _names_in(path)}
    missing = [f"{group}{number}" for group, count in PROMISED.items() for number in range(1, count + 1)]

    assert [name for name in missing if name not in named] == []


def _names_in(path: Path) -> set[str]:
    """The ids in the docstrings of a file's tests."""
    tests = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef))
    words = (ast.get_docstring(test) or "" for test in tests if test.name.startswith("test_"))
    return {name for text in words for name in _NAMED.findall(text)}
