"""Makes the words of a mail from its template: which file it is, what it may do, and what is wrong with it.

In: a template's name ("escalation/alert"), a language, a context. Out: `Rendered`. One file is a whole mail: `Subject: …`, a
blank line, the text; an `.html.j2` beside it is its HTML form.

Where a file is looked for, for the language "de":

    SITE/de/escalation/alert.txt.j2        the site's, in this language
    SHIPPED/de/escalation/alert.txt.j2     ours, in this language
    SITE/escalation/alert.txt.j2           the site's, in the default language (English)
    SHIPPED/escalation/alert.txt.j2        ours, in the default language

A site's file that begins with `{% extends "shipped:escalation/alert.txt.j2" %}` changes a block of ours and keeps the rest.
The HTML form must lie in the same place as the text or in one above it: otherwise the reader would see our words beside the
site's. A new folder of a language adds the language.

For editing here: what a customer wrote is only ever a value; nothing is rendered twice. A template is the operator's own, and
still gets no way out of the sandbox, no unknown names, and no endless output.
"""

from __future__ import annotations

import difflib
import re
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import jinja2
from jinja2.loaders import split_template_path

from mailsupport.errors import TemplateProblem
from mailsupport.mail import facts, words
from mailsupport.mail.contexts import Context
from mailsupport.mail.fallback import Rendered, plain_fallback
from mailsupport.mail.sandbox import Sandbox
from mailsupport.resources import shipped

__all__ = ["HTML_LIMIT", "OUTPUT_LIMIT", "Rendered", "Templates", "check_all", "plain_fallback"]

OUTPUT_LIMIT = 256 * 1024
"""Characters that a template may write."""
HTML_LIMIT = 90_000
"""Bytes of HTML in a sample mail: Gmail clips what is above 102 KB."""

_AT_ONCE = 100
"""Pieces that a template may write before it is asked how much they are."""

_SHIPPED = "shipped:"
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_CURE = "compare the shipped template and docs/reference/templates.md; until then the built-in plain mail is sent"


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder of templates; `ours` when it came with this version."""

    folder: Path
    ours: bool


class _Loader(jinja2.BaseLoader):
    """Finds a file in the first place that has it; behind `shipped:` only in ours."""

    def __init__(self, places: tuple[_Place, ...]) -> None:
        self._places = places

    def find(self, name: str) -> tuple[int, Path] | None:
        """Return the number of the place and the file, or None. Raises TemplateNotFound for a path that leads outside."""
        only_ours = name.startswith(_SHIPPED)
        pieces = split_template_path(name.removeprefix(_SHIPPED))
        for number, place in enumerate(self._places):
            file = place.folder.joinpath(*pieces)
            if (place.ours or not only_ours) and file.is_file():
                return number, file
        return None

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Return text and file name, as jinja wants them."""
        found = self.find(template)
        if found is None:
            raise jinja2.TemplateNotFound(template)
        return found[1].read_text(encoding="utf-8"), str(found[1]), lambda: True


class Templates:
    """The templates of a site, each compiled once. Make a new one to see changed files."""

    def __init__(self, site_dir: Path | None = None) -> None:
        self._site = site_dir
        self._ours = shipped("templates")
        self._languages: dict[str, _Language] = {}

    def render(self, name: str, language: str, context: Context) -> Rendered:
        """Return the mail that the template makes of the context.

        Raises TemplateProblem, which names file, line and cure, when the template is missing, broken or writes too much.
        """
        known = self._languages.get(language)
        if known is None:
            known = self._languages[language] = _Language(language, self._places(language))
        return known.render(name, context)

    def _places(self, language: str) -> tuple[_Place, ...]:
        roots = [_Place(self._site, False)] if self._site else []
        roots.append(_Place(self._ours, True))
        tags = _tags(language)
        inner = [_Place(root.folder / tag, root.ours) for tag in tags for root in roots]
        return (*(place for place in inner if place.folder.is_dir()), *roots)


def _tags(language: str) -> tuple[str, ...]:
    """Return the folders of a language: "de-AT" is looked for there, then in "de". What is no language tag has none."""
    if not _LANGUAGE.fullmatch(language):
        return ()
    pieces = language.split("-")
    return tuple("-".join(pieces[:length]) for length in range(len(pieces), 0, -1))


class _Language:
    """The templates as one language sees them."""

    def __init__(self, language: str, places: tuple[_Place, ...]) -> None:
        self._loader = _Loader(places)
        self._words = _words(places)
        self._environment = _environment(self._loader, self._words, language if _LANGUAGE.fullmatch(language) else "en")
        self._found: dict[str, tuple[jinja2.Template, jinja2.Template | None]] = {}

    def render(self, name: str, context: Context) -> Rendered:
        """Return the mail; raises TemplateProblem."""
        try:
            text, html = self._pair(name)
            made_of: type = type(context)
            values = {field: getattr(context, field) for field in _names(made_of)}
            if isinstance(ticket := values.get("ticket"), facts.TicketFacts):
                values["ticket"] = self._words.named(ticket)
            subject, body = _apart(_written(text, values), name)
            rich = _written(html, values) if html else ""
            return Rendered(subject, body, rich if rich.strip() else None)
        except Exception as error:  # a template may raise anything; whatever it is, the plain mail goes out instead
            raise _problem(name, error) from error

    def _pair(self, name: str) -> tuple[jinja2.Template, jinja2.Template | None]:
        if name not in self._found:
            text = self._environment.get_template(f"{name}.txt.j2")
            self._found[name] = text, self._html(name)
        return self._found[name]

    def _html(self, name: str) -> jinja2.Template | None:
        beside, text = self._loader.find(f"{name}.html.j2"), self._loader.find(f"{name}.txt.j2")
        if beside is None or text is None or beside[0] > text[0]:
            return None
        return self._environment.get_template(f"{name}.html.j2")


def _words(places: tuple[_Place, ...]) -> words.Words:
    files = [place.folder / words.FILE for place in reversed(places)]
    return words.load(file for file in files if file.is_file())


def _environment(loader: _Loader, said: words.Words, language: str) -> Sandbox:
    environment = Sandbox(
        loader=loader,
        undefined=jinja2.StrictUndefined,
        autoescape=lambda name: name is None or name.endswith(".html.j2"),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.filters.update(said.filters)
    for inflating in ("format", "center", "indent", "replace", "filesizeformat", "pprint", "batch", "slice", "tojson"):
        environment.filters.pop(inflating, None)
    environment.globals = {"language": language, "range": environment.globals["range"]}
    return environment


@cache
def _names(made_of: Any) -> tuple[str, ...]:
    """Return what a template may name of such a context: its fields, and what it works out of them."""
    properties = (name for name, value in vars(made_of).items() if isinstance(value, property))
    return (*(field.name for field in fields(made_of)), *properties)


def _written(template: jinja2.Template, values: Mapping[str, object]) -> str:
    """Return what a template writes, as its own `render` does without copying the values; raises what it stumbles over."""
    pieces: list[str] = []
    size = 0
    environment = template.environment
    stream = template.root_render_func(template.new_context({**environment.globals, **values}, shared=True))
    try:
        while some := list(islice(stream, _AT_ONCE)):
            size += sum(map(len, some))
            if size > OUTPUT_LIMIT:
                raise TemplateProblem(
                    f"{template.filename} writes more than {OUTPUT_LIMIT // 1024} KB", "shorten with |cap(20000)"
                )
            pieces += some
    except Exception:  # whatever it is: raised again at once, with the lines of the template in its traceback
        environment.handle_exception()
    return "".join(pieces)


def _apart(mail: str, name: str) -> tuple[str, str]:
    """Part the subject's lines from the text."""
    head, _, body = mail.lstrip("\n").partition("\n\n")
    if not head.startswith("Subject:"):
        raise TemplateProblem(
            f"template {name}.txt.j2 does not begin with “Subject:”", "write the subject, a blank line, the text"
        )
    return " ".join(head.removeprefix("Subject:").split()), body.strip("\n") + "\n"


def _problem(name: str, error: Exception) -> TemplateProblem:
    """Say in which file and line of a template it went wrong."""
    if isinstance(error, TemplateProblem):
        return error
    if isinstance(error, jinja2.TemplateSyntaxError):
        return TemplateProblem(f"{error.filename or error.name or name}, line {error.lineno}: {error.message}", _CURE)
    if isinstance(error, jinja2.TemplateNotFound):
        return TemplateProblem(f"template {name}: there is no file {error.name}", _CURE)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".j2")]
    where = f"{frames[-1].filename}, line {frames[-1].lineno}" if frames else f"template {name}"
    return TemplateProblem(f"{where}: {_said(error)}", _CURE)


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, jinja2.TemplateError) else f"{type(error).__name__}: {error}"


def check_all(site_dir: Path | None, languages: Iterable[str]) -> list[str]:
    """Render every template in every language with sample values and return everything that is wrong, each with its cure."""
    from mailsupport.mail.samples import samples  # only checks need them

    templates = Templates(site_dir)
    problems = list(_strays(site_dir)) if site_dir else []
    for language in languages:
        for name, contexts in samples().items():
            problems += (said for context in contexts if (said := _checked(templates, name, language, context)))
    return list(dict.fromkeys(problems))


def _checked(templates: Templates, name: str, language: str, context: Context) -> str:
    try:
        rendered = templates.render(name, language, context)
    except TemplateProblem as problem:
        return str(problem)
    size = len((rendered.html or "").encode("ascii", "xmlcharrefreplace"))  # as `mail.bodyparts` writes it
    if size > HTML_LIMIT:
        return (
            f"template {name}.html.j2 ({language}) makes {size // 1000} KB of HTML (Gmail clips it above {HTML_LIMIT // 1000} KB)"
        )
    return ""


def _strays(site_dir: Path) -> Iterable[str]:
    """Name the site's files that no mail is made from: a misspelt one would silently change nothing."""
    if not site_dir.is_dir():
        yield f"{site_dir} is no folder (make it, or remove dir from [templates])"
        return
    ours = {path.relative_to(shipped("templates")).as_posix() for path in shipped("templates").rglob("*.j2")}
    for path in sorted(site_dir.rglob("*.j2")):
        name = path.relative_to(site_dir).as_posix()
        first, _, rest = name.partition("/")
        if name in ours or path.name.startswith("_") or (_LANGUAGE.fullmatch(first) and rest in ours):
            continue
        near = difflib.get_close_matches(name, sorted(ours), n=1)
        hint = f"did you mean {near[0]}?" if near else "a file that others include begins with “_”"
        yield f"{path}: no mail is made from this file ({hint})"
