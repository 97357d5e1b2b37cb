"""What do our mails look like? Each template by name, its files, and how it reads with sample values.

In: the site's folder, a language, a name or the end of one. Out: values for `mailsupport template`. Rule for editing here: only
samples are rendered, nothing of a database.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mailsupport.errors import TemplateProblem
from mailsupport.mail.render import Rendered, Templates, check_all
from mailsupport.mail.samples import samples
from mailsupport.resources import shipped

__all__ = ["Listed", "check_all", "eject", "find", "listed", "preview"]

_FORMS = (".txt.j2", ".html.j2")


@dataclass(frozen=True, slots=True)
class Listed:
    """A template: its name, the languages it comes in (the default one as ""), whether it has HTML, and the site's own files."""

    name: str
    languages: tuple[str, ...]
    html: bool
    own: tuple[str, ...]
    samples: int


def listed(site: Path | None) -> tuple[Listed, ...]:
    """Return every template."""
    ours = shipped("templates")
    folders = ("", *sorted(path.name for path in ours.iterdir() if (path / "words.toml").is_file()))
    return tuple(
        Listed(
            name=name,
            languages=tuple(folder for folder in folders if (ours / folder / f"{name}.txt.j2").is_file()),
            html=(ours / f"{name}.html.j2").is_file(),
            own=tuple(path.relative_to(site).as_posix() for path in _own(site, name)) if site else (),
            samples=len(contexts),
        )
        for name, contexts in samples().items()
    )


def _own(site: Path, name: str) -> Iterator[Path]:
    for form in _FORMS:
        yield from sorted([*site.glob(f"{name}{form}"), *site.glob(f"*/{name}{form}")])


def find(name: str) -> str:
    """Return the template with that name, or whose name ends so. Raises TemplateProblem, which names the nearest."""
    wanted, known = name.removesuffix(".j2").removesuffix(".txt").removesuffix(".html"), list(samples())
    found = [one for one in known if one == wanted or one.rpartition("/")[2] == wanted]
    if len(found) == 1:
        return found[0]
    short = [one.rpartition("/")[2] for one in known]
    near = difflib.get_close_matches(wanted, [*known, *short], n=1)
    cure = f"did you mean {near[0]}?" if near else "`mailsupport template list` shows every name"
    raise TemplateProblem(f"there is no template {name}", cure)


def preview(site: Path | None, name: str, language: str, number: int = 1) -> Rendered:
    """Return the mail that a template makes of its sample of that number, from 1. Raises TemplateProblem."""
    contexts = samples()[name]
    if not 1 <= number <= len(contexts):
        raise TemplateProblem(f"{name} has no sample {number}", f"there are {len(contexts)}")
    return Templates(site).render(name, language, contexts[number - 1])


def eject(site: Path, name: str, languages: Sequence[str], *, over: bool = False) -> list[Path]:
    """Copy the shipped files of a template into the site's folder; return those written.

    Raises TemplateProblem where one is there already, unless `over`; then nothing is written.
    """
    ours = shipped("templates")
    files = [
        path.relative_to(ours)
        for folder in ("", *languages)
        for form in _FORMS
        if (path := ours / folder / f"{name}{form}").is_file()
    ]
    there = [file for file in files if (site / file).exists()]
    if there and not over:
        raise TemplateProblem(f"{site / there[0]} is there already", "remove it, or give --force to write it anew")
    for file in files:
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_bytes((ours / file).read_bytes())
    return [site / file for file in files]
