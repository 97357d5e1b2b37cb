"""Which verbs and options are there? Writes docs/reference/commands.md out of the program itself.

`python -m mailsupport.cli.reference --write` writes the page anew; a test compares it. Rule for editing here: what a verb does is
said in its docstring, what an option means in its help; here is only the form, and the words that hold for every verb.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from mailsupport.cli.program import command
from mailsupport.settings.generated import print_or_write

PAGE = Path("docs/reference/commands.md")
COMMAND = "python -m mailsupport.cli.reference --write"

_HEAD = f"""\
# Commands

`mailsupport [--config FILE] COMMAND`. Made from the program: `{COMMAND}`.

The settings file is the one named by `--config` or `MAILSUPPORT_CONFIG`, else `mailsupport.toml` in the current folder, else
`/etc/mailsupport/mailsupport.toml`.

With `--json`, stdout is JSON and nothing else; an error is an object with `error` and `cure` on stderr. Instants are RFC 3339 in
UTC. Steps of a chain are counted from 1; `"step": 0` is a chain whose first step has not fired. A time that is typed without an
offset is local time of the calendar it is for. Verbs that only look at the database take no lock: they may be used beside the
daemon.

| exit code | means |
|---|---|
| 0 | all is well |
| 1 | it failed, or something was found |
| 2 | the command was used wrongly |
| 3 | warnings only (`check`), gaps found (`chain gaps`) |
| 69 | a server cannot be used |
| 75 | try again: somebody else holds what is needed, or a mailbox could not be read |
| 78 | the settings cannot be used |
| 130 | stopped with Ctrl-C |
"""


def page() -> str:
    """Return the page."""
    return _HEAD + "".join(_section(path, verb) for path, verb in _verbs(command(), "mailsupport"))


def _verbs(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield every verb with the words that call it, in the order of the help."""
    context = typer.Context(group, info_name=path)
    for name in group.list_commands(context):
        verb = group.commands[name]
        if hasattr(verb, "commands"):
            yield from _verbs(verb, f"{path} {name}")
        else:
            yield f"{path} {name}", verb


def _section(path: str, verb: Any) -> str:
    usage = " ".join([path, *(str(one.metavar or one.name) for one in verb.params if one.param_type_name == "argument")])
    options = [parameter for parameter in verb.params if parameter.name != "help"]
    table = "".join(["| option | meaning |\n|---|---|\n", *map(_row, options)]) if options else ""
    return f"\n## `{usage}`\n\n{inspect.cleandoc(verb.help or '')}\n" + (f"\n{table}" if table else "")


def _row(parameter: Any) -> str:
    names = ", ".join(f"`{name}`" for name in parameter.opts) if parameter.param_type_name == "option" else ""
    metavar = "" if getattr(parameter, "is_flag", False) or not parameter.metavar else f"`{parameter.metavar}`"
    default = f" Default: `{parameter.default}`." if parameter.default not in (None, "", False, ()) else ""
    cells = (f"{names} {metavar}".strip(), f"{parameter.help or ''}{default}")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def main(arguments: list[str]) -> int:
    """Print the page, or write it into the checkout."""
    return print_or_write(PAGE, page(), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
