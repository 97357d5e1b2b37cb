"""What a template may do, and that the short ways in `mail.sandbox` say what the long ones say."""

from __future__ import annotations

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.exceptions import SecurityError
from markupsafe import Markup, escape

from mailsupport.core.reading.clean import clean_text
from mailsupport.mail.sandbox import Sandbox


def _made(source: str, **values: object) -> str:
    sandbox = Sandbox(undefined=jinja2.StrictUndefined, autoescape=True)
    return sandbox.from_string(source).render(values)


@given(st.text(max_size=100))
def test_whatever_is_put_out_is_escaped_as_markupsafe_does(text: str) -> None:
    """A text of any length stands in HTML as `escape` makes it."""
    assert _made("<b>{{ text }}</b>", text=text) == f"<b>{escape(text)}</b>"


@pytest.mark.parametrize("value", [Markup("<i>a</i>"), 7, None, True, ["<"]])
def test_values_that_are_no_text_are_escaped_as_markupsafe_does(value: object) -> None:
    """What is safe stays as it is; anything else is escaped as a text."""
    assert _made("{{ value }}", value=value) == str(escape(value))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{% macro m(a) %}[{{ a }}]{% endmacro %}{{ m("<") }}', "[&lt;]"),
        ('{% macro m(a, b="&") %}{{ a }}{{ b }}{% endmacro %}{{ m("1") }}', "1&amp;"),
        ('{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m("1", b="2") }}', "12"),
        ('{% macro m(a) %}{{ a }}{{ varargs|join }}{% endmacro %}{{ m("1") }}{{ m("1", "2") }}', "112"),
        ('{% macro m(a) %}{{ a }}{{ kwargs.b }}{% endmacro %}{{ m("1", b="2") }}', "12"),
        ('{% macro m(a) %}{{ a }}{{ caller() }}{% endmacro %}{% call m("1") %}<i>{% endcall %}', "1<i>"),
        ('{% block b %}{{ "<" }}{% endblock %}{{ self.b() }}', "&lt;&lt;"),
    ],
)
def test_macros_and_blocks_are_called_as_jinja_calls_them(source: str, expected: str) -> None:
    """Named, left out, further and calling arguments arrive; what a macro or a block returns is not escaped again."""
    assert _made(source) == expected


@pytest.mark.parametrize("source", ["{{ self._TemplateReference__context }}", "{{ self.__init__ }}", "{{ self.nothing }}"])
def test_a_template_reaches_nothing_through_itself(source: str) -> None:
    """`self` offers blocks, and nothing of the program."""
    with pytest.raises((SecurityError, jinja2.UndefinedError)):
        _made(source)


@pytest.mark.parametrize(
    "source",
    [
        '{{ "x".encode().ljust(9) }}',
        '{{ 5 .to_bytes(9, "big") }}',
        '{{ "x".ljust(9) }}',
        '{{ "x" * 9 }}',
        '{{ ("x"|attr("format"))() }}',
    ],
)
def test_nothing_makes_much_out_of_little(source: str) -> None:
    """Texts, numbers and bytes have no method that fills memory by one call."""
    with pytest.raises(SecurityError):
        _made(source)


@given(st.text(alphabet=st.characters(max_codepoint=0x7F), max_size=60))
def test_plain_text_is_cleaned_as_any_text(text: str) -> None:
    """ASCII takes a quicker way: it loses the same signs as beside a letter of another script."""
    assert clean_text(text) == clean_text(f"{text}ä").removesuffix("ä")
