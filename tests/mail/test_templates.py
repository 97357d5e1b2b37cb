"""The shipped mails: what each must say, and must not."""

from __future__ import annotations

import re
import textwrap
from copy import copy
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailsupport.core.reading.quoting import split
from mailsupport.mail import facts, templates_page
from mailsupport.mail.contexts import (
    KINDS,
    AlertContext,
    AllClearContext,
    Context,
    NotificationContext,
    ReceiptContext,
    kind_of,
    template_of,
)
from mailsupport.mail.fallback import plain_fallback
from mailsupport.mail.htmltext import html_to_text
from mailsupport.mail.render import Rendered, Templates, check_all
from mailsupport.mail.samples import samples
from mailsupport.resources import shipped

TEMPLATES = Templates()
ALL = [(name, context) for name, contexts in samples().items() for context in contexts]
MARKED = [context for _, context in ALL if isinstance(context, NotificationContext | AlertContext | AllClearContext)]
SIGNED = [context for _, context in ALL if hasattr(context, "marker")]
LANGUAGES = ["en", "de"]


def rendered(context: Context, language: str = "en") -> Rendered:
    return TEMPLATES.render(template_of(context), language, context)


def sample(name: str, number: int = 0) -> Context:
    return samples()[name][number]


def test_every_template_renders_in_every_language() -> None:
    """`check` finds nothing wrong with what is shipped."""
    assert check_all(None, ["en", "de", "de-AT", "fr"]) == []


def test_every_template_has_samples() -> None:
    """A mail without a sample would be tried for the first time at night."""
    ours = shipped("templates")
    named = {path.relative_to(ours).as_posix().removesuffix(".txt.j2") for path in ours.rglob("*.txt.j2")}

    assert named == set(samples()) | {f"de/{name}" for name in samples()}


def test_every_sample_fits_its_template() -> None:
    """A sample is listed under the template it is for."""
    assert all(template_of(context) == name and name in KINDS[kind_of(context)].templates for name, context in ALL)


@pytest.mark.parametrize(
    "made_of", [*KINDS.values(), *(v for v in vars(facts).values() if isinstance(v, type) and hasattr(v, "__slots__"))]
)
def test_every_field_is_explained(made_of: type) -> None:
    """The reference page leaves no name without a meaning."""
    assert all(meaning for _, _, meaning in templates_page.fields_of(made_of))


@pytest.mark.parametrize("made_of", KINDS.values())
def test_every_field_is_set_in_a_sample(made_of: type[Context]) -> None:
    """No branch of a template stays untried."""
    ours = [context for _, context in ALL if isinstance(context, made_of)]
    unset = [f.name for f in fields(made_of) if not any(getattr(context, f.name) not in ("", (), None, 0) for context in ours)]

    assert unset == []


def test_reference_page_is_up_to_date() -> None:
    """Run `python -m mailsupport.mail.contexts --write` after a change."""
    assert templates_page.page() == (Path(__file__).parents[2] / templates_page.PAGE).read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("context", MARKED, ids=lambda c: template_of(c))
def test_marker_ends_the_first_line_and_stands_at_both_ends_of_html(context: Context, language: str) -> None:
    """By the marker an answer is told from our notice; a person reads the sentence before it first."""
    mail = rendered(context, language)
    assert mail.html is not None
    hidden = [
        found.start()
        for found in re.finditer("<span[^>]*display:none[^>]*>" + re.escape("[ref:k3f9q2x7mzw4r6ab]</span>"), mail.html)
    ]

    assert mail.text.partition("\n")[0].endswith(" [ref:k3f9q2x7mzw4r6ab]")
    assert not mail.text.startswith("[")
    assert len(hidden) == 2
    assert hidden[0] < 1500
    assert hidden[1] > len(mail.html) - 200


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("context", MARKED, ids=lambda c: template_of(c))
def test_answer_above_the_notice_is_told_from_it(context: Context, language: str) -> None:
    """P7: no line of a notice is taken for the answer, be it quoted or not, in text or in HTML alone."""
    mail = rendered(context, language)
    quoted = "\n".join(f"> {line}" for line in mail.text.split("\n"))
    html = f"<p>Please restart it.</p>{mail.html}"
    answers = [
        split(f"Please restart it.\n\n{mail.text}").new,
        split(f"Please restart it.\n\nOn Mon, 23 Nov 2026 at 11:31, Acme Support <s@acme.example> wrote:\n{quoted}").new,
        split(html_to_text(html), html).new,
    ]

    assert answers == ["Please restart it."] * 3


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("context", SIGNED, ids=lambda c: template_of(c))
@pytest.mark.parametrize("width", [40, 72])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_notice_that_was_wrapped_without_a_mark_is_told_from_the_answer(
    context: Context, language: str, width: int, gap: str
) -> None:
    """P7: Every mail of ours to staff begins with a sentence of `core.reading.wording.OWN_LEADS`, and our marker ends it."""
    text = rendered(context, language).text
    narrow = "\n".join(piece for line in text.split("\n") for piece in textwrap.wrap(line, width) or [""])

    assert text.partition("\n")[0].endswith("]") and not text.startswith("[")
    assert split(f"Please restart it.{gap}{narrow}").new == "Please restart it."


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("context", MARKED, ids=lambda c: template_of(c))
def test_html_loads_nothing_and_is_small(context: Context, language: str) -> None:
    """No picture, no style sheet, no script, no link but mailto; below 30 KB."""
    html = rendered(context, language).html or ""

    assert re.findall(r"(?:src|background)=|url\(|https?:|<link|<script|<style|<img|<form", html) == []
    assert set(re.findall(r'href="(\w+):', html)) <= {"mailto"}
    assert len(html.encode()) < 30_000


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("context", MARKED, ids=lambda c: template_of(c))
def test_html_names_its_language_and_layout_tables(context: Context, language: str) -> None:
    """Screen readers are told the language and skip layout tables."""
    html = rendered(context, language).html or ""

    assert f'<html lang="{language}">' in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert html.count("<table ") == html.count('<table role="presentation"') == html.count("</table>")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "context"), ALL)
def test_hostile_words_arrive_as_they_are(name: str, context: Context, language: str) -> None:
    """Code of any kind in a customer's words is shown, never obeyed."""
    mail = TEMPLATES.render(name, language, context)

    assert ("{{7*7}} {% raw %} <script>" in mail.subject + mail.text) == ("{{7*7}}" in repr(context))
    assert "<script" not in (mail.html or "")


def test_unknown_sender_gets_no_word_of_theirs() -> None:
    """Nobody sends words to a victim through us."""
    context = ReceiptContext(
        False, "#1-aa", "Acme", "", "UTC", name="Buy now", subject="Buy here", promise="Buy", next_contact="Buy"
    )
    mail = TEMPLATES.render(context.template, "en", context)

    assert mail.subject == "We have your message (#1-aa)"
    assert "Buy" not in mail.text


@pytest.mark.parametrize(("language", "words"), [("en", "unknown sender"), ("de", "unbekannter Absender")])
@pytest.mark.parametrize("name", ["escalation/alert", "escalation/all_clear", "staff/notification"])
def test_mail_without_from_is_from_an_unknown_sender(name: str, language: str, words: str) -> None:
    """Who wrote is said in words, also where the mail named nobody; in the plain form in English."""
    context: Any = sample(name)
    nobody = replace(context.ticket, requester_name="", requester_address="", customer="")
    mail = rendered(replace(context, ticket=nobody, **({"author_address": ""} if name == "staff/notification" else {})), language)

    assert words in mail.text
    assert not mail.html or words in mail.html
    assert "unknown sender" in plain_fallback(name.rpartition("/")[2], replace(context, ticket=nobody)).subject


@pytest.mark.parametrize(("language", "words"), [("en", "a reply can reach nobody"), ("de", "eine Antwort erreicht niemanden")])
def test_notification_of_a_mail_without_from_promises_no_way_back(language: str, words: str) -> None:
    """Its first line does not say that a reply goes to somebody."""
    context: Any = sample("staff/notification")
    nobody = replace(context.ticket, requester_name="", requester_address="")
    mail = rendered(replace(context, ticket=nobody, reply_goes_to=()), language)

    assert words in mail.text.splitlines()[0]
    assert words in (mail.html or "")


def test_known_customer_is_told_when_and_who() -> None:
    """The receipt has the time in the customer's zone and the next of the chain."""
    text = rendered(sample("customer/receipt")).text

    assert "by Mon 23 Nov, 11:20 CET (within 1 hour, around the clock)" in text
    assert "Should that not happen, Ben Ito is told at once" in text


def test_relay_keeps_answer_and_quotes_once() -> None:
    """The customer gets the person's words, the signature, and their own words below."""
    text = rendered(sample("customer/relay")).text

    assert text.index("hold the green button") < text.index("-- \nAcme Support") < text.index("wrote:\n> Good morning")
    assert "[ref:" not in text


def test_alert_says_everything() -> None:
    """What happened, what is expected, who was told, who is next and when, how to act."""
    mail = rendered(sample("escalation/alert"))

    for said in (
        "Globex GmbH has had no answer",
        "promised by Mon 23 Nov, 11:20 CET",
        "10 minutes late",
        "That Erika Muster gets an answer, now",
        "Mon 11:20  Ben Ito (project manager): told, no reaction",
        "Mon 11:40  Dov Lind (commercial director), if nothing happens",
        "120,000 €/y",
        "> since the update the printer",
        "It never goes to the customer",
        "Reply /ack to acknowledge",
    ):
        assert said in mail.text
    assert mail.subject == "[Overdue] Globex GmbH: Printer on floor 3 prints blank pages [#4711-k3]"


def test_last_of_the_chain_knows_it() -> None:
    """Only the operator comes after the last."""
    assert "then only the operator: you are the last" in rendered(sample("escalation/alert", 1)).text


def test_alert_says_what_was_not_read_and_why_it_is_late() -> None:
    """An alert that may be wrong says so."""
    text = rendered(sample("escalation/alert", 1)).text

    assert "Not read up to the deadline: support@acme.example. An answer may lie there." in text
    assert "This alert comes late: mailsupport was not running" in text


def test_only_brackets_of_the_subject_change_between_alert_and_all_clear() -> None:
    """Gmail ignores what stands in brackets: one conversation."""
    alert, clear = rendered(sample("escalation/alert")).subject, rendered(sample("escalation/all_clear")).subject

    assert re.sub(r"\[.*?\]", "", alert) == re.sub(r"\[.*?\]", "", clear)
    assert clear.startswith("[Answered] ")


def test_notification_says_first_where_a_reply_goes() -> None:
    """The meaning of a plain reply stands in the first line."""
    context = sample("staff/notification")
    assert isinstance(context, NotificationContext)
    public, note = rendered(context), rendered(replace(context, plain_reply="note"))

    assert "Your reply to this mail goes to Erika Muster" in public.text.split("\n")[0]
    assert "stays here as an internal note" in note.text.split("\n")[0]


@pytest.mark.parametrize(
    ("language", "took", "waits", "note"),
    [
        ("en", "Ben Ito took notice of the alert on ", "still waits for an answer from you.", "The note that came with it stays"),
        ("de", "Ben Ito hat den Alarm am ", "wartet weiter auf eine Antwort von Ihnen.", "Die Notiz dazu bleibt hier"),
    ],
)
def test_who_took_notice_of_an_alert_is_said_plainly(language: str, took: str, waits: str, note: str) -> None:
    """Staff read who it was, that the customer still waits, and that the note is internal; no note, no word of one."""
    context: Any = sample("staff/notification")
    noticed = replace(context, event="acknowledged", author_name="Ben Ito", author_address="ben@acme.example", words="I see.")
    mail, wordless = rendered(noticed, language), rendered(replace(noticed, words=""), language)

    for shown in (mail.text, html_to_text(mail.html or "")):
        assert took in shown and waits in shown and note in shown and "I see." in shown
    assert waits in wordless.text and note not in wordless.text
    assert "\nacknowledged" not in mail.text


def test_address_stands_before_the_name() -> None:
    """A name proves nothing."""
    assert "erika.muster@globex.example (Erika Muster) wrote" in rendered(sample("staff/notification")).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_action_links_are_buttons(language: str) -> None:
    """Each action is a link that opens a mail."""
    html = rendered(sample("escalation/alert"), language).html or ""

    assert len(re.findall(r'<a href="mailto:support\+a4711\.', html)) == 5


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_any_words_can_be_rendered(words: str) -> None:
    """No string of a mail stops an alert."""
    context = sample("escalation/alert")
    assert isinstance(context, AlertContext)
    ticket = replace(context.ticket, subject=words, customer=words, requester_name=words)

    mail = rendered(replace(context, words=words, ticket=ticket, person=words, detail=words))

    assert mail.subject.endswith("[#4711-k3]")


def test_largest_words_stay_within_the_cap() -> None:
    """A customer's megabyte is shortened, and the mail goes out."""
    context = sample("staff/notification")
    assert isinstance(context, NotificationContext)

    mail = rendered(replace(context, words="\n&" * 500_000))

    assert "KB more, whole in the ticket]" in mail.text


@pytest.mark.parametrize(("name", "context"), ALL)
def test_plain_form_says_the_same(name: str, context: Context) -> None:
    """The built-in mail carries number, words and marker."""
    mail = plain_fallback(kind_of(context), context)
    tag = getattr(getattr(context, "ticket", None), "tag", getattr(context, "tag", ""))

    assert mail.subject
    assert tag in mail.subject + mail.text
    assert f"[ref:{getattr(context, 'marker', '')}]" in mail.text or not hasattr(context, "marker")


def test_plain_alert_reads_well() -> None:
    """The built-in alert has the first line, the facts and the customer's words."""
    mail = plain_fallback("alert", sample("escalation/alert"))

    assert mail.subject == "[Overdue] Globex GmbH: Printer on floor 3 prints blank pages [#4711-k3]"
    lead = "Any reply to this mail acknowledges it and stays internal. It never goes to the customer."
    assert mail.text.startswith(f"{lead} [ref:k3f9q2x7mzw4r6ab]\n")
    for said in (
        "Cleo Roy, Globex GmbH has had no answer.",
        "An answer was promised by Mon 23 Nov 2026, 11:20 CET.",
        "Reply /take to take it over.",
        "Asked by Erika Muster <erika.muster@globex.example> on Mon 23 Nov 2026, 10:20 CET, priority high.",
        "Dov Lind · Mon 23 Nov 2026, 11:40 CET",
    ):
        assert said in mail.text
    assert "> since the update" in mail.text


def test_plain_receipt_to_a_stranger_has_no_word_of_theirs() -> None:
    """The rule holds when a template fails, too."""
    mail = plain_fallback("receipt", ReceiptContext(False, "#1-aa", "Acme", "", "UTC", subject="Buy", name="Buy"))

    assert "Buy" not in mail.subject + mail.text


@pytest.mark.parametrize("kind", [*KINDS, "unheard of"])
@pytest.mark.parametrize("context", [None, object(), 7, {}, type("Odd", (), {"ticket": property(lambda self: 1 / 0)})()])
def test_plain_form_never_fails(kind: str, context: object) -> None:
    """Whatever the context is, there is a mail."""
    assert plain_fallback(kind, context).text


class Spiteful:
    """A value that cannot be shown, compared or asked."""

    def __str__(self) -> str:
        raise RuntimeError("no words")

    def __bool__(self) -> bool:
        raise RuntimeError("neither")

    def __getattr__(self, name: str) -> object:
        raise RuntimeError(name)


ODD = st.one_of(
    st.none(),
    st.integers(),
    st.binary(),
    st.text(),
    st.booleans(),
    st.datetimes(),
    st.builds(Spiteful),
    st.tuples(st.builds(Spiteful)),
)


@given(st.sampled_from(ALL), st.data())
def test_plain_form_takes_any_value(named: tuple[str, Context], data: st.DataObject) -> None:
    """One field of the wrong type, or one that raises: a mail goes out, and to staff with its first line."""
    _, context = named
    broken = copy(context)
    name = data.draw(st.sampled_from([field.name for field in fields(context)]))
    object.__setattr__(broken, name, data.draw(ODD))

    mail = plain_fallback(kind_of(context), broken)

    assert mail.subject
    assert mail.text.strip()


@pytest.mark.parametrize(("name", "context"), ALL)
def test_plain_form_is_a_letter(name: str, context: Context) -> None:
    """No field is shown by its name in the program, and no value by its type."""
    text = plain_fallback(kind_of(context), context).text

    assert (
        re.findall(r"^(?:\w+ )?\w+: \w+ = |^(?:answer by|promised at|reply freezes|own address|ticket):", text, re.MULTILINE)
        == []
    )
    assert not re.search(r"datetime|Said\(|Action\(|None\b", text)


@given(st.sampled_from(ALL), st.text(alphabet=st.characters(exclude_categories=[])))
def test_plain_form_takes_any_string(named: tuple[str, Context], words: str) -> None:
    """No character stops the last mail before silence, and none of them is a control."""
    _, context = named
    strings = {f.name: words for f in fields(context) if isinstance(getattr(context, f.name), str)}

    mail = plain_fallback(kind_of(context), replace(context, **strings))

    assert mail.subject.isprintable() or not re.search(r"[\x00-\x1f\x7f]", mail.subject)
