"""Every problem is told in our own words, with a line and a cure, and once."""

from __future__ import annotations

import re

import pytest
from settings_text import GOOD, Judge

from mailsupport.settings.sample import sample
from mailsupport.settings.toml import literal

ODD = ["", "\n", 0, -1, 10**30, 1.5, float("nan"), True, [], [[]], [1], {}, {"a": 1}, [{"": ""}], "9" * 300]
FOREIGN = re.compile(r"\b(Input|should|valid|Extra|permitted|validation|Value error|pydantic|tuple|dict|str|NoneType|bytes)\b")
LINES = [line for line in sample().splitlines() if " = " in line and not line.startswith("##")]
KEYS = sorted({line.removeprefix("# ").partition(" = ")[0] for line in LINES})


def changed(key: str, value: object) -> str:
    """Return the sample with that key set to that value wherever it stands."""
    pattern = re.compile(rf"(?m)^(?:# )?{re.escape(key)} = .*$")
    return pattern.sub(lambda _: f"{key} = {literal(value)}", sample())


@pytest.mark.parametrize("key", KEYS)
def test_odd_value_is_told_in_our_own_words(problems: Judge, key: str) -> None:
    """Whatever is written behind a key of the sample: no library's word, a cure and a line for each problem."""
    for value in ODD:
        for problem in problems(changed(key, value)).values():
            assert not FOREIGN.search(problem.what), (value, problem)
            assert problem.cure, (value, problem)
            assert problem.line, (value, problem)


PASSWORD = 'user = "support@acme.example"\npassword_env = "SUPPORT_PASSWORD"'

# (what stands instead of user and password of the relay, the one key complained of)
SECRETS = [
    ('user = "x"\npassword = "hunter2"\npassword_env = "SUPPORT_PASSWORD"', "smtp.password"),
    ('user = "x"\npassword = "hunter2"', "smtp.password"),
    ('user = "x"\npassword_env = "A B"', "smtp.password_env"),
    ('user = "x"\npassword_env = 5', "smtp.password_env"),
    ('user = "x"\npassword_file = "a"\npassword_env = "B"', "smtp.password_env"),
    ('user = "x"\npassword_file = ""', "smtp.password_file"),
]


@pytest.mark.parametrize(("lines", "key"), SECRETS)
@pytest.mark.parametrize("secrets", [False, True])
def test_a_password_is_complained_of_once(problems: Judge, lines: str, key: str, secrets: bool) -> None:
    """A password in the wrong place, given twice or misspelt is one problem, also where it would be opened."""
    found = problems(GOOD.replace(PASSWORD, lines, 1), secrets=secrets)

    assert [one for one in found if one.startswith("smtp")] == [key]


@pytest.mark.parametrize(
    ("key", "value", "what"),
    [
        ("chain", [], "is empty"),
        ("rounds", 0, "must be 1 or more"),
        ("rounds", 101, "must be 100 or less"),
        ("rounds", "two", "must be a whole number"),
        ("wait", [], "is empty"),
        ("chain", "pm@acme.example", "must be a list"),
    ],
)
def test_what_is_wrong_is_said_plainly(problems: Judge, key: str, value: object, what: str) -> None:
    """The words for a value that is out of range, empty, or of another type."""
    text = "\n".join(line for line in GOOD.splitlines() if not line.startswith(f"{key} = "))

    assert problems(f"{text}\n{key} = {literal(value)}")[f"contract.standard.{key}"].what == what
