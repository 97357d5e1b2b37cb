"""How does a whole settings file look? Writes the sample file and the reference page out of the models.

`python -m mailsupport.settings.sample --write` regenerates both; a test compares them. In the sample, keys of the
story (`settings.story`) are set, and all others stand commented out with their default, so the file loads as it is.
Rule for editing here: what a key means is said in its model; here is only the form.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from mailsupport.settings import models as m
from mailsupport.settings.fields import Kind
from mailsupport.settings.parts import extra, keys_of
from mailsupport.settings.story import STORY, Table
from mailsupport.settings.toml import literal

SAMPLE = Path("config/mailsupport.example.toml")
REFERENCE = Path("docs/reference/settings.md")
COMMAND = "python -m mailsupport.settings.sample --write"
WIDTH = 110


_HEAD = f"""\
# Every key of the settings file, with its meaning. A key that stands behind "# " has the value shown when it is left out,
# or the value shown is an example. The smallest file that works is minimal.example.toml.
#
# Durations: "90s" "15m" "8h" "1h30m" "2d" (48 hours). A promise counts open hours of its calendar alone; in business days it is
# "3bd" (same time of day) or "3bd end" (until closing). Sizes: "500KB" "25MB". Paths count from the folder of this file.
# Passwords never stand here: password_file, password_env or password_command say where they are.
#
# Made from the models: {COMMAND}
"""


def sample() -> str:
    """Return the text of the commented sample file."""
    return _HEAD + "".join("\n" + "\n".join(_table_lines(table)) + "\n" for table in STORY)


def _table_lines(table: Table) -> Iterator[str]:
    """Yield a header and its keys, those of the model first, then those the story adds (roles)."""
    if table.header:
        yield from _comment(_first_line(table.model)) if table.whole else ()
        yield table.header
    keys = keys_of(table.model)
    for key in keys:
        if table.whole or key in table.story:
            yield from _key_lines(table, key)
    for key in (one for one in table.story if one not in keys):
        yield f"{key} = {literal(table.story[key])}"


def _key_lines(table: Table, key: str) -> Iterator[str]:
    info = _field(table.model, key)
    if table.whole:
        yield from _comment(info.description or "")
    if key in table.story:
        yield f"{key} = {literal(table.story[key])}"
    else:
        yield f"# {key} = {literal(_shown_value(info))}"


def _comment(text: str) -> Iterator[str]:
    yield from (f"## {line}" for line in textwrap.wrap(text, WIDTH, break_on_hyphens=False))


def _first_line(model: type[m.Section]) -> str:
    return (model.__doc__ or "").partition("\n")[0]


def _field(model: type[m.Section], key: str) -> FieldInfo:
    return next(info for name, info in model.model_fields.items() if key in (name, info.alias))


def _shown_value(info: FieldInfo) -> object:
    """Return the default where it shows how a value is written, else the example."""
    return info.examples[0] if info.examples else info.default


# --- reference page -------------------------------------------------------------------------------------------------

_PAGE = f"""\
# Settings

One TOML file; `config/minimal.example.toml` is the smallest, `config/mailsupport.example.toml` shows every key. Unknown keys are
errors, and all problems are told at once. This page is made from the models: `{COMMAND}`.

- **Durations** are `"90s"`, `"15m"`, `"8h"`, `"1h30m"`, `"2d"` (48 hours). A promise counts the open hours of its contract's
  calendar alone; there `"2d"` is refused unless the calendar is always open. **Business days** are `"3bd"` (same time of day) or
  `"3bd end"` (until closing).
- **Sizes** are `"500KB"`, `"25MB"`, `"2GB"`; 1 KB is 1024 bytes.
- **Paths** count from the folder of the settings file, also in included files; `~` is the home folder, and a path may begin with
  `${{CREDENTIALS_DIRECTORY}}` (systemd's LoadCredential).
- **Passwords** come from one of `password_file`, `password_env` and `password_command`. A file must belong to the user that runs
  mailsupport, or to root, and be closed to all others (`chmod 600`). The settings file itself must not be writable by all.
- **People** are named by the NAME of their table or by an address. A word in a chain that is neither is a rotation
  (whoever is on duty) or a role: the customer's person or rotation for it if the customer names one, else whoever has it among
  their `roles`.
- **Absences**: when somebody is away as a step fires, their deputy is told, and the deputy's deputy when that one is away too.
  Without a deputy the step goes to its others, or the next step follows at once and the operator is told. A date is the whole
  day, `to` the last day. `mailsupport chain gaps` lists when nobody is there.
- **Several contracts**: whoever belongs to no customer gets the mailbox's `contract`, else the one called `standard`, else the
  one called `default`. A single contract is everybody's.
"""

_HEADINGS = {
    m.General: "Top level",
    m.ContractSettings: "`[contract.NAME]`",
    m.CustomerSettings: "`[customer.NAME]`",
    m.PersonSettings: "`[people.NAME]`",
    m.RotationSettings: "`[rotation.NAME]`",
    m.CalendarSettings: "`[calendar.NAME]`",
}


def reference() -> str:
    """Return the text of the reference page."""
    whole = [table for table in STORY if table.whole]
    return _PAGE + "".join(f"\n## {_heading(table)}\n\n{_first_line(table.model)}\n\n{_rows(table.model)}" for table in whole)


def _heading(table: Table) -> str:
    return _HEADINGS.get(table.model, f"`{table.header}`")


def _rows(model: type[m.Section]) -> str:
    head = "| key | value | default | meaning | example |\n|---|---|---|---|---|\n"
    return head + "".join(_row(key, _field(model, key)) for key in keys_of(model))


def _row(key: str, info: FieldInfo) -> str:
    example = _code(literal(info.examples[0])) if info.examples else ""
    cells = (f"`{key}`", _kind(info), _default(info), info.description or "", example)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _kind(info: FieldInfo) -> str:
    """Return what may be written, in words."""
    words = [mark.words for mark in info.metadata if isinstance(mark, Kind)]
    if words or "kind" in extra(info):
        return str(extra(info).get("kind") or words[-1])
    if get_origin(info.annotation) is Literal:
        return ", ".join(_code(literal(word)) for word in get_args(info.annotation))
    return "true or false" if info.annotation is bool else "number"


def _default(info: FieldInfo) -> str:
    """Return the default as it would be written; "" for nothing at all, and for what the meaning explains."""
    if info.is_required():
        return "**required**"
    empty = info.default_factory is not None or info.default in (None, "", (), {})
    return "" if empty else _code(literal(info.default))


def _code(text: str) -> str:
    return f"`{text}`"


def main(arguments: list[str]) -> int:
    """Compare both files with what the models say, or write them; returns 1 when they differ."""
    parser = argparse.ArgumentParser(prog="python -m mailsupport.settings.sample", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write both files instead of comparing them")
    parser.add_argument("--root", type=Path, default=Path(), help="the checkout (default: here)")
    options = parser.parse_args(arguments)
    stale = [path for path, text in _pages(options.root) if not path.exists() or path.read_text("utf-8") != text]
    for path, text in _pages(options.root) if options.write else ():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for path in stale:
        print(f"{path}: {'written' if options.write else f'differs; run {COMMAND}'}")
    return int(bool(stale) and not options.write)


def _pages(root: Path) -> list[tuple[Path, str]]:
    return [(root / SAMPLE, sample()), (root / REFERENCE, reference())]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
