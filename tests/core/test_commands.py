"""The grammar of commands: what is one, what was meant to be one, and what is just text."""

from __future__ import annotations

import pytest

from mailsupport.core.deciding.obeying import OF_NO_TICKET, TABLE
from mailsupport.core.reading.commands import VERBS, bare_verb, fold, read_request, verb_of

GERMAN = {
    fold(word): verb for word, verb in {"schließen": "close", "notiz": "note", "hilfe": "help", "übernehmen": "take"}.items()
}


def read(text: str) -> tuple[list[tuple[str, str]], str]:
    """Commands and text of a mail that can be read."""
    request = read_request(text, GERMAN)
    assert request.problem is None, request.problem
    return [(command.verb, command.value) for command in request.commands], request.text


@pytest.mark.parametrize(
    ("line", "verb", "value"),
    [
        ("/close belt replaced", "close", "belt replaced"),
        ("/Close belt replaced", "close", "belt replaced"),
        ("/ close belt", "close", "belt"),
        ("/close: belt", "close", "belt"),
        ("/close=belt", "close", "belt"),
        ("/close : belt", "close", "belt"),
        ("#close belt", "close", "belt"),
        ("!close belt", "close", "belt"),
        ("@close belt", "close", "belt"),
        ("/close\u00a0belt", "close", "belt"),
        ("\ufeff/close belt", "close", "belt"),
        ("/clo\u200bse belt", "close", "belt"),
        ("/done belt", "close", "belt"),
        ("/solved", "close", ""),
        ("/ack.", "ack", ""),
        ("/de-escalate agreed by phone", "deescalate", "agreed by phone"),
        ("/schließen Riemen ersetzt", "close", "Riemen ersetzt"),
        ("/SCHLIESSEN Riemen ersetzt", "close", "Riemen ersetzt"),
        ("/wrong person", "notme", "person"),
    ],
)
def test_a_line_that_is_a_command(line: str, verb: str, value: str) -> None:
    """A sigil, a word of any language, and perhaps a value."""
    assert ([(verb, value)], "") == read(line)


def test_a_block_ends_with_the_first_line_that_is_no_command() -> None:
    """One a line at the very top; what is below is the text."""
    assert ([("take", ""), ("priority", "high")], "Hello,\n\nwe are on it.") == read(
        "\n\n/take\n/priority high\n\nHello,\n\nwe are on it."
    )


@pytest.mark.parametrize(
    "text",
    [
        "#4711 is my number",
        "/etc/hosts has the wrong address",
        "/usr/bin/take is missing",
        "Please close the valve.",
        "- note the number on the back\n- close the lid",
        "* take the cover off",
        "1/close is no path",
        "!!! 5 !!!",
        "...",
        "@ 5pm",
        "The path is /close/to/home, I think",
        "See https://acme.example/status for more",
        "hello\n#hashtag",
        "a/b testing\nin the park",
    ],
)
def test_text_that_is_no_command(text: str) -> None:
    """Paths, numbers, lists and rhetoric go to the customer as they are."""
    assert ([], text) == read(text)


def test_help_needs_no_sigil() -> None:
    """Who asks for help knows no sigil yet; in any language, and only as the only word."""
    assert [([("help", "")], "")] * 3 == [read("help"), read("  Help! \n"), read("Hilfe")]
    assert ([], "Help me, please") == read("Help me, please")
    assert [([("help", "close")], ""), ([("help", "/note")], "")] == [read("help close"), read("Help /note!")]


@pytest.mark.parametrize(
    ("text", "code", "nearest", "corrected"),
    [
        ("/clsoe belt", "unknown_command", "close", "/close belt"),
        ("/clsoe belt\nIt works again.", "unknown_command", "close", "/close belt\nIt works again."),
        ("/take\n/prority high\nHello", "unknown_command", "priority", "/take\n/priority high\nHello"),
        ("@Anna can you look?", "unknown_command", "", ""),
        ("//close belt", "unknown_command", "close", "/close belt"),
        ("\\close belt", "unknown_command", "close", "/close belt"),
        (".note tell nobody", "unknown_command", "note", "/note tell nobody"),
        ("-note tell nobody", "unknown_command", "note", "/note tell nobody"),
        ("\uff0fnote tell nobody", "unknown_command", "note", "/note tell nobody"),
        ("/1close belt", "unknown_command", "close", "/close belt"),
        ("/close, belt", "unknown_command", "close", "/close belt"),
        ("*note* tell nobody", "unknown_command", "note", "/note * tell nobody"),
        ("Hello\n/note", "late_command", "note", "/note\nHello"),
        ("Hello\n/ntoe tell nobody", "late_command", "note", "/note tell nobody\nHello"),
        ("Belt replaced. /close", "late_command", "close", "/close\nBelt replaced."),
        ("/take\nHello\n/close belt", "late_command", "close", "/take\n/close belt\nHello"),
        ("/notitz sag es niemandem", "unknown_command", "note", "/note sag es niemandem"),
    ],
)
def test_what_was_meant_to_be_a_command_holds_the_mail(text: str, code: str, nearest: str, corrected: str) -> None:
    """Nothing of such a mail is read further; its author is offered what was probably meant."""
    request = read_request(text, GERMAN)

    assert request.problem is not None
    assert (code, nearest, corrected, (), "") == (
        request.problem.code, request.nearest, request.corrected, request.commands, request.text,
    )  # fmt: skip


def test_two_mistakes_are_not_guessed() -> None:
    """One correction is offered, never two at once."""
    assert "" == read_request("/clsoe belt\n/ntoe x").corrected


def test_a_thousand_mistakes_are_read_in_one_breath() -> None:
    """A hostile mail of nothing but late commands costs what any mail of its size does."""
    assert "late_command" == getattr(read_request("Hello\n" + "/close\n" * 20_000).problem, "code", "")


def test_a_corrected_mail_reads_as_it_was_meant() -> None:
    """What the button runs is a mail that can be read."""
    corrected = read_request("/take\nHello\n/clsoe belt").corrected

    assert ([("take", ""), ("close", "belt")], "Hello") == read(corrected)


@pytest.mark.parametrize(("text", "verb"), [("ack", "ack"), ("Close.", "close"), ("notiz", "note"), ("closed it", ""), ("", "")])
def test_a_bare_verb_is_the_only_word(text: str, verb: str) -> None:
    """A word that is a command without its sign, and nothing else."""
    assert verb == bare_verb(text, GERMAN)


def test_no_word_means_two_commands() -> None:
    """Every word and alias belongs to one verb alone."""
    words = [word for verb, aliases in VERBS.items() for word in (verb, *aliases)]

    assert len(words) == len(set(words))


def test_english_wins() -> None:
    """A further language cannot take an English word away."""
    assert "close" == verb_of("close", {"close": "note"})


def test_every_verb_is_obeyed() -> None:
    """A word that is known does something; `for` is done where a ticket is opened."""
    assert {"for"} >= set(VERBS) - set(TABLE)
    assert set(VERBS) >= set(TABLE) | OF_NO_TICKET
