"""Handing mails to a relay: phases, outcomes per recipient, connections used again."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest

from mailsupport.errors import LoginRefused, ServerUnavailable, UnsafeConnection
from mailsupport.net.smtp import SmtpSink, probe
from mailsupport.net.smtplogin import SmtpRelay
from mailsupport.ports import Handover, Outcome, Phase
from servers.certificate import make_certificate
from servers.smtp import CLOSE, HANG, RESET, TAKE_AND_CLOSE, TAKE_AND_HANG, Relay, recording

RAW = b"Subject: hello\r\n\r\nline\r\n"
LARGE = b"Subject: large\r\n\r\n" + b"x" * 76 + b"\r\n" + (b"y" * 76 + b"\r\n") * 200_000
ANNA, BEN = "anna@example.com", "ben@example.com"
OURS = "support@example.com"

A, D, R, U = Outcome.ACCEPTED, Outcome.DEFERRED, Outcome.REFUSED, Outcome.UNKNOWN


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost, its own authority, and its key."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


def relay_of(server: Relay, **other: Any) -> SmtpRelay:
    given: dict[str, Any] = {"host": server.host, "port": server.port, "security": "none", "timeout": 10.0, "data_timeout": 10.0}
    return SmtpRelay(**(given | {"local_hostname": "client.example"} | other))


def impatient(does: str) -> dict[str, float]:
    """Time-outs for a relay that may say nothing: short ones only there, for a busy machine is slow to answer too."""
    return {"timeout": 0.3, "data_timeout": 0.3} if HANG in does else {}


def using(relay: SmtpRelay, work: Callable[[SmtpSink], Coroutine[Any, Any, Any]]) -> Any:
    async def whole() -> Any:
        sink = SmtpSink(relay)
        try:
            return await work(sink)
        finally:
            await sink.close()

    return asyncio.run(whole())


def sent(server: Relay, recipients: Sequence[str] = (ANNA, BEN), raw: bytes = RAW, sender: str = OURS, **other: Any) -> Handover:
    result: Handover = using(relay_of(server, **other), lambda sink: sink.send(sender, recipients, raw))
    return result


def outcomes(handover: Handover) -> list[Outcome]:
    return [result.outcome for result in handover.recipients]


# --- every stage, every fault ---------------------------------------------------------------------------------------

BEFORE, AFTER, DONE = Phase.BEFORE, Phase.AFTER, Phase.DONE

FAULTS = [
    # stage, what happens, phase, stage told, Anna and Ben
    ("connect", "421 busy", BEFORE, "connect", [D, D]),
    ("connect", "554 go away", BEFORE, "connect", [D, D]),
    ("connect", CLOSE, BEFORE, "connect", [D, D]),
    ("connect", RESET, BEFORE, "connect", [D, D]),
    ("connect", HANG, BEFORE, "connect", [D, D]),
    ("connect", "this is no SMTP", BEFORE, "connect", [D, D]),
    ("ehlo", "451 later", BEFORE, "connect", [D, D]),
    ("ehlo", CLOSE, BEFORE, "connect", [D, D]),
    ("ehlo", HANG, BEFORE, "connect", [D, D]),
    ("mail", "451 later", BEFORE, "mail", [D, D]),
    ("mail", "550 not from you", BEFORE, "mail", [D, D]),
    ("mail", "421 bye", BEFORE, "mail", [D, D]),
    ("mail", CLOSE, BEFORE, "mail", [D, D]),
    ("mail", RESET, BEFORE, "mail", [D, D]),
    ("mail", HANG, BEFORE, "mail", [D, D]),
    ("rcpt", "451 grey", BEFORE, "rcpt", [D, D]),
    ("rcpt", "550 5.1.1 nobody", BEFORE, "rcpt", [R, R]),
    ("rcpt", "530 log in first", BEFORE, "rcpt", [D, D]),
    ("rcpt", "421 bye", BEFORE, "rcpt", [D, D]),
    ("rcpt", CLOSE, BEFORE, "rcpt", [D, D]),
    ("rcpt", RESET, BEFORE, "rcpt", [D, D]),
    ("rcpt", HANG, BEFORE, "rcpt", [D, D]),
    ("data", "451 later", BEFORE, "data", [D, D]),
    ("data", "554 no", BEFORE, "data", [R, R]),
    ("data", "421 bye", BEFORE, "data", [D, D]),
    ("data", CLOSE, BEFORE, "data", [D, D]),
    ("data", RESET, BEFORE, "data", [D, D]),
    ("data", HANG, BEFORE, "data", [D, D]),
    ("dot", "451 later", DONE, "dot", [D, D]),
    ("dot", "554 spam", DONE, "dot", [R, R]),
    ("dot", "421 bye", DONE, "dot", [D, D]),
    ("dot", CLOSE, AFTER, "dot", [U, U]),
    ("dot", RESET, AFTER, "dot", [U, U]),
    ("dot", HANG, AFTER, "dot", [U, U]),
    ("dot", TAKE_AND_CLOSE, AFTER, "dot", [U, U]),
    ("dot", TAKE_AND_HANG, AFTER, "dot", [U, U]),
    ("dot", "gibberish", AFTER, "dot", [U, U]),
]


@pytest.mark.parametrize(("stage", "does", "phase", "told", "expected"), FAULTS)
def test_fault_at_a_stage(stage: str, does: str, phase: Phase, told: str, expected: list[Outcome]) -> None:
    """Before the final dot nothing can have been taken; after it only the answer tells."""
    with recording() as server:
        server.on(stage, does)
        handover = sent(server, **impatient(does))

    assert (phase, told, expected) == (handover.phase, handover.stage, outcomes(handover))


@pytest.mark.parametrize("does", [CLOSE, RESET, HANG, "452 disk full", "552 too large"])
def test_fault_inside_a_large_body_is_before_the_dot(does: str) -> None:
    """A relay that breaks off in the middle of the body cannot have taken the mail, whatever was in our buffers."""
    with recording() as server:
        server.on("body", does)
        handover = sent(server, raw=LARGE, **impatient(does))
        taken = list(server.mails)

    assert (handover.phase, handover.stage) == (Phase.BEFORE, "data")
    assert taken == []


def test_early_refusal_inside_a_large_body_is_heard() -> None:
    """A relay that says in the middle of the body that it will not have it has refused it."""
    with recording() as server:
        server.on("body", "552 5.3.4 too large")
        handover = sent(server, raw=LARGE)

    assert [(result.outcome, result.code) for result in handover.recipients] == [(R, 552), (R, 552)]


def test_accepted_mail_names_no_stage() -> None:
    """Everything went well: done, no stage, the relay's words kept."""
    with recording() as server:
        handover = sent(server)

    assert (handover.phase, handover.stage) == (Phase.DONE, "")
    assert [(r.address, r.outcome, r.code, r.reply) for r in handover.recipients] == [
        (ANNA, A, 250, "taken"),
        (BEN, A, 250, "taken"),
    ]


def test_each_recipient_has_a_result_of_its_own() -> None:
    """One refused recipient stops no other (P12)."""
    with recording() as server:
        server.on("rcpt", "550 5.1.1 nobody", address=ANNA)
        handover = sent(server)
        mail = server.wait_for(1)[0]

    assert (handover.phase, handover.stage, outcomes(handover)) == (Phase.DONE, "rcpt", [R, A])
    assert mail.recipients == (BEN,)


def test_unknown_is_only_for_those_the_relay_had_accepted() -> None:
    """A recipient refused at RCPT stays refused when the answer to the dot is lost."""
    with recording() as server:
        server.on("rcpt", "550 5.1.1 nobody", address=ANNA)
        server.on("dot", TAKE_AND_CLOSE)
        handover = sent(server)

    assert outcomes(handover) == [R, U]


def test_refused_null_sender_is_told() -> None:
    """A 5xx to MAIL FROM:<> lets the caller use the mailbox address instead."""
    with recording() as server:
        server.on("mail", "550 no null senders here", address="")
        handover = sent(server, sender="")

    assert handover.null_sender_refused
    assert outcomes(handover) == [D, D]


def test_null_sender_is_empty_on_the_wire() -> None:
    """MAIL FROM:<> (RFC 5321 §4.5.5)."""
    with recording() as server:
        sent(server, sender="")
        commands = list(server.commands)

    assert "MAIL FROM:<>" in commands


# --- bytes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"a: b\n\nx\n", b"a: b\r\n\r\nx\r\n"),
        (b"a: b\r\n\r\n.\r\n..\r\n.x", b"a: b\r\n\r\n.\r\n..\r\n.x\r\n"),
        (b".a: b\r\n\r\n", b".a: b\r\n\r\n"),
        (b"a: b\r\n\r\n\n.\nx\r.\ry\n.\r\nz", b"a: b\r\n\r\n\r\n.\r\nx\r\n.\r\ny\r\n.\r\nz\r\n"),
        (b"a: b\r\r\n\r\nx", b"a: b\r\n\r\n\r\nx\r\n"),
    ],
)
def test_bytes_arrive_with_crlf_and_dots_undone_once(raw: bytes, expected: bytes) -> None:
    """Line ends are CRLF, leading dots doubled exactly once: nothing in a mail ends it early (RFC 5321 §4.5.2, attack 16)."""
    with recording() as server:
        sent(server, raw=raw)
        mail = server.wait_for(1)[0]

    assert expected == mail.raw


def test_large_mail_arrives_whole() -> None:
    """15 MB in chunks, byte for byte."""
    with recording() as server:
        handover = sent(
            server,
            raw=LARGE,
        )
        mail = server.wait_for(1)[0]

    assert outcomes(handover) == [A, A]
    assert mail.raw == LARGE


def test_eight_bit_body_is_announced() -> None:
    """RFC 6152 §3: BODY=8BITMIME when the mail needs it and the relay offers it; not otherwise."""
    with recording() as server:
        sent(server, raw=RAW + "größer\r\n".encode())
        sent(server)
        mails = server.wait_for(2)

    assert [mail.options for mail in mails] == [("BODY=8BITMIME",), ()]


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example>\r\nRCPT TO:<evil@x.example",
        "a b@c.example",
        "<a@b.example>",
        "a@b.example\x00",
        "",
        "müller@b.example",
        "\udcff@b.x",
    ],
)
def test_bad_address_is_refused_without_a_word_on_the_wire(address: str) -> None:
    """An address never ends a command; the others get their mail."""
    with recording() as server:
        handover = sent(server, recipients=[address, BEN])
        commands = list(server.commands)

    assert outcomes(handover) == [R, A]
    assert [f"RCPT TO:<{BEN}>"] == [line for line in commands if line.startswith("RCPT")]


def test_non_ascii_address_goes_out_where_the_relay_can() -> None:
    """RFC 6531 §3.4: SMTPUTF8 is asked for only when an address needs it."""
    with recording() as server:
        server.extensions.append("SMTPUTF8")
        sent(server, recipients=["müller@b.example"])
        sent(server)
        mails = server.wait_for(2)

    assert [mail.options for mail in mails] == [("SMTPUTF8",), ()]


def test_mail_larger_than_the_relay_takes_is_refused_before_it_is_sent() -> None:
    """RFC 1870 §6.1: the announced SIZE saves the transfer."""
    with recording() as server:
        server.extensions[1] = "SIZE 10"
        handover = sent(server)
        commands = list(server.commands)

    assert (handover.stage, outcomes(handover)) == ("data", [R, R])
    assert not [line for line in commands if line.startswith("MAIL")]


# --- login and TLS --------------------------------------------------------------------------------------------------


def test_login_with_the_right_password() -> None:
    """AUTH PLAIN, once a connection."""
    with recording() as server:
        handover = sent(server, user=server.user, password=lambda: server.password)

    assert outcomes(handover) == [A, A]


def test_refused_login_defers_and_is_not_repeated_for_the_next_mail() -> None:
    """A wrong password is our own trouble, and many waiting mails are not many wrong passwords."""
    with recording() as server:

        async def three(sink: SmtpSink) -> list[Handover]:
            return [await sink.send(OURS, [ANNA], RAW) for _ in range(3)]

        handovers = using(relay_of(server, user=server.user, password=lambda: "wrong"), three)
        tries = [line for line in server.commands if line.startswith("AUTH")]

    assert [(handover.stage, outcomes(handover)) for handover in handovers] == [("login", [D])] * 3
    assert len(tries) == 1
    assert "wrong" not in "".join(result.reply.replace("wrong user", "") for h in handovers for result in h.recipients)


def test_mails_at_once_with_a_wrong_password_are_one_try() -> None:
    """Whoever waits for a connection shares the refusal of the one who tried."""
    with recording() as server:

        async def eight(sink: SmtpSink) -> list[Handover]:
            return await asyncio.gather(*(sink.send(OURS, [ANNA], RAW) for _ in range(8)))

        handovers = using(relay_of(server, user=server.user, password=lambda: "wrong"), eight)
        tries = [line for line in server.commands if line.startswith("AUTH")]

    assert [handover.stage for handover in handovers] == ["login"] * 8
    assert len(tries) == 1


@pytest.mark.parametrize("does", ["454 back end is down", "535 5.7.8 no", "421 bye", CLOSE, RESET, HANG])
def test_fault_at_the_login(does: str) -> None:
    """Whatever goes wrong at the login is our own trouble: deferred, stage login."""
    with recording() as server:
        server.on("auth", does)
        handover = sent(server, user=server.user, password=lambda: server.password, **impatient(does))

    assert (handover.phase, handover.stage, outcomes(handover)) == (BEFORE, "login", [D, D])


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_login_over_tls(certificate: tuple[Path, Path], security: str) -> None:
    """The certificate's authority is named by ca_file; the password goes out only after it was verified."""
    with recording(certificate, implicit=security == "tls") as server:
        login = {"user": server.user, "password": lambda: server.password}
        handover = sent(server, host="localhost", security=security, ca_file=str(certificate[0]), **login)

    assert outcomes(handover) == [A, A]


@pytest.mark.parametrize(("host", "known"), [("localhost", False), ("127.0.0.1", True)])
def test_certificate_that_cannot_be_trusted_ends_tls_from_the_first_byte(
    certificate: tuple[Path, Path], host: str, known: bool
) -> None:
    """As with STARTTLS: not a line of SMTP is spoken."""
    with recording(certificate, implicit=True) as server:
        ca_file = str(certificate[0]) if known else ""
        handover = sent(server, host=host, security="tls", ca_file=ca_file)
        commands = list(server.commands)

    assert "certificate" in handover.recipients[0].reply
    assert commands == []


@pytest.mark.parametrize(("host", "known"), [("localhost", False), ("127.0.0.1", True)])
def test_certificate_that_cannot_be_trusted_ends_it(certificate: tuple[Path, Path], host: str, known: bool) -> None:
    """An unknown authority, or a certificate for another name: no credential, no mail."""
    with recording(certificate) as server:
        ca_file = str(certificate[0]) if known else ""
        handover = sent(server, host=host, security="starttls", ca_file=ca_file, user="x", password=lambda: "y")
        commands = list(server.commands)

    assert (handover.stage, outcomes(handover)) == ("connect", [D, D])
    assert "certificate" in handover.recipients[0].reply
    assert commands == ["EHLO client.example", "STARTTLS"]


def test_missing_starttls_is_refused_before_any_credential() -> None:
    """STARTTLS is never optional: without it nothing is sent, nobody logs in."""
    with recording() as server:
        handover = sent(server, security="starttls", user=server.user, password=lambda: server.password)
        commands = list(server.commands)

    assert (handover.stage, outcomes(handover)) == ("connect", [D, D])
    assert commands == ["EHLO client.example"]


def test_clear_text_to_another_machine_is_refused() -> None:
    """Security "none" is for loopback alone."""
    with pytest.raises(UnsafeConnection):
        asyncio.run(probe(SmtpRelay("192.0.2.1", security="none")))


def test_probe_tells_a_refused_login() -> None:
    """`check` gets the error itself, with its cure."""
    with recording() as server, pytest.raises(LoginRefused, match="check user and password"):
        asyncio.run(probe(relay_of(server, user="nobody", password=lambda: "wrong")))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_relay_that_does_not_listen_is_told_once_in_plain_words(host: str) -> None:
    """Where, what and the cure: no number of an error, and the address once, however many addresses a name has."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(ServerUnavailable) as caught:
            asyncio.run(probe(SmtpRelay(host, port, security="none")))

    assert caught.value.message == f"{host}:{port}: connection refused"
    assert caught.value.cure.startswith("nothing listens there")


def test_a_relay_whose_host_is_unknown_is_told_in_plain_words() -> None:
    """`.invalid` is no domain (RFC 6761 §6.4)."""
    with pytest.raises(ServerUnavailable) as caught:
        asyncio.run(probe(SmtpRelay("relay.invalid", timeout=10.0)))

    assert caught.value.message == "relay.invalid:587: no such host"


def test_probe_tells_what_was_found() -> None:
    """Connected, logged in, the largest mail."""
    with recording() as server:
        facts = asyncio.run(probe(relay_of(server, user=server.user, password=lambda: server.password)))

    assert f"login accepted: {server.user}" in facts


# --- connections ----------------------------------------------------------------------------------------------------


def test_connection_is_used_again() -> None:
    """Three mails in turn, one connection, one EHLO."""
    with recording() as server:

        async def three(sink: SmtpSink) -> None:
            for _ in range(3):
                await sink.send(OURS, [ANNA], RAW)

        using(relay_of(server), three)

    assert (server.connections, len(server.mails)) == (1, 3)


def test_no_more_connections_than_allowed() -> None:
    """Twenty mails at once over at most two connections."""
    with recording() as server:

        async def twenty(sink: SmtpSink) -> list[Handover]:
            return await asyncio.gather(*(sink.send(OURS, [ANNA], RAW) for _ in range(20)))

        handovers = using(
            relay_of(
                server,
                connections=2,
            ),
            twenty,
        )

    assert [outcomes(handover) for handover in handovers] == [[A]] * 20
    assert server.connections <= 2


@pytest.mark.parametrize("does", [CLOSE, RESET, HANG, "421 you were idle"])
def test_stale_connection_is_replaced_within_the_attempt(does: str) -> None:
    """A connection that had rested and dies at MAIL costs no attempt."""
    with recording() as server:

        async def two(sink: SmtpSink) -> Handover:
            await sink.send(OURS, [ANNA], RAW)
            server.on("mail", does, times=1)
            return await sink.send(OURS, [ANNA], RAW)

        handover = using(relay_of(server, **impatient(does)), two)

    assert outcomes(handover) == [A]
    assert (server.connections, len(server.mails)) == (2, 2)


def test_refused_recipients_leave_a_connection_that_works() -> None:
    """After a transaction without recipients RSET clears the way for the next mail."""
    with recording() as server:
        server.on("rcpt", "550 5.1.1 nobody", times=1)

        async def two(sink: SmtpSink) -> list[Handover]:
            return [await sink.send(OURS, [ANNA], RAW) for _ in range(2)]

        handovers = using(relay_of(server), two)

    assert [outcomes(handover) for handover in handovers] == [[R], [A]]
    assert server.connections == 1


def test_cancelled_handover_leaves_no_connection_out_of_step() -> None:
    """After a cancelled send the next mail goes over a connection of its own."""
    with recording() as server:
        server.on("rcpt", HANG, times=1)

        async def cancel_then_send(sink: SmtpSink) -> Handover:
            first = asyncio.ensure_future(sink.send(OURS, [ANNA], RAW))
            await asyncio.to_thread(server.wait_for_command, "RCPT")
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            return await sink.send(OURS, [BEN], RAW)

        handover = using(relay_of(server, timeout=10.0), cancel_then_send)
        mails = server.wait_for(1)

    assert outcomes(handover) == [A]
    assert [mail.recipients for mail in mails] == [(BEN,)]


def test_idle_connection_is_closed_with_quit() -> None:
    """A connection nobody used for `idle_close` seconds is given up politely."""
    with recording() as server:

        async def rest(sink: SmtpSink) -> None:
            await sink.send(OURS, [ANNA], RAW)
            await asyncio.to_thread(server.wait_for_command, "QUIT")

        using(relay_of(server, idle_close=0.05), rest)

    assert "QUIT" in server.commands
