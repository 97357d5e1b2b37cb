"""Writes docs/reference/templates.md: every template, what it may see, and the filters it has, out of the code itself.

In: the context classes with the strings under their fields, and the filters' docstrings. Out: the page. A test compares it with
the file. `python -m mailsupport.mail.contexts --write` writes it into the checkout; without `--write` it is printed.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

from mailsupport.mail import contexts, facts
from mailsupport.mail.words import FILTERS, Words
from mailsupport.settings.generated import print_or_write

PAGE = Path("docs/reference/templates.md")

_HEAD = """# Templates

Every mail that mailsupport sends is a file. This page is generated from the code (`python -m mailsupport.mail.contexts --write`).

## Where a file is looked for

A template has a name, such as `escalation/alert`. For the language `de` the first of these that exists is taken:

1. `SITE/de/escalation/alert.txt.j2`
2. `templates/de/escalation/alert.txt.j2`, which came with this version
3. `SITE/escalation/alert.txt.j2`
4. `templates/escalation/alert.txt.j2`, which came with this version, in English

`SITE` is `dir` in `[templates]` of the settings. A new folder of a language adds that language; what it lacks is taken from
English. Files whose name begins with `_` are no mails: other files may include them.

## What a file looks like

One file is a whole mail: `Subject: …` on the first line, a blank line, the text. An `.html.j2` beside it is its HTML form; it is
used only if it lies in the same place as the text or in one above it. To change one part of a shipped mail:

```jinja
{% extends "shipped:customer/receipt.txt.j2" %}
{% block greeting %}Dear {{ name or "customer" }},{% endblock +%}
```

(`+%}` keeps the line end that would otherwise be dropped.) Templates run in a sandbox: only the names below exist, an unknown one
is an error, and a mail ends at 256 KB. After every change run `mailsupport check`: it renders every template in every language.
Should one fail later all the same, the built-in plain mail is sent instead and the operator is told.

In a mail to staff or contacts, `[ref:{{ marker }}]` must stand in the first line, best at its end: by it an answer is told from
the notice, also where a program quotes it without any mark.

## Words

`words.toml` beside the templates holds weekdays, months, forms of times and the words for codes. A site's own
`SITE/words.toml` or `SITE/de/words.toml` needs only the lines it changes.

`sayings.toml` beside it holds what customers say: the word for urgent, good and not good, thanks, and the heads of rows in an
answer that closes (`Cause: …`). A site's own `SITE/sayings.toml` or `SITE/de/sayings.toml` adds to them.
"""


def page() -> str:
    """Return the whole page."""
    parts = [_HEAD, *_filters(), "\n## Mails\n", *(text for kind in contexts.KINDS.values() for text in _mail(kind))]
    parts += ["\n## What fields are made of\n", *(text for piece in _pieces() for text in _section(piece, "###"))]
    return "\n".join(parts).rstrip() + "\n"


def _filters() -> Iterator[str]:
    yield "## Filters\n"
    yield "Besides jinja's own:\n"
    for name in FILTERS:
        yield f"- {_first_line(getattr(Words, name))}"


def _mail(made_of: type) -> Iterator[str]:
    names = " and ".join(f"`{name}`" for name in vars(made_of)["templates"])
    yield f"### {names}\n"
    yield from list(_section(made_of, ""))


def _pieces() -> list[type]:
    return [value for value in vars(facts).values() if inspect.isclass(value) and value.__module__ == facts.__name__]


def _section(made_of: type, heading: str) -> Iterator[str]:
    """Yield a class: its docstring, then a table of its fields and properties."""
    if heading:
        yield f"{heading} {made_of.__name__}\n"
    yield f"{inspect.cleandoc(made_of.__doc__ or '')}\n"
    yield "| name | type | meaning |"
    yield "|---|---|---|"
    for name, annotation, meaning in fields_of(made_of):
        yield f"| `{name}` | `{annotation.replace('|', chr(92) + '|')}` | {meaning.replace('|', chr(92) + '|')} |"
    yield ""


def fields_of(made_of: type) -> list[tuple[str, str, str]]:
    """Return name, type and explanation of every field and property of a class, in their order."""
    body = ast.parse(inspect.getsource(made_of)).body[0]
    assert isinstance(body, ast.ClassDef)
    found: list[tuple[str, str, str]] = []
    for at, node in enumerate(body.body):
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and "ClassVar" not in ast.unparse(node.annotation)
        ):
            found.append((node.target.id, ast.unparse(node.annotation), _string(body.body, at + 1)))
        elif isinstance(node, ast.FunctionDef) and node.returns and not node.name.startswith("_") and node.name != "template":
            found.append((node.name, ast.unparse(node.returns), ast.get_docstring(node) or ""))
    return found


def _string(body: list[ast.stmt], at: int) -> str:
    """Return the string that stands under a field; "" when none does."""
    node = body[at] if at < len(body) else None
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return " ".join(node.value.value.split())
    return ""


def _first_line(function: object) -> str:
    return (inspect.getdoc(function) or "").split("\n")[0]


def main(arguments: list[str]) -> int:
    """Print the page, or write it into the checkout."""
    return print_or_write(PAGE, page(), arguments)
