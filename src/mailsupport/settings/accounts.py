"""Which keys do [storage], [smtp], [smtp.fallback] and [[mailbox]] have?

Rule for editing here: as in `models`. What needs two keys to judge is judged in `servers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, StrictBool, StrictInt

from mailsupport.ports import Settling
from mailsupport.settings import fields as f
from mailsupport.settings.rates import OptionalRate
from mailsupport.settings.section import (
    Section,
    ca_file_field,
    hidden,
    password_command_field,
    password_env_field,
    password_file_field,
    written,
)

DEFAULT_KEYWORD = "Mailsupport"
"""The IMAP keyword that `after = "keyword"` sets."""

Security = Literal["tls", "starttls", "none"]


class StorageSettings(Section):
    """Where tickets and mails are kept."""

    url: f.DatabaseUrl = Field(
        default="sqlite:///mailsupport.db",
        description="The database: an SQLite file, or PostgreSQL as postgresql://user@host/name, its password below.",
    )
    password_file: f.OptionalPath = password_file_field()
    password_env: f.EnvName = password_env_field("DATABASE_PASSWORD")
    password_command: f.Command = password_command_field()
    password: f.NoPassword = hidden(None)
    key_file: f.SettingsPath = written(
        default="mailsupport.key",
        description="Keys that sign our tokens, one a line: the first signs, all are believed. `mailsupport init` makes it.",
    )
    keep_raw: f.KeepFor = written(
        default="forever", description='How long the bytes of each mail are kept: "forever", or for example "730d".'
    )
    min_free: f.Bytes = written(
        default="200MB",
        description="Free disk space below which no mail is taken in; it stays on the server until there is room.",
    )


def _smtp_port(data: Mapping[str, Any]) -> int:
    return {"starttls": 587, "tls": 465, "none": 25}[data["security"]]


class RelaySettings(Section):
    """A relay that takes our mails."""

    host: f.Host = Field(default="", description="Relay to hand mails to.", examples=["smtp.acme.example"])
    security: Security = Field(
        default="starttls",
        description='How the connection is kept private. "none" only to this machine (127.0.0.1, ::1, localhost).',
    )
    port: StrictInt = Field(
        default_factory=_smtp_port, ge=1, le=65535, description="587 with starttls, 465 with tls, 25 with none.", examples=[587]
    )
    user: f.Line = Field(default="", description="Login name; none means no login.", examples=["support@acme.example"])
    password_file: f.OptionalPath = password_file_field()
    password_env: f.EnvName = password_env_field()
    password_command: f.Command = password_command_field()
    password: f.NoPassword = hidden(None)
    ca_file: f.OptionalPath = ca_file_field()
    connections: StrictInt = Field(default=4, ge=1, le=10, description="Connections to the relay at once, 1 to 10.")
    timeout: f.Seconds = written(default="60s", description="How long to wait for each answer of the relay.")
    data_timeout: f.Seconds = written(
        default="600s", description="How long to wait for its answer to a whole mail (RFC 5321 §4.5.3.2 asks for ten minutes)."
    )
    folder: f.OptionalPath = Field(
        default=None,
        description="Instead of host: mails are written into this folder as .eml files, nothing is sent.",
        examples=["outgoing"],
    )


class FallbackSettings(RelaySettings):
    """A second relay, for alerts and words to the operator that the first one does not take."""

    after: f.Seconds = written(
        default="10m", description="How long the first relay has, from when the mail was written, before the second is tried."
    )


class SmtpSettings(RelaySettings):
    """The relay that takes our mails."""

    rate: OptionalRate = Field(
        default=None,
        description="Mails the relay is given at most; what is more waits, alerts and answers least. No limit when not given.",
        examples=["60/m"],
    )
    domain_rate: OptionalRate = Field(
        default=None,
        description="The same for the recipients of each domain, such as gmail.com. No limit when not given.",
        examples=["20/m"],
    )
    fallback: FallbackSettings | None = hidden(None)


def _imap_port(data: Mapping[str, Any]) -> int:
    return 993 if data["security"] == "tls" else 143


def _own_address(data: Mapping[str, Any]) -> str:
    return str(data["address"])


class MailboxSettings(Section):
    """A support address and the mailbox its mail arrives in."""

    address: f.Email = Field(description="The support address.", examples=["support@acme.example"])
    name: f.Line = Field(
        default="", description="What rules and reports call it; the address up to the @ when not given.", examples=["support"]
    )
    display_name: f.Line = Field(
        default="",
        description="The name beside the address in mails; the service's name when not given.",
        examples=["Acme Support"],
    )
    host: f.Host = Field(default="", description="IMAP server.", examples=["imap.acme.example"])
    security: Security = Field(
        default="tls", description='How the connection is kept private. "none" only to this machine (127.0.0.1, ::1, localhost).'
    )
    port: StrictInt = Field(
        default_factory=_imap_port, ge=1, le=65535, description="993 with tls, 143 with starttls and none.", examples=[993]
    )
    user: f.Line = Field(
        default_factory=_own_address, description="Login name; the address when not given.", examples=["support@acme.example"]
    )
    password_file: f.OptionalPath = password_file_field()
    password_env: f.EnvName = password_env_field()
    password_command: f.Command = password_command_field()
    password: f.NoPassword = hidden(None)
    ca_file: f.OptionalPath = ca_file_field()
    path: f.OptionalPath = Field(
        default=None, description="Instead of host: a folder of .eml files, or a maildir, on this machine.", examples=["incoming"]
    )
    folder: f.Text = Field(default="INBOX", description="Folder that is watched.")
    sent: f.Text = Field(
        default="auto",
        description='Folder of sent mail; an answer found there stops the clock. "auto" finds it, "off" reads none.',
    )
    save_sent: StrictBool = Field(
        default=False,
        description="Whether a copy of each answer we relay is put there; Gmail and others keep one themselves.",
    )
    after: f.After = Field(
        default="leave", description=f"What becomes of a mail that was taken in; plain keyword means {DEFAULT_KEYWORD}."
    )
    poll_every: f.Seconds = written(default="60s", description="How often the mailbox is read at least.")
    idle: StrictBool = Field(default=True, description="Wait for mail with IDLE where the server offers it.")
    first_run: f.FirstRun = Field(
        default="new", description="Which of the mails already there are taken in on the very first run."
    )
    oldest_clock: f.Seconds = written(
        default="30d", description="A mail that arrived longer ago than this starts its clock when it is taken in."
    )
    max_size: f.Bytes = written(
        default="25MB",
        description="Of a larger mail, header and first text are kept, and it stays on the server (1 MB is 1024 KB).",
    )
    plus_address: Literal["auto", "on", "off"] = Field(
        default="auto", description="Whether replies may come to support+token@…; auto tries it with a mail to itself first."
    )
    contract: f.Line = Field(
        default="",
        description="Contract of senders that belong to no customer; the default one when not given.",
        examples=["standard"],
    )
    aliases: f.Emails = Field(
        default=(), description="Other addresses whose mail arrives here.", examples=[["help@acme.example"]]
    )
    list_ids: f.Texts = Field(
        default=(),
        description="List-Id of a group that delivers here; its mail is no mailing list's.",
        examples=[["support.acme.example"]],
    )
    staff: f.People = Field(
        default=(),
        description="Who answers; required here or in the contract. People or addresses.",
        examples=[["anna@acme.example"]],
    )

    @property
    def settling(self) -> Settling:
        """What happens on the server to a mail that was taken in."""
        verb, _, name = self.after.partition(":")
        return Settling(keyword=name or DEFAULT_KEYWORD if verb == "keyword" else "", move_to=name if verb == "move" else "")
