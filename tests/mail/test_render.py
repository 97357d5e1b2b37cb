"""The template engine: where files are looked for, what they may do, what is said when they fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailsupport.errors import TemplateProblem
from mailsupport.mail.contexts import Context, ReceiptContext
from mailsupport.mail.render import OUTPUT_LIMIT, Templates, check_all
from mailsupport.mail.samples import samples

RECEIPT = samples()["customer/receipt"][0]
ALERT = samples()["escalation/alert"][0]


def write(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(text, encoding="utf-8")


def problem_of(tmp_path: Path, text: str, context: Context = RECEIPT) -> TemplateProblem:
    write(tmp_path, "customer/receipt.txt.j2", text)
    with pytest.raises(TemplateProblem) as caught:
        Templates(tmp_path).render("customer/receipt", "en", context)
    return caught.value


def test_first_lines_are_the_subject_and_the_rest_is_the_text(tmp_path: Path) -> None:
    """One file is a whole mail."""
    write(tmp_path, "customer/receipt.txt.j2", "Subject: About\n  {{ tag }}\n\nHello\n\nagain\n")

    rendered = Templates(tmp_path).render("customer/receipt", "en", RECEIPT)

    assert (rendered.subject, rendered.text, rendered.html) == ("About #4711-k3", "Hello\n\nagain\n", None)


@pytest.mark.parametrize(
    ("language", "places", "expected"),
    [
        ("de", ["site/de", "site"], "site/de"),
        ("de", ["site"], "shipped"),  # a site's English file is no German mail
        ("de-AT", ["site/de-AT", "site/de"], "site/de-AT"),
        ("de-AT", ["site/de"], "site/de"),
        ("en", ["site"], "site"),
        ("fr", ["site"], "site"),
        ("fr", ["site/fr"], "site/fr"),
        ("en", [], "shipped"),
        ("../../etc", ["site"], "site"),
        ("", ["site"], "site"),
    ],
)
def test_the_nearest_file_is_taken(tmp_path: Path, language: str, places: list[str], expected: str) -> None:
    """G10: The search order is site and language, shipped and language, site, shipped: what is not translated is in English."""
    for place in places:
        write(tmp_path, f"{place}/customer/receipt.txt.j2", f"Subject: {place}\n\nx\n")
    (tmp_path / "site").mkdir(exist_ok=True)

    subject = Templates(tmp_path / "site").render("customer/receipt", language, RECEIPT).subject

    assert expected == (subject if places and subject in places else "shipped")


def test_site_file_extends_the_shipped_one(tmp_path: Path) -> None:
    """`shipped:` reaches the file of the same name that came with this version."""
    write(
        tmp_path,
        "customer/receipt.txt.j2",
        '{% extends "shipped:customer/receipt.txt.j2" %}{% block greeting %}Dear {{ name }},{% endblock +%}',
    )

    text = Templates(tmp_path).render("customer/receipt", "en", RECEIPT).text

    assert text.startswith("Dear Erika Muster,\n\nwe have your message.")


def test_html_of_another_place_is_not_sent_beside_a_sites_text(tmp_path: Path) -> None:
    """A reader would see our words in HTML where the site wrote its own in text."""
    write(tmp_path, "escalation/alert.txt.j2", "Subject: ours\n\nx\n")

    assert Templates(tmp_path).render("escalation/alert", "en", ALERT).html is None


def test_site_may_replace_the_html_alone(tmp_path: Path) -> None:
    """HTML in a place above the text's is used."""
    write(tmp_path, "escalation/alert.html.j2", "<p>{{ ticket.subject }}</p>")

    assert Templates(tmp_path).render("escalation/alert", "en", ALERT).html == "<p>Printer on floor 3 prints blank pages</p>"


def test_unknown_name_is_an_error_with_file_line_and_cure(tmp_path: Path) -> None:
    """A missing variable names where it is used."""
    problem = problem_of(tmp_path, "Subject: x\n\nHello\n{{ nmae }}\n")

    assert "receipt.txt.j2, line 4: 'nmae' is undefined" in problem.message
    assert "docs/reference/templates.md" in problem.cure


def test_syntax_error_names_file_and_line(tmp_path: Path) -> None:
    """A file that cannot be compiled names the line."""
    assert "receipt.txt.j2, line 3:" in problem_of(tmp_path, "Subject: x\n\n{% if %}\n").message


def test_file_without_subject_is_an_error(tmp_path: Path) -> None:
    """A mail begins with its subject."""
    assert "does not begin with “Subject:”" in problem_of(tmp_path, "Hello\n\nyou\n").message


def test_missing_template_is_an_error() -> None:
    """A name without a file is a problem, not a crash."""
    with pytest.raises(TemplateProblem, match="there is no file nowhere/none"):
        Templates().render("nowhere/none", "en", RECEIPT)


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__ }}",
        "{{ name.__init__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler }}",
        "{{ 'a' * 10**8 }}",
        "{{ 'a' * 100000000 }}",
        "{{ 10 ** 10 ** 10 }}",
        "{{ 'a'.ljust(100000000) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '{:>1000000000}'.format(1) }}",
        "{% for a in range(10**9) %}{% endfor %}",
        "{% for a in range(9999) %}{{ tag * 1 }}{% endfor %}",
        "{% include '../../../../etc/passwd' %}",
        "{% include '/etc/passwd' %}",
        "{% include 'shipped:../pyproject.toml' %}",
        "{% extends 'customer/receipt.txt.j2' %}",
    ],
)
def test_sandbox_lets_nothing_out(tmp_path: Path, attack: str) -> None:
    """No attribute, no file outside, no endless text."""
    assert problem_of(tmp_path, f"Subject: x\n\n{attack}\n").cure


def test_output_ends_at_the_cap(tmp_path: Path) -> None:
    """A template that writes too much is a problem that says so."""
    flood = "{% for a in range(9999) %}" + "x" * (OUTPUT_LIMIT // 9000) + "{% endfor %}"

    assert "writes more than 256 KB" in problem_of(tmp_path, f"Subject: x\n\n{flood}\n").message


def test_customers_words_are_not_rendered_again() -> None:
    """Template code in a subject arrives as it was written."""
    context = ReceiptContext(True, "#1-aa", "Acme", "", "UTC", subject="{{ 7*7 }}{% raw %}", name="{{ tag }}")

    rendered = Templates().render("customer/receipt", "en", context)

    assert rendered.subject == "Re: {{ 7*7 }}{% raw %}"
    assert "Hello {{ tag }}," in rendered.text


def test_hidden_line_end_stays_in_the_subject() -> None:
    """A subject with line ends does not move words into the text or make a header."""
    context = ReceiptContext(True, "#1-aa", "Acme", "", "UTC", subject="Printer\r\n\r\nBcc: x@y.example")

    assert Templates().render("customer/receipt", "en", context).subject == "Re: Printer Bcc: x@y.example"


def test_zone_nobody_knows_is_shown_as_utc() -> None:
    """A wrong zone name does not stop a mail."""
    context = ReceiptContext(True, "#1-aa", "Acme", "", "Mars/Base", answer_by=RECEIPT.answer_by)

    assert "Mon 23 Nov, 10:20 UTC" in Templates().render("customer/receipt", "en", context).text


def test_words_of_a_new_language_come_from_its_folder(tmp_path: Path) -> None:
    """A dropped folder adds a language; what its words leave out is English."""
    write(tmp_path, "fr/customer/receipt.txt.j2", "Subject: x\n\n{{ answer_by|when(zone) }} {{ 120|span }}\n")
    write(tmp_path, "fr/words.toml", 'weekdays = ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."]\n')

    assert Templates(tmp_path).render("customer/receipt", "fr", RECEIPT).text == "lun. 23 Nov, 11:20 CET 2 minutes\n"


@pytest.mark.parametrize(
    "words",
    [
        'weekdays = ["one"]',
        "weekdays = 3",
        "not toml",
        '[forms]\nwhen = "{wekday}"',
        '[spans]\nminutes = ["a"]',
        "[spans]\nminutes = 1",
        'shortened = "{lef}"',
    ],
)
def test_broken_words_are_a_problem(tmp_path: Path, words: str) -> None:
    """A words file that does not fit is found when templates are checked."""
    write(tmp_path, "words.toml", words)

    assert check_all(tmp_path, ["en"])


def test_check_names_each_broken_template_once(tmp_path: Path) -> None:
    """G9: All problems come at once."""
    write(tmp_path, "customer/relay.txt.j2", "Subject: x\n\n{{ nothing }}")
    write(tmp_path, "staff/held.txt.j2", "no subject")

    problems = check_all(tmp_path, ["en", "de"])

    assert len(problems) == 2
    assert "relay.txt.j2, line 3" in problems[0]
    assert "staff/held" in problems[1]


def test_check_finds_misspelt_files(tmp_path: Path) -> None:
    """A file that no mail is made from would silently change nothing."""
    write(tmp_path, "custmer/receipt.txt.j2", "Subject: x\n\nx")
    write(tmp_path, "_foot.txt.j2", "included by others")
    write(tmp_path, "de/customer/receipt.txt.j2", "Subject: x\n\nx")

    problems = check_all(tmp_path, ["en"])

    assert len(problems) == 1
    assert "did you mean customer/receipt.txt.j2?" in problems[0]


def test_check_says_when_the_folder_is_missing(tmp_path: Path) -> None:
    """A wrong `dir` is named."""
    assert "is no folder" in check_all(tmp_path / "none", [])[0]


def test_check_measures_html(tmp_path: Path) -> None:
    """Gmail clips long HTML."""
    write(tmp_path, "escalation/alert.html.j2", "x" * 91_000)

    assert any("Gmail clips it" in problem for problem in check_all(tmp_path, ["en"]))
