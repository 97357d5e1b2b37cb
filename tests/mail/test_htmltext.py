"""What a person reads in an HTML mail, and nothing that a sender hid."""

from __future__ import annotations

import pytest

from mailsupport.mail.htmltext import html_to_text

PAGES = {
    "<p>one</p><p>two</p>": "one\n\ntwo",
    "<div>one</div><div>two</div>": "one\ntwo",
    "one<br>two<br/><br>three": "one\ntwo\n\nthree",
    "a  lot\n of   <b>white</b> space": "a lot of white space",
    "<ul><li>one<li>two</ul><ol><li>x</li><li>y</li></ol>": "- one\n- two\n\n1. x\n2. y",
    "<table><tr><td>Name<td>Max<tr><td>Age<td>4</table>": "Name  Max\nAge  4",
    '<a href="https://x.example/y">click</a>': "click <https://x.example/y>",
    '<a href="https://x.example/">x.example</a>': "x.example",
    '<a href="mailto:a@b.example">a@b.example</a>': "a@b.example",
    '<a href="mailto:a@b.example?subject=x">write</a>': "write <a@b.example>",
    '<a href="javascript:x()">press</a> <a href="#top">up</a>': "press up",
    "before<blockquote>quoted<br>text</blockquote>after": "before\n\n> quoted\n> text\n\nafter",
    "<blockquote>one<blockquote>two</blockquote></blockquote>": "> one\n>\n> > two",
    "<pre>a\n  b</pre>": "a\n  b",
    "above<hr>below": f"above\n{'_' * 32}\nbelow",
    '<img src=x alt="chart"> <img src=y>': "[chart]",
    "5 &lt; 6 &amp; 7&nbsp;8 &euro;": "5 < 6 & 7 8 €",
    "5 < 6 and a<b": "5 < 6 and a<b",
    '<div title="a > b">text</div>': "text",
    '<div title="never closed>text': "text",
    "</p></td></div>text</b>": "text",
    "<b>bold<i>both</b>rest</i>": "boldbothrest",
    "<td></div>inside a cell</td>": "inside a cell",
}


@pytest.mark.parametrize("html", PAGES)
def test_a_page_reads_like_this(html: str) -> None:
    """B6: Structure a reader needs is kept, everything else is words."""
    assert PAGES[html] == html_to_text(html)


@pytest.mark.parametrize(
    "html",
    [
        "<style>secret</style>",
        "<script>secret</script>",
        "<SCRIPT>var a = '<b>secret</b>'</SCRIPT>",
        "<title>secret</title>",
        "<!-- secret -->",
        "<!DOCTYPE secret>",
        "<?xml secret?>",
        '<div style="display: none">secret<div>secret</div></div>',
        '<span style="FONT-SIZE:0px;color:red">secret</span>',
        '<p style="mso-hide:all">secret',
        "<div hidden>secret</div>",
        '<div style="max-height:0;overflow:hidden">secret</div>',
        '<img style="display:none" alt="secret">',
        '<a style="display:none" href="https://secret.example">x</a>',
    ],
)
def test_what_is_hidden_is_no_text(html: str) -> None:
    """B6: Nobody answers, quotes or obeys words that the sender did not show."""
    assert html_to_text(f"<p>seen</p>{html}<p>also</p>").split() == ["seen", "also"]


def test_a_small_font_is_not_hidden() -> None:
    """Only a font of size zero hides."""
    assert html_to_text('<p style="font-size:0.9em">small</p>') == "small"
