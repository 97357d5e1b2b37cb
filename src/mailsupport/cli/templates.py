"""`mailsupport template …`: which mails we send, how they read, and how to make them one's own.

Only samples are shown: no database, secret or server is opened. Without a settings file the shipped templates are meant.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailsupport.cli.given import Given, Json, given
from mailsupport.errors import EXIT_FAILED, EXIT_OK, TemplateProblem

if TYPE_CHECKING:
    from mailsupport.mail.fallback import Rendered

Name = Annotated[str, typer.Argument(metavar="NAME", help="A template, such as escalation/alert, or the end of its name: alert.")]
Language = Annotated[str, typer.Option("--lang", metavar="LANG", help="The language; the desk's usual one when not given.")]
Also = Annotated[list[str] | None, typer.Option("--lang", metavar="LANG", help="A language besides English; may be given again.")]
SHIPPED_LANGUAGES = ("en", "de")


def list_templates(context: typer.Context, as_json: Json = False) -> int:
    """List every mail that is sent: its template, its languages, and which files of it are the site's own."""
    from mailsupport.cli.screen import say, show_json
    from mailsupport.mail.preview import listed

    site, _ = _settings(given(context))
    found = listed(site)
    if as_json:
        show_json(found)
        return EXIT_OK
    width = max(len(one.name) for one in found)
    for one in found:
        languages = ", ".join(language or "en" for language in one.languages)
        own = f"  own: {', '.join(one.own)}" if one.own else ""
        say(f"{one.name:{width}}  {languages}  {'text and HTML' if one.html else 'text'}{own}")
    return EXIT_OK


def preview_template(
    context: typer.Context,
    name: Name,
    lang: Language = "",
    sample: Annotated[
        int, typer.Option(metavar="N", min=1, help="Which sample: the usual mail, then fuller and odder ones.")
    ] = 1,
    text: Annotated[bool, typer.Option("--text", help="Print the text form alone.")] = False,
    html: Annotated[bool, typer.Option("--html", help="Print the HTML form alone.")] = False,
    open_it: Annotated[bool, typer.Option("--open", help="Show the HTML form in a browser.")] = False,
) -> int:
    """Show how a mail reads, made of sample values."""
    from mailsupport.mail.preview import find, preview

    site, languages = _settings(given(context))
    found = find(name)
    mail = preview(site, found, lang or languages[0], sample)
    if (html or open_it) and not mail.html:
        raise TemplateProblem(f"{found} has no HTML form here", "show its text: leave --html and --open out")
    if open_it:
        typer.launch(_written(mail, found).as_uri())
    else:
        _print(mail, text_only=text, html_only=html)
    return EXIT_OK


def eject_template(
    context: typer.Context,
    name: Name,
    lang: Also = None,
    force: Annotated[bool, typer.Option("--force", help="Write files anew that are there already.")] = False,
) -> int:
    """Copy a shipped template into the folder of [templates] dir, to be changed there.

    A file there replaces ours alone; to change a block only, keep nothing but it behind a line like
    `{% extends "shipped:escalation/alert.txt.j2" %}`.
    """
    from mailsupport.cli.screen import say
    from mailsupport.mail.preview import eject, find

    where = given(context)
    site = where.settings().templates.dir
    if site is None:
        raise TemplateProblem("the settings name no folder for templates", f'add to {where.path}: [templates] dir = "templates"')
    say(*(f"wrote {path}" for path in eject(site, find(name), lang or (), over=force)))
    return EXIT_OK


def check_templates(context: typer.Context, as_json: Json = False) -> int:
    """Render every template in every language with every sample; exit code 1 when one fails."""
    from mailsupport.cli.screen import mark, say, show_json
    from mailsupport.mail.preview import check_all, listed

    site, languages = _settings(given(context))
    problems = check_all(site, languages)
    if as_json:
        show_json(problems)
    elif problems:
        say(*(f"{mark('failed')} {problem}" for problem in problems))
    else:
        say(f"{mark('ok')} {len(listed(site))} templates in {', '.join(languages)}: each renders with every sample")
    return EXIT_FAILED if problems else EXIT_OK


def _settings(where: Given) -> tuple[Path | None, tuple[str, ...]]:
    """The site's folder and the desk's languages; what is shipped where there is no settings file."""
    if not where.path.exists():
        return None, SHIPPED_LANGUAGES
    settings = where.settings()
    return settings.templates.dir, tuple(settings.languages)


def _written(mail: Rendered, name: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="mailsupport-"))
    page = folder / f"{name.rpartition('/')[2]}.html"
    page.write_text(mail.html or "", "utf-8")
    return page


def _print(mail: Rendered, *, text_only: bool, html_only: bool) -> None:
    from mailsupport.cli.screen import say

    if not html_only:
        say(f"Subject: {mail.subject}", "", *mail.text.rstrip("\n").split("\n"))
    if mail.html and (html_only or not text_only):
        say(*([] if html_only else ["", f"(and as HTML: --html prints it, --open shows it; {len(mail.html.encode())} bytes)"]))
        say(*(mail.html.split("\n") if html_only else []))
