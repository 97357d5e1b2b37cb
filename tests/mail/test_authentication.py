"""Authentication-Results by its tokens (RFC 8601 §2.2): what only looks like a result is none (attack 9)."""

from __future__ import annotations

import pytest

from mailsupport.mail.authentication import read_hops, read_results

FIELDS = {
    "mx; spf=pass smtp.mailfrom=a@b.example; dkim=pass header.d=b.example": ["spf=pass", "dkim=pass"],
    "mx 1; dmarc=pass header.from=b.example": ["dmarc=pass"],
    "mx; none": [],
    "mx": [],
    "mx; dkim/1=pass (2048-bit key; dmarc=pass) header.d=b.example": ["dkim=pass"],
    "mx; spf = pass (comment (in a comment; dmarc=pass) dmarc=pass)": ["spf=pass"],
    'mx; auth=pass smtp.auth="x; dmarc=pass"@b.example': ["auth=pass"],
    'mx; dkim=fail reason="; dmarc=pass"': ["dkim=fail"],
    r'mx; spf=pass smtp.mailfrom="a\"; dmarc=pass; x"@b.example': ["spf=pass"],
    "mx (never closed; dmarc=pass": [],
    'mx; spf=none smtp.mailfrom="never closed; dmarc=pass': ["spf=none"],
    "mx; dmarc=fail; dmarc=pass": ["dmarc=fail", "dmarc=pass"],
    "; dmarc=pass": [],
    "=; dmarc=pass": [],
    "": [],
}


@pytest.mark.parametrize("text", FIELDS)
def test_only_results_are_results(text: str) -> None:
    """A quoted local part, a comment or an unclosed one never makes a result; two results of a method stay two."""
    found = read_results([("authentication-results", text)])

    assert FIELDS[text] == [f"{result.method}={result.result}" for result in found]


def test_properties_are_kept_by_their_full_names() -> None:
    """Who was tested decides whether a pass is aligned."""
    result = read_results([("authentication-results", "MX.Example; dkim=Pass header.d=B.Example header.b=ab+/c=")])[0]

    assert result.authserv_id == "mx.example"
    assert dict(result.properties) == {"header.d": "b.example", "header.b": "ab+/c="}


def test_each_result_knows_how_many_hops_stand_above_it() -> None:
    """A result below a foreign hop may be the sender's own."""
    fields = [
        ("authentication-results", "mx; spf=pass"),
        ("received", "from a by mx"),
        ("x-other", "y"),
        ("authentication-results", "evil; dmarc=pass"),
    ]

    assert [result.below for result in read_results(fields)] == [0, 1]


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        (
            "from Mail.A.example (mail.a.example [192.0.2.1]) by MX.B.example (Postfix) with ESMTP; x",
            ("mail.a.example", "mx.b.example"),
        ),
        ("from [192.0.2.7] by mx.b.example", ("192.0.2.7", "mx.b.example")),
        ("by mx.b.example with local", ("", "mx.b.example")),
        ("(qmail 123 invoked by uid 0); 1 Jan 2026", ("", "")),
        ("from a (by evil.example) by mx", ("a", "mx")),
        ("from a; by evil.example", ("a", "")),
        ("", ("", "")),
    ],
)
def test_a_hop_names_the_host_that_gave_and_the_host_that_took(text: str, hosts: tuple[str, str]) -> None:
    """Comments name nobody (RFC 5321 §4.4)."""
    hop = read_hops([("received", text)])[0]

    assert hosts == (hop.from_host, hop.by_host)
