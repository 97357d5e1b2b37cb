"""Encoded words and parameters as programs really write them (RFC 2047, RFC 2231)."""

from __future__ import annotations

import pytest

from mailsupport.mail.headers import decoded_text, parameters

WORDS = {
    b"plain": "plain",
    b"=?utf-8?q?a=C3?= =?utf-8?q?=A4b?=": "aäb",
    b"=?utf-8?B?w6Q?= =?UTF-8?b?w7w=?=": "äü",
    b"=?utf-8?q?one?= and =?iso-8859-1?q?tw=F6?=": "one and twö",
    b"=?utf-8?Q?a b?=": "a b",
    b"=?utf-8?Q?what??=": "what?",
    b"=?utf-8*de?Q?=C3=A4?=": "ä",
    b"x=?utf-8?q?=C3=A4?=y": "xäy",
    b"=?x-nothing?Q?=E4?=": "ä",
    b"=?punycode?q?abc?=": "abc",
    b"=?utf-8?q?never ended": "=?utf-8?q?never ended",
    b"=?gb2312?B?1tC5+g==?=": "中国",
    b"=?iso-2022-jp?B?GyRCJDMkcyRLJEEkTxsoQg==?=": "こんにちは",
    b"raw \xe4": "raw ä",
    b"raw \xc3\xa4": "raw ä",
}


@pytest.mark.parametrize("value", WORDS)
def test_a_field_reads_as_it_was_meant(value: bytes) -> None:
    """Adjacent words join before they are decoded; what is no word stays as it is (B3)."""
    assert WORDS[value] == decoded_text(value)


PARAMETERS = {
    b"text/plain; charset=utf-8": ("text/plain", {"charset": "utf-8"}),
    b'TEXT/Plain (a; comment); Charset="utf-8"': ("text/plain", {"charset": "utf-8"}),
    b"a/b; name*0*=utf-8''a%C3; name*1*=%A4; name*2=.pdf": ("a/b", {"name": "aä.pdf"}),
    b"a/b; name*=utf-8''%e2%82%ac.txt; name=e.txt": ("a/b", {"name": "€.txt"}),
    b"a/b; name*=no%20charset.txt": ("a/b", {"name": "no charset.txt"}),
    b'a/b; name="=?utf-8?q?=C3=A4.pdf?="': ("a/b", {"name": "ä.pdf"}),
    b"a/b; name=my file (1).pdf; x=y": ("a/b", {"name": "my file (1).pdf", "x": "y"}),
    b'a/b; name="a\\"b;c.pdf"': ("a/b", {"name": 'a"b;c.pdf'}),
    b'a/b; name="never closed; x=y': ("a/b", {"name": "never closed", "x": "y"}),
    b"a/b; name=first; name=second": ("a/b", {"name": "first"}),
    b"a/b;;; ; x=y": ("a/b", {"x": "y"}),
    b"": ("", {}),
}


@pytest.mark.parametrize("value", PARAMETERS)
def test_parameters_are_read_whole_or_broken(value: bytes) -> None:
    """Continued, encoded, unquoted and unclosed values have the meaning their writer had in mind."""
    assert PARAMETERS[value] == parameters(value)
