"""Strings of strangers, made safe to show, store and put into a header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsupport.core.reading.clean import FILE_NAME_LIMIT, clean_file_name, clean_line, clean_text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain words", "plain words"),
        ("a\r\nBcc: x@y", "a Bcc: x@y"),
        ("a\tb\n\nc", "a b c"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("bell\x07 \x00nul", "bell nul"),
        ("lone \udce4 byte", "lone \ufffd byte"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("  edges  ", "edges"),
    ],
)
def test_a_line_is_one_line_of_visible_characters(text: str, line: str) -> None:
    """A hidden line end would make an alert that can never be built (attack 15)."""
    assert line == clean_line(text)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        (r"C:\temp\report.pdf", "report.pdf"),
        ("CON.txt", "_CON.txt"),
        (".htaccess", "htaccess"),
        ("a:b?.txt", "a_b_.txt"),
        ("..", ""),
        ("u\u0308ber.txt", "über.txt"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_file_name_is_bare(name: str, clean: str) -> None:
    """No folder, no device, no hidden file, NFC (attack 14)."""
    assert clean == clean_file_name(name)


@given(st.text(st.characters(), max_size=300))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """Clean strings stay as they are, and all are short and fit for a database."""
    line, name, words = clean_line(text), clean_file_name(text), clean_text(text)

    assert (line, name, words) == (clean_line(line), clean_file_name(name), clean_text(words))
    assert len(name) <= FILE_NAME_LIMIT
    (line + name + words).encode("utf-8")


def test_text_keeps_its_lines_and_tabs() -> None:
    """Line ends of every kind become one kind."""
    assert clean_text("a\r\nb\rc\td\x0be\u2028f\x00") == "a\nb\nc\td\ne\nf"
