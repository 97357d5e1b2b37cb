"""Which words of further languages mean a command? What [commands] of every words.toml says, ours and the site's.

In: the site's folder of templates, if it has one. Out: word to verb, as `core.reading.commands` compares words and as they are
written. A language is a folder: dropped in, it brings its words. English stands in `core.reading.commands` and always wins; of
two languages that use one word for two commands, the first by name keeps it. Words that name no command, or cannot be read, are
passed over: `mailsupport check` renders every template of that folder, and says what is wrong with its words.toml.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from mailsupport.core.reading.commands import VERBS, fold, verb_of
from mailsupport.mail.wordfiles import files, table_or_nothing
from mailsupport.mail.words import FILE


def command_words(site_dir: Path | None) -> dict[str, str]:
    """Return every further word and the verb it means; where the site's file and ours differ, the site's counts."""
    found: dict[str, str] = {}
    for _, file in files(FILE, site_dir):
        for word, verb in _of(file):
            found.setdefault(word, verb)
    return {word: verb for word, verb in found.items() if verb_of(word) is None}


def customer_words(site_dir: Path | None) -> frozenset[str]:
    """Return further words by which a customer asks for somebody above, out of [customer] of every words.toml."""
    said = (_part(file, "customer").get("escalate") for _, file in files(FILE, site_dir))
    return frozenset(
        word.strip().casefold() for words in said if isinstance(words, str) for word in words.split(",") if word.strip()
    )


def _part(file: Path, name: str) -> Mapping[str, object]:
    part = table_or_nothing(file).get(name, {})
    return part if isinstance(part, dict) else {}


def _of(file: Path) -> Iterator[tuple[str, str]]:
    for verb, words in _part(file, "commands").items():
        if verb in VERBS and isinstance(words, str):
            spelt = [word.strip().lower() for word in words.split(",") if word.strip()]
            yield from ((form, verb) for word in spelt for form in dict.fromkeys((word, fold(word))))
