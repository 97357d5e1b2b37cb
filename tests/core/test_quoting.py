"""New words, quote and signature: every mail program's layout is cut, nothing a person wrote is lost."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailsupport.core.reading.quoting import new_words, split

ATTRIBUTIONS = [
    "On Mon, 2 Mar 2026 at 09:15, Acme Support <support@acme.example> wrote:",
    "On 2026-03-02 09:15, Acme Support wrote:",
    "On Mar 2, 2026, at 9:15 AM, Acme Support <support@acme.example> wrote:",
    "At 3/2/2026 09:15 AM, you wrote:",
    "Acme Support <support@acme.example> wrote:",
    "---- On Mon, 02 Mar 2026 09:15:00 +0100 support@acme.example wrote ----",
    "Am 02.03.26 um 09:15 schrieb Acme Support:",
    "Am Mo., 2. März 2026 um 09:15 Uhr schrieb Acme Support <support@acme.example>:",
    "Acme Support <support@acme.example> schrieb am Mo., 2. März 2026 um 09:15:",
    "Le lun. 2 mars 2026 à 09:15, Acme Support <support@acme.example> a écrit :",
    "El lun, 2 mar 2026 a las 9:15, Acme Support (<support@acme.example>) escribió:",
    "Il giorno lun 2 mar 2026 alle ore 09:15 Acme Support <support@acme.example> ha scritto:",
    "Em seg., 2 de mar. de 2026 às 09:15, Acme Support <support@acme.example> escreveu:",
    "Op ma 2 mrt 2026 om 09:15 schreef Acme Support <support@acme.example>:",
    "Den mån 2 mars 2026 kl 09:15 skrev Acme Support <support@acme.example>:",
    "man. 2. mar. 2026 kl. 09:15 skrev Acme Support <support@acme.example>:",
    "ma 2. maalisk. 2026 klo 9.15 Acme Support <support@acme.example> kirjoitti:",
    "pon., 2 mar 2026 o 09:15 Acme Support <support@acme.example> napisał(a):",
    "W dniu 02.03.2026 o 09:15, Acme Support pisze:",
    "po 2. 3. 2026 v 9:15 odesílatel Acme Support <support@acme.example> napsal:",
    "пн, 2 мар. 2026 г. в 09:15, Acme Support <support@acme.example>:",
    "2 марта 2026 г., в 09:15, Acme Support <support@acme.example> написал(а):",
    "2 Mar 2026 Pzt 09:15 tarihinde Acme Support <support@acme.example> şunu yazdı:",
    "2026年3月2日(月) 9:15 Acme Support <support@acme.example>:",
    "Acme Support <support@acme.example> 于2026年3月2日周一 09:15写道：",
    "2026년 3월 2일 (월) 09:15, Acme Support <support@acme.example>님이 작성:",
]
BLOCKS = [
    "-----Original Message-----\nFrom: Acme Support",
    "-----Ursprüngliche Nachricht-----",
    "-------- Message original --------",
    "________________________________\nFrom: Acme <support@acme.example>\nSent: Monday\nTo: Erika\nSubject: Re: x",
    "Von: Acme Support <support@acme.example>\nGesendet: Montag, 2. März 2026\nAn: Erika Muster\nBetreff: AW: Drucker",
    "*De :* Acme <support@acme.example>\n*Envoyé :* lundi\n*À :* Erika\n*Objet :* RE: x",
    "De: Acme\nEnviado el: lunes\nPara: Erika\nAsunto: RE: x",
    "Od: Acme\nWysłano: poniedziałek\nDo: Erika\nTemat: RE: x",
    "发件人: Acme\n发送时间: 2026年3月2日\n收件人: Erika\n主题: 回复: x",
    "------------------ 原始邮件 ------------------\n发件人: Acme",
    "From: Acme Support <support@acme.example>\nDate: Monday, 2 March 2026 at 09:15\nTo: Erika\nSubject: Re: x",
    "===\n\nMessage du : 02/03/2026 09:15\nDe : Acme <support@acme.example>\nA : Erika\nSujet : x",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("mark", ["> ", ""], ids=["marked", "bare"])
def test_an_answer_above_a_quote_stands_alone(attribution: str, mark: str) -> None:
    """Attributions of mail programs, with and without quote marks below."""
    parts = split(f"It works now.\n\n{attribution}\n\n{mark}Please try again.\n{mark}Anna\n")
    assert parts.new == "It works now."
    assert "Please try again." in parts.quoted


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_of_header_lines_begins_the_quote(block: str) -> None:
    """Outlook and its likes, in several languages, with the rule drawn above it."""
    assert new_words(f"It works now.\n\n{block}\n\nPlease try again.\n") == "It works now."


@pytest.mark.parametrize("width", [40, 50, 60])
def test_a_wrapped_attribution_is_one(width: int) -> None:
    """Programs wrap it over two or three lines."""
    words, line, lines = ATTRIBUTIONS[0].split(), "", []
    for word in words:
        if len(line) + len(word) >= width:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    wrapped = "\n".join([*lines, line])
    assert new_words(f"It works now.\n\n{wrapped}\n\n> Please try again.") == "It works now."


KEPT = [
    "From: Berlin\nTo: Munich\nDate: 3 May\n\nCan you book that?",
    "As I wrote on 3 May 2026 at 10:00:\nthe printer is on floor 3.",
    "My colleague wrote:\nit does not work.",
    "The log says:\n\n10:00 started\n10:01 failed, see admin@kunde.example:\nline two",
    "Steps:\n- one\n- two\n\n---\n\nAnd then it fails.\n\n---\n\nEvery time, on every machine, as far as anybody here can tell.",
    "Regards to Anna, she was a great help!\n\nBut it fails again, in the same way as on Monday, can you look?",
    "Our warehouse wrote: sent from Berlin on 3 May, never arrived.",
    "anna@acme.example wrote:\nplease send the log. Here it is.",
    "I opened > Settings > Mail and saw nothing.",
    "Thanks,\nit works.",
    "FYI\n\n---------- Forwarded message ----------\nFrom: bob@else.example\nDate: Monday\nSubject: broken\n\nIt is broken.",
    "> a quote and nothing else",
    "-- \nErika",
]


@pytest.mark.parametrize("text", KEPT)
def test_what_a_person_wrote_is_never_taken_for_a_quote(text: str) -> None:
    """Lists, times, own references, forwarded mails, and mails that would be cut to nothing stay whole."""
    assert new_words(text) == text


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("On 2026-03-02 09:15, Acme wrote:\n> Does it work?\nYes.", "Yes."),
        (
            "Hello Anna,\n\nOn 2026-03-02 09:15, Acme wrote:\n> Does it work?\n\nYes, since noon.",
            "Hello Anna,\n\n\nYes, since noon.",
        ),
        ("Yes.\n\nOn 2026-03-02 09:15, Acme wrote:\n> Does it work?\n\nRegards, Erika", "Yes.\n\n\nRegards, Erika"),
    ],
)
def test_a_quote_above_the_answer_is_cut_too(text: str, new: str) -> None:
    """Bottom-posting, also below a greeting."""
    assert new_words(text) == new


def test_answers_between_quoted_lines_stay_with_their_questions() -> None:
    """Only the attribution above and the quote below the last answer go."""
    parts = split(
        "See below.\n\nAm 02.03.26 um 09:15 schrieb Acme:\n> Which floor?\nThird.\n> Which printer?\nThe left one.\n> Anna"
    )
    assert parts.new == "See below.\n\n> Which floor?\nThird.\n> Which printer?\nThe left one."
    assert parts.interleaved


def test_everything_below_our_own_marker_is_quote() -> None:
    """Whatever the mail program made of the lines above it."""
    parts = split("Please try again.\n\n[ref:t1.aaaaaaaa.1.aaaaaaaaaaaaaaaa]\nErika wrote: something internal\n")
    assert (parts.new, parts.reason) == ("Please try again.", "our own marker")
    assert "internal" in parts.quoted


def test_our_notice_line_begins_the_quote() -> None:
    """Quoted or not."""
    assert new_words("Done.\n\n> -- Reply above this line --\n> facts\nfacts without mark\n") == "Done."


@pytest.mark.parametrize(
    "tail",
    [
        "-- \nErika Muster\nKunde GmbH",
        "--\nErika Muster",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Get Outlook for Android<https://aka.ms/x>",
        "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
        "Verstuurd vanaf mijn iPhone",
        "從我的 iPhone 傳送",
        "iPhoneから送信",
        "Best regards\nErika Muster\nKunde GmbH\n+49 30 1234",
        "Mit freundlichen Grüßen,\n\nErika Muster",
        "Mvh\nErika",
        "_______________\nusers mailing list\nusers@lists.example",
    ],
)
@pytest.mark.parametrize("below", ["", "\n\nOn 2026-03-02 09:15, Acme wrote:\n> Does it work?\n"], ids=["end", "above a quote"])
def test_a_signature_is_parted_off(tail: str, below: str) -> None:
    """Delimiters, sign-offs and the lines of phones, at the end and above a quote."""
    parts = split(f"It works now.\n\n{tail}{below}")
    assert parts.new == "It works now."
    assert parts.signature == tail.strip()


_CITE = '<blockquote class="gmail_quote">{q}</blockquote>'
_BORDER = "border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"
HTML = {
    "gmail": '<div>It works.</div><div class="gmail_quote"><div class="gmail_attr">{a}</div>' + _CITE + "</div>",
    "outlook": '<p>It works.</p><hr><div id="divRplyFwdMsg">{a}</div><div>{q}</div>',
    "outlook x_": '<p>It works.</p><div id="x_divRplyFwdMsg">{a}</div><div>{q}</div>',
    "outlook border": "<p>It works.</p><div style='" + _BORDER + "'>{a}</div><p>{q}</p>",
    "outlook mobile": '<p>It works.</p><div id="ms-outlook-mobile-reply">{a}</div><p>{q}</p>',
    "appendonsend": '<p>It works.</p><div id="appendonsend"></div><p>{a}</p><p>{q}</p>',
    "apple": 'It works.<br><div><blockquote type="cite"><div>{a}</div><div>{q}</div></blockquote></div>',
    "thunderbird": '<p>It works.</p><div class="moz-cite-prefix">{a}</div><blockquote type="cite" cite="mid:x">{q}</blockquote>',
    "proton": '<div>It works.</div><div class="protonmail_quote">{a}<blockquote>{q}</blockquote></div>',
    "yahoo": '<div>It works.</div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>{a}</div><div>{q}</div></div>',
    "new outlook": '<div>It works.</div><div id="mail-editor-reference-message-container"><div>{a}</div>{q}</div>',
}


@pytest.mark.parametrize("program", HTML)
def test_html_markers_cut_what_no_words_would(program: str) -> None:
    """An attribution in no known language, found by the program's own element."""
    html = HTML[program].format(a="Qapla' Acme jatlh", q="Please try again.")
    assert new_words("It works.\n\nQapla' Acme jatlh\n\nPlease try again.\n", html) == "It works."


def test_an_answer_between_gmail_quotes_is_kept() -> None:
    """Gmail's wrapper also holds what is written between its blockquotes."""
    first, second = _CITE.format(q="Which floor?"), _CITE.format(q="Which printer?")
    html = f'<div class="gmail_quote">On Monday Acme wrote:{first}<div>Third.</div>{second}<div>Left.</div></div>'
    assert "Third." in new_words("On Monday Acme wrote:\n> Which floor?\nThird.\n> Which printer?\nLeft.", html)


def test_html_that_does_not_fit_its_text_cuts_nothing() -> None:
    """The plain alternative is another text."""
    assert new_words("Something else entirely.", HTML["gmail"].format(a="a", q="b")) == "Something else entirely."


HOSTILE = [
    "> " * 50_000,
    ">\n" * 50_000,
    ":\n" * 50_000,
    "1:\n" * 33_000,
    "--\n" * 33_000,
    "-" * 100_000,
    "On 1.1.2026 10:00 wrote\n" * 4_000,
    "From: a@b.example\n" * 5_500,
    "From: a\nTo: b\nX\nY\n" * 5_000,
    ("-- a " * 20 + "--\n") * 970,
    "a@b." * 25_000,
    "Sent from my iPhone\n" * 5_000,
    "Regards\n" * 12_500,
    ("> " + "a" * 70 + "\nb\n") * 1_300,
    " \n" * 50_000,
    "\u200b" * 100_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_costs_no_more_than_its_length(text: str) -> None:
    """100 KB of anything, in far less than a second of processor time."""
    began = time.process_time()
    split(text)
    assert time.process_time() - began < 1.0


@pytest.mark.parametrize("html", ["<", "<a ", "<!--", "<div>", "<blockquote type=cite>ab", "&amp", "<style><", '<a "'])
def test_hostile_html_costs_no_more_than_its_length(html: str) -> None:
    """Half a megabyte of beginnings that never end."""
    began = time.process_time()
    split("ab\n" * 30_000, html * (500_000 // len(html)))
    assert time.process_time() - began < 3.0


PIECES = st.sampled_from(
    [
        "> q",
        ">> q",
        "On 1.1.2026 10:00, A <a@b.example> wrote:",
        "-- ",
        "words",
        "",
        "From: a@b.example",
        "Subject: s",
        "Hi,",
        "[ref:x]",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=12))
def test_a_mail_is_never_cut_to_nothing(lines: list[str]) -> None:
    """Whatever stands in which order: if there were words, words are left."""
    text = "\n".join(lines)
    assert bool(new_words(text)) == bool(text.strip())


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str, html: str) -> None:
    """Any characters, any HTML."""
    parts = split(text, html)
    assert len(parts.new) <= len(text) + 1
