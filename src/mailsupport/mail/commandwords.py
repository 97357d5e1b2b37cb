"""Which words of further languages mean a command? What [commands] of every words.toml says, ours and the site's.

In: the site's folder of templates, if it has one. Out: word to verb, as `core.commands` compares words and as they are written. A
language is a folder: dropped in, it brings its words. English stands in `core.commands` and always wins; of two languages that use one word for two
commands, the first by name keeps it. Words that name no command, or cannot be read, are passed over: `mailsupport check` renders
every template of that folder, and says what is wrong with its words.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from mailsupport.core.commands import VERBS, fold, verb_of
from mailsupport.mail.words import FILE
from mailsupport.resources import shipped


def command_words(site_dir: Path | None) -> dict[str, str]:
    """Return every further word and the verb it means; where the site's file and ours differ, the site's counts."""
    found: dict[str, str] = {}
    for root in (site_dir, shipped("templates")):
        for file in sorted(root.rglob(FILE)) if root is not None and root.is_dir() else ():
            for word, verb in _of(file):
                found.setdefault(word, verb)
    return {word: verb for word, verb in found.items() if verb_of(word) is None}


def _of(file: Path) -> Iterator[tuple[str, str]]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8")).get("commands", {})
    except (OSError, ValueError):
        return
    for verb, words in table.items() if isinstance(table, dict) else ():
        if verb in VERBS and isinstance(words, str):
            spelt = [word.strip().lower() for word in words.split(",") if word.strip()]
            yield from ((form, verb) for word in spelt for form in dict.fromkeys((word, fold(word))))
