"""What stands in the settings file and in the files it includes? One merged table, and the place of every key.

In: a path. Out: the merged raw table; syntax errors, unreadable files and names given twice go to the report.
Rule for editing here: nothing is validated but the shape that merging needs.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from mailsupport.settings.lines import key_lines
from mailsupport.settings.problems import KeyPath, Place, Report

NAMED = ("contract", "customer", "people", "rotation", "calendar")
"""Tables of tables, which includes may add to."""
LISTED = ("mailbox", "absence", "override", "rule")
"""Lists of tables, which includes may add to."""

Raw = dict[str, Any]


def read(path: Path, report: Report, *, judge: bool) -> Raw:
    """Return what the settings file says with its includes merged in; `judge` has file modes looked at.

    Raises SettingsError at once when a file cannot be read or parsed, since everything else would be guessing.
    """
    raw, lines = _parse(path, report, judge)
    report.places |= {key: Place(str(path), line) for key, line in lines.items()}
    parts = [(file, *_parse(file, report, judge)) for file in _included(path, raw, report)]
    report.raise_if_any()
    for file, part, part_lines in parts:
        _merge(raw, part, part_lines, file, report)
    return raw


def _included(path: Path, raw: Raw, report: Report) -> list[Path]:
    """Return the files that the globs of `include` name, each once; a bad value is left to the models."""
    patterns = raw.get("include", [])
    patterns = [patterns] if isinstance(patterns, str) else patterns
    found: list[Path] = []
    for index, pattern in enumerate(patterns if isinstance(patterns, list) else []):
        files = _files(path.parent, pattern, ("include", index), report) if isinstance(pattern, str) else []
        found += [file for file in files if file not in found and file != path]
    return found


def _files(folder: Path, pattern: str, key: KeyPath, report: Report) -> list[Path]:
    """Return the files of a pattern; one that cannot be followed is a problem, and so is a plain path without its file."""
    try:
        files = _glob(folder, pattern)
    except (ValueError, OSError, NotImplementedError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        report.add(key, f"{pattern} cannot be followed: {why}", "write for example contracts/*.toml, or name each file")
        return []
    if not files and not re.search(r"[*?\[]", pattern):
        report.add(key, f"there is no file {folder / pattern}", "correct the path, or leave it out")
    return files


def _glob(folder: Path, pattern: str) -> list[Path]:
    """Return the files of a pattern, sorted; it counts from the folder unless it is absolute.

    Raises ValueError and NotImplementedError for what is no pattern, OSError for what cannot be looked at.
    """
    wanted = Path(pattern)
    if wanted.is_absolute():
        folder, wanted = Path(wanted.anchor), wanted.relative_to(wanted.anchor)
    if not wanted.parts:
        return []
    return sorted(file for file in folder.glob(str(wanted)) if file.is_file())


def _parse(path: Path, report: Report, judge: bool) -> tuple[Raw, dict[KeyPath, int]]:
    """Return a file's table and the line of each key; both empty when it cannot be used."""
    text = _text(path, report, judge)
    if text is None:
        return {}, {}
    try:
        return tomllib.loads(text), key_lines(text)
    except RecursionError:
        report.add_of_file(path, "brackets are nested too deep", "close them")
    except tomllib.TOMLDecodeError as error:
        what, _, where = str(error).partition(" (at ")
        line = re.search(r"line ([0-9]+)", where)
        last = text.rstrip().count("\n") + 1
        cure = "text stands in quotes, lists in brackets, tables under [name]"
        report.add_of_file(path, f"is no TOML: {what[:200]}", cure, int(line[1]) if line else last)
    return {}, {}


def _text(path: Path, report: Report, judge: bool) -> str | None:
    try:
        with path.open("rb") as file:
            if judge and os.fstat(file.fileno()).st_mode & stat.S_IWOTH:
                report.add_of_file(path, "can be changed by every user", f"chmod o-w {path}")
            return file.read().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        report.add_of_file(path, "there is no such file", "mailsupport init writes one; --config names another")
    except OSError as error:
        report.add_of_file(
            path,
            f"cannot be read: {error.strerror}",
            "let the user that runs mailsupport read it, or name another file with --config",
        )
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        report.add_of_file(path, "is not UTF-8 text", "save it as UTF-8", line)
    return None


# --- includes -------------------------------------------------------------------------------------------------------


def _merge(raw: Raw, part: Raw, lines: dict[KeyPath, int], file: Path, report: Report) -> None:
    """Add an included file's tables to the whole."""
    for table, content in part.items():
        places = {key: Place(str(file), line) for key, line in lines.items() if key[0] == table}
        if table in NAMED and isinstance(content, dict):
            _merge_named(raw, table, content, places, report)
        elif table in LISTED and isinstance(content, list):
            _merge_listed(raw, table, content, places, report)
        else:
            report.places[(file.name, table)] = places[(table,)]
            report.add((file.name, table), "does not belong into an included file", f"only {', '.join(NAMED + LISTED)} do")


def _merge_named(raw: Raw, table: str, content: Raw, places: dict[KeyPath, Place], report: Report) -> None:
    mine = raw.setdefault(table, {})
    for name, value in content.items() if isinstance(mine, dict) else ():
        path = (table, name)
        if name in mine:
            first, second = report.place(path), places.get(path)
            report.add(path, f"stands in {_at(first)} and again in {_at(second)}", "rename or remove one of them")
            continue
        mine[name] = value
        report.places |= {key: place for key, place in places.items() if key[:2] == path}


def _at(place: Place | None) -> str:
    return f"{place.file} (line {place.line})" if place else "another file"


def _merge_listed(raw: Raw, table: str, content: list[Any], places: dict[KeyPath, Place], report: Report) -> None:
    mine = raw.setdefault(table, [])
    if not isinstance(mine, list):
        return
    before = len(mine)
    mine.extend(content)
    for key, place in places.items():
        if len(key) > 1 and isinstance(key[1], int):
            report.places[(table, key[1] + before, *key[2:])] = place
