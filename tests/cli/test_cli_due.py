"""`due`: one question by options, many as JSON lines, and every known answer."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from desks import SETTINGS, Office

TABLE: dict[str, Any] = json.loads((Path(__file__).parents[1] / "core" / "worktime_vectors.json").read_text())


def calendars() -> str:
    """The calendars of the table, as a person would write them."""
    tables = []
    for name, facts in TABLE["calendars"].items():
        hours = ", ".join(f"{day} = {json.dumps(list(spans))}" for day, spans in facts["open"].items() if spans)
        tables.append(f'[calendar."{name}"]\ntimezone = "{facts["timezone"]}"\nopen = {{ {hours} }}\n')
        tables.append(f"closed = {json.dumps(facts['closed'])}\n")
    return "".join(tables)


def questions() -> list[dict[str, Any]]:
    """Every row of the table as a line of a batch."""
    common = [
        {key: row[key] for key in ("calendar", "start", "pauses")} for part in ("due", "elapsed", "days") for row in TABLE[part]
    ]
    asked: list[dict[str, Any]] = [{"within": row["seconds"]} for row in TABLE["due"]]
    asked += [{"end": row["end"]} for row in TABLE["elapsed"]]
    asked += [{"within": f"{row['days']}bd{' end' * row['end_of_day']}", "before": row["before"]} for row in TABLE["days"]]
    return [{**one, **rest} for one, rest in zip(common, asked, strict=True)]


def answers() -> list[Any]:
    """What the table says of each; four rows are known to the minute."""
    return [
        *(row["due"][:16] if row.get("minute") else row["due"] for row in TABLE["due"]),
        *(row["seconds"] for row in TABLE["elapsed"]),
        *(row["due"] for row in TABLE["days"]),
    ]


def known_to_the_minute() -> list[bool]:
    """Which rows of the table leave the seconds open."""
    return [bool(row.get("minute")) for part in ("due", "elapsed", "days") for row in TABLE[part]]


def test_batch_answers_every_known_vector(bare: Office) -> None:
    """200 rows of due, elapsed and business days, asked from a settings file with their calendars."""
    bare.write(SETTINGS + calendars())
    (bare.folder / "asked").write_text("".join(json.dumps(one) + "\n" for one in questions()))

    said = bare.does("due", "--json", "--batch", str(bare.folder / "asked"))

    found = [json.loads(line) for line in said.out.splitlines()]
    got = [one.get("due", one["working_seconds"]) for one in found]
    assert answers() == [value[:16] if minute else value for value, minute in zip(got, known_to_the_minute(), strict=True)]


def test_due_prints_the_four_keys(office: Office) -> None:
    """Instants are RFC 3339 in UTC; a time without offset is local time of the calendar."""
    said = office.does("due", "--calendar", "office", "--start", "2026-12-24T16:30", "--within", "4h", "--json")

    assert said.json == {
        "start": "2026-12-24T15:30:00Z",
        "due": "2026-12-28T10:30:00Z",
        "working_seconds": 14400,
        "calendar": "office",
    }


def test_due_shows_what_was_counted(office: Office) -> None:
    """Each open interval, their sum, and the holidays between."""
    said = office.does("due", "--calendar", "office", "--start", "2026-12-24T16:30", "--within", "4h")

    assert "Thu 2026-12-24 16:30 – 17:00 CET 30 min" in said.lines
    assert "sum 4 h" in said.lines
    assert "Fri 2026-12-25 holiday: Christmas Day" in said.lines


def test_pauses_do_not_count(office: Office) -> None:
    """Two pauses that overlap count once."""
    pauses = ("--pause", "2026-12-21T09:00/2026-12-21T11:00", "--pause", "2026-12-21T10:00/2026-12-21T12:00")
    said = office.does("due", "--calendar", "office", "--start", "2026-12-21T08:00", "--within", "2h", *pauses, "--json")

    assert said.json["due"] == "2026-12-21T12:00:00Z"


@pytest.mark.parametrize("within", ["7200", "2h", "120m"])
def test_within_may_be_seconds_or_a_duration(office: Office, within: str) -> None:
    """Plain digits are seconds."""
    said = office.does("due", "--calendar", "24x7", "--start", "2026-12-21T08:00Z", "--within", within, "--json")

    assert said.json["due"] == "2026-12-21T10:00:00Z"


def test_settings_need_no_secret(bare: Office) -> None:
    """A password's file that does not exist keeps nobody from reckoning."""
    imap = 'host = "imap.acme.example"\npassword_file = "nowhere"'
    bare.write(SETTINGS.replace('path = "in"', imap))

    assert bare.does("due", "--calendar", "24x7", "--start", "2026-12-21T08:00Z", "--within", "1h", "--json").code == 0


BAD_LINES = {
    "no JSON": "{",
    "no object": "[1]",
    "nested": "[" * 100_000,
    "unknown calendar": '{"calendar": "offise", "start": "2026-12-21T08:00Z", "within": "1h"}',
    "no start": '{"calendar": "24x7", "within": "1h"}',
    "no time": '{"calendar": "24x7", "start": "yesterday", "within": "1h"}',
    "neither": '{"calendar": "24x7", "start": "2026-12-21T08:00Z"}',
    "both": '{"calendar": "24x7", "start": "2026-12-21T08:00Z", "within": "1h", "end": "2026-12-21T08:00Z"}',
    "true": '{"calendar": "24x7", "start": "2026-12-21T08:00Z", "within": true}',
    "NaN": '{"calendar": "24x7", "start": "2026-12-21T08:00Z", "within": NaN}',
    "infinite": '{"calendar": "24x7", "start": "2026-12-21T08:00Z", "within": Infinity}',
    "negative": '{"calendar": "24x7", "start": "2026-12-21T08:00Z", "within": -1}',
    "year one": '{"calendar": "24x7", "start": "0001-01-01T00:00:00+14:00", "within": "1h"}',
    "end of time": '{"calendar": "24x7", "start": "9999-12-31T23:59:59-12:00", "within": "1h"}',
    "pause": '{"calendar": "24x7", "start": "2026-12-21T08:00Z", "within": "1h", "pauses": [["2026-12-21T08:00Z"]]}',
    "pauses": '{"calendar": "24x7", "start": "2026-12-21T08:00Z", "within": "1h", "pauses": 3}',
}


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=BAD_LINES.keys())
def test_bad_line_answers_its_error(office: Office, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    """One object a line all the same; the lines around it are answered, and the exit code says that one was not."""
    good = '{"calendar": "24x7", "start": "2026-12-21T08:00:00Z", "within": 3600}'
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{good}\n{line}\n\n{good}\n"))

    said = office.does("due", "--json", "--batch", "-")

    first, wrong, last = (json.loads(answer) for answer in said.out.splitlines())
    assert (1, ["error"]) == (said.code, list(wrong))
    assert first["due"] == last["due"] == "2026-12-21T09:00:00Z"


def test_missing_option_is_misuse(office: Office) -> None:
    """The exit code is 2, and the options that are missing are named."""
    said = office.does("due", "--calendar", "office")

    assert said.code == 2
    assert "--start, --within" in said.err


def test_unknown_calendar_names_the_nearest(office: Office) -> None:
    """A slip of the pen is answered with what was meant."""
    said = office.does("due", "--calendar", "offise", "--start", "2026-12-21T08:00Z", "--within", "1h")

    assert 'did you mean "office"?' in said.err


def test_calendar_without_enough_time_fails(office: Office) -> None:
    """A deadline beyond ten years is an error with a cure, not a traceback."""
    said = office.does("due", "--calendar", "office", "--start", "2026-12-21T08:00Z", "--within", "3650d")

    assert said.code == 1
    assert "ten years" in said.err
