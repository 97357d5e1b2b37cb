"""An answer's HTML: the letters of the text and nothing else, harmless, or none; whatever the page was."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailsupport.mail.htmltext import html_to_text
from mailsupport.mail.relayed import Rich, rich_answer

WORDS = "Hello Erika, hold the green button for 5 seconds."


def cut(html: str, words: str = WORDS, new: str = "", pictures: dict[str, str] | None = None, ours: str = "\0") -> Rich | None:
    """The answer of a page whose new words are these."""
    return rich_answer(html, new or words, words, pictures or {}, lambda text: ours in text)


def letters(text: str) -> str:
    """Letters and digits."""
    return "".join(filter(str.isalnum, text))


HARMLESS = {
    "script": f"<p>{WORDS}</p><script>alert(1)</script>",
    "script in a word": WORDS.replace("green", "gr<script>alert(1)</script>een"),
    "handler": f'<p onclick="x()" onmouseover=y()>{WORDS}</p>',
    "javascript link": WORDS.replace("green", '<a href="javascript:alert(1)">green</a>'),
    "data link": WORDS.replace("green", '<a href="data:text/html,x">green</a>'),
    "coded link": WORDS.replace("green", '<a href="jav&#x09;ascript:alert(1)">green</a>'),
    "svg": f"<p>{WORDS}</p><svg onload=alert(1)><text>x</text></svg>",
    "math": f"<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mtext></math><p>{WORDS}</p>",
    "frame": f'<iframe src="https://x.example"></iframe><p>{WORDS}</p>',
    "form": f'<form action="https://x.example"><p>{WORDS}</p><input name=a><button>go</button></form>',
    "base": f'<base href="https://x.example/"><p>{WORDS}</p>',
    "refresh": f'<meta http-equiv="refresh" content="0;url=https://x.example"><p>{WORDS}</p>',
    "style": f'<p style="background:url(https://x.example/a);position:fixed;color:red">{WORDS}</p>',
    "style by expression": f'<p style="width:expression(alert(1));behavior:url(x)">{WORDS}</p>',
    "background": f'<table background="https://x.example/a"><tr><td>{WORDS}</td></tr></table>',
    "picture elsewhere": f'<p>{WORDS}<img src="https://x.example/a" srcset="https://x.example/b 2x"></p>',
    "picture without scheme": f'<p>{WORDS}<img src="//x.example/a"></p>',
    "names": f'<p class="canary" id="canary" title="canary" data-x="canary" aria-label="canary">{WORDS}</p>',
    "never closed": f"<div><b><table><tr><td>{WORDS}",
    "closed too often": f"</div></b></p>{WORDS}</td></table></html>",
    "conditional": f"<!--[if mso]><p>canary</p><![endif]--><p>{WORDS}</p>",
    "comment in a comment": f"<!-- <!-- canary --> --><p>{WORDS}</p>",
}


@pytest.mark.parametrize("name", HARMLESS)
def test_nothing_that_acts_or_loads_is_left(name: str) -> None:
    """The words are there, or the HTML is left out; what acts is gone in any case."""
    rich = cut(HARMLESS[name])
    html = rich.html if rich else ""

    assert not re.search(
        r"<script|javascript|data:|onload|onclick|onerror|x\.example|canary|<svg|<math|<form|<iframe|<meta|<base|url\(|expression",
        html,
    )
    assert rich is None or letters(html_to_text(html)) == letters(WORDS)


SAME = {
    "bold": ("<p>Hello <b>Erika</b>, hold the green button for 5 seconds.</p>", "<b>Erika</b>"),
    "colour": (WORDS.replace("green", '<span style="color:#00aa00">green</span>'), "color:#00aa00"),
    "table": (f'<table border="1"><tr><td>{WORDS}</td></tr></table>', "<td>"),
    "link": (WORDS.replace("green", '<a href="https://a.example/g">green</a>'), 'href="https://a.example/g"'),
}


@pytest.mark.parametrize("name", SAME)
def test_layout_stays(name: str) -> None:
    """What is harmless and seen."""
    page, expected = SAME[name]
    rich = cut(page)

    assert rich is not None and expected in rich.html


OTHER = {
    "one word more": "Hello dear Erika, hold the green button for 5 seconds.",
    "one word less": "Hello Erika, hold the button for 5 seconds.",
    "another number": WORDS.replace("5", "50"),
    "another order": "hold the green button for 5 seconds, Hello Erika.",
    "something above": f"From: nobody<br>{WORDS}",
    "nothing": "",
}


@pytest.mark.parametrize("name", OTHER)
def test_other_words_are_left_out(name: str) -> None:
    """HTML that differs from the text by one letter is not sent."""
    assert cut(OTHER[name]) is None


def test_black_is_no_colour() -> None:
    """A dark mail program chooses its own."""
    rich = cut(f'<p style="color:black;background:#ffffff;font-size:11pt">{WORDS}</p>')

    assert rich is not None and "color" not in rich.html and "font-size:11pt" in rich.html


def test_numbers_of_a_list_are_no_other_words() -> None:
    """A text has them written out."""
    rich = cut("<p>Please:</p><ol><li>Open it.</li><li>Press 3 times.</li></ol>", "Please:\n1. Open it.\n2. Press 3 times.")

    assert rich is not None and "<ol>" in rich.html


def test_addresses_of_links_are_no_other_words() -> None:
    """Programs write them behind the words, in a text."""
    page = 'See <a href="https://a.example/x?y=1">our page</a>.'

    assert cut(page, "See our page <https://a.example/x?y=1>.") and cut(page, "See our page.")


def test_a_picture_is_named_anew() -> None:
    """Its id is ours; its description, which its author never saw, is left out."""
    rich = cut(
        f'{WORDS}<br><img src="cid:a@laptop" alt="C:\\\\secret\\\\plan.png" width="20">', pictures={"a@laptop": "p1@acme.example"}
    )

    assert rich is not None and rich.images == {"p1@acme.example"}
    assert 'src="cid:p1@acme.example"' in rich.html and "secret" not in rich.html and "laptop" not in rich.html


def test_a_picture_below_a_signature_mark_is_none_of_the_answer() -> None:
    """The search for pictures ends where a program marks its signature, a rule or a quote."""
    for mark in ('<div class="gmail_signature">', "<hr><div>", '<blockquote type="cite">', "<p>-- </p><div>"):
        rich = cut(f'<p>{WORDS}</p>{mark}<img src="cid:a@x"></div>', pictures={"a@x": "p1@acme.example"})
        assert rich is not None and not rich.images


def test_what_is_internal_is_no_link() -> None:
    """The words stay, the address goes; in the words themselves it leaves the HTML out."""
    rich = cut(WORDS.replace("green", '<a href="mailto:anna@acme.example">green</a>'), ours="anna@acme.example")

    assert rich is not None and "anna" not in rich.html
    assert cut(f"{WORDS} anna@acme.example", f"{WORDS} anna@acme.example", ours="anna@acme.example") is None


PIECES = st.sampled_from(
    [
        *("<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<table><tr><td>", "</table>", "<br>", "<ol><li>", "</ol>", "<pre>"),
        *("<!--", "-->", "<script>", "</script>", "<style>", "</style>", "<img src=cid:x>", "<blockquote>", "<", ">", "&", '"'),
        *(
            '<span style="display:none">',
            '<span style="color:#fff">',
            "</span>",
            "<a href='https://a.example'>",
            "</a>",
            "<![if x]>",
        ),
        *("Hello ", "Erika", ", hold", " the", " green\n", "button.", "5", " ", "-- ", "Anna", "é", "\u200b", "日本"),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_the_html_never_says_more_than_the_text(page: str) -> None:
    """Whatever the page: cut by its own text, the result has exactly its letters, and cut again it is the same."""
    words = html_to_text(page, strictly=True)
    rich = cut(page, words)

    said = html_to_text(rich.html, strictly=True) if rich else words
    assert letters(said.replace("https://a.example", "")) == letters(words.replace("https://a.example", ""))


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 100_000,
        "<b>a" * 50_000,
        "<img src=cid:x>" * 30_000,
        "<!--" * 100_000,
        "</p>" * 100_000,
        'a="' * 100_000,
        "a " * 250_000,
    ],
    ids=["deep", "open", "pictures", "comments", "closing", "quotes", "long"],
)
def test_a_hostile_page_is_done_with_quickly(page: str) -> None:
    """Half a megabyte of anything is cut or given up in linear time."""
    began = time.monotonic()
    cut(f"{WORDS}{page}"[: 512 * 1024])

    assert time.monotonic() - began < 5
