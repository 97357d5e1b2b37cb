"""Writes docs/reference/mail-commands.md: every command that staff may write in a mail, out of the program itself.

In: the verbs of `core.reading.commands`, and their words in the `words.toml` of each language. Out: the page. A test compares
it with the file. `python -m mailsupport.mail.commands_page --write` writes it into the checkout; without `--write` it is
printed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mailsupport.core.deciding.obeying import ALONE, NEVER_TOGETHER, OF_NO_TICKET, TO_THE_CUSTOMER
from mailsupport.core.reading.commands import VERBS
from mailsupport.mail.wordfiles import table
from mailsupport.mail.words import FILE
from mailsupport.resources import shipped
from mailsupport.settings.generated import print_or_write

PAGE = Path("docs/reference/mail-commands.md")
COMMAND = "python -m mailsupport.mail.commands_page --write"

_HEAD = f"""# Commands by mail

What staff, and contacts who were alerted, can write at the top of a reply. Made from the program: `{COMMAND}`.

```text
/take
/priority high

Hello Erika, we are on it.
```

- Commands stand at the very top, one a line: `/word value`. `#`, `!` and `@` are taken for `/`, and `:` or `=` for the blank.
  The block ends with the first line that is no command; what is below it is the text.
- The text goes where the first line of our mail says: to the customer from a notification, inside from a note or an alert.
  With `/note` it stays inside, with `/public` it goes out. A mail with nothing but commands never writes to the customer;
  `/close` is the exception, for its words are the resolution.
- All or nothing. A first line that looks like a command and is none holds the whole mail, and so does a command below other
  text: nothing is sent, nothing is changed, and its author is offered what was probably meant, to send it as it is, to keep
  it as a note, or to throw it away. Each is one button, or one word in a reply.
- A mail with commands is confirmed, line by line, with the next deadline. A reply to a confirmation stays inside.
- With `undo_window` in the settings an answer waits that long before it leaves, and `/undo` takes it back.
- Commands are read only in new words, never in quoted ones, and never from customers or robots. Who may give them is decided
  by the address that our mail was sent to, not by a sender line.
- `help` alone, without a sign, sends a page with these commands by mail, those used most first; `help close` one of them, with
  examples.
"""


def page() -> str:
    """Return the page."""
    words = table(shipped("templates") / FILE)
    languages = {folder.name: table(folder / FILE) for folder in sorted(shipped("templates").iterdir()) if _is_language(folder)}
    names = ", ".join(f"{name}: `{FILE}` of `templates/{name}`" for name in languages)
    lines = [
        _HEAD,
        f"\nEnglish words always work; a language brings its own in `[commands]` of its `{FILE}` ({names}).\n",
        f"\n| command | other words | {' | '.join(languages)} | what it does |\n|---|---|{'---|' * len(languages)}---|\n",
        *(_row(verb, aliases, words, languages) for verb, aliases in VERBS.items()),
        "\n## What goes together\n\nOf each of these a mail may hold one:\n\n",
        *(f"- {_named(sorted(group))}\n" for group in NEVER_TOGETHER),
        f"\n{_named(sorted(ALONE))} stand alone. In reply to an alert {_named(TO_THE_CUSTOMER)} are refused:\n",
        f"an alert never goes to the customer. {_named(sorted(OF_NO_TICKET))} need no ticket: they work in a mail to one's own\n",
        "address too, which stands at the foot of notifications, alerts and all-clears.\n",
    ]
    return "".join(lines)


def _is_language(folder: Path) -> bool:
    return (folder / FILE).is_file() and "commands" in table(folder / FILE)


def _row(verb: str, aliases: tuple[str, ...], words: Mapping[str, Any], languages: Mapping[str, Mapping[str, Any]]) -> str:
    further = [_quoted(_split(tables["commands"].get(verb, ""))) for tables in languages.values()]
    cells = [f"`/{verb}`", _quoted(aliases), *further, words["help"][verb]]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _split(words: str) -> Iterator[str]:
    return (word.strip() for word in words.split(",") if word.strip())


def _quoted(words: Iterator[str] | tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _named(verbs: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"`/{verb}`" for verb in verbs)


def main(arguments: list[str]) -> int:
    """Print the page, or write it into the checkout."""
    return print_or_write(PAGE, page(), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
