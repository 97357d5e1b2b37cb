"""What do customers say, in each language? Reads every `sayings.toml` beside the templates, ours and the site's.

In: the site's folder of templates, if it has one. Out: `core.sayings.Sayings`. A language is a folder: dropped in, it brings its
phrases; those in no language's folder are English. A site's phrases stand beside ours, and before them. A file that cannot be
read brings nothing: `mailsupport check` names it (`problems`).
"""

from __future__ import annotations

from pathlib import Path

from mailsupport.core.sayings import MOST_FORMS, Sayings, forms_of, sayings
from mailsupport.mail.wordfiles import files, table, table_or_nothing
from mailsupport.resources import shipped

FILE = "sayings.toml"

MEANINGS = (
    "urgent", "good", "not_good", "thanks", "beside", "agreed", "hello", "farewell", "title", "doubt", "cause", "done", "mind",
)  # fmt: skip
"""What a list of phrases may stand for; each is explained in the English file."""


def read_sayings(site_dir: Path | None) -> Sayings:
    """Return what the files of every language say, the site's first."""
    found: dict[str, dict[str, list[str]]] = {}
    for language, file in files(FILE, site_dir):
        lists = found.setdefault(language, {})
        for meaning, phrases in table_or_nothing(file).items():
            if meaning in MEANINGS and isinstance(phrases, list):
                lists.setdefault(meaning, []).extend(one for one in phrases if isinstance(one, str))
    return sayings(found)


def problems(site_dir: Path | None) -> list[str]:
    """Return what is wrong with the files, each with its cure."""
    found: list[str] = []
    for _, file in files(FILE, site_dir):
        try:
            lists = table(file)
        except (OSError, ValueError) as error:
            found.append(f"{file} cannot be read: {error} (correct it, or remove it: ours is used all the same)")
            continue
        for meaning, phrases in lists.items():
            if meaning not in MEANINGS:
                found.append(f"{file}: nothing is called {meaning} (it may be {', '.join(MEANINGS)})")
            elif not isinstance(phrases, list) or not all(isinstance(one, str) for one in phrases):
                found.append(f"{file}: {meaning} is no list of texts (write it as in {shipped('templates') / FILE})")
            else:
                found += [f"{file}: {_cut(meaning, phrase)}" for phrase in phrases if forms_of(phrase) > MOST_FORMS]
    return found


def _cut(meaning: str, phrase: str) -> str:
    """Say that a phrase has more forms than are read."""
    what = f"the phrase “{phrase[:60]}…” of {meaning} has {forms_of(phrase)} forms, and only the first {MOST_FORMS} are read"
    return f"{what} (write it as several phrases with fewer choices)"
