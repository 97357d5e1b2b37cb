"""The stages of a dialogue between a mail client and an IMAP server, and by which command each is known."""

from __future__ import annotations

import re
from enum import StrEnum


class Stage(StrEnum):
    """Where in a dialogue a fault strikes: at the first byte of the server's answer to that, unless it says otherwise."""

    CONNECT = "connect"
    """When the client has connected, before TLS."""
    GREETING = "greeting"
    CAPABILITY = "capability"
    LOGIN = "login"
    LIST = "list"
    SELECT = "select"
    SEARCH = "search"
    SIZES = "sizes"
    FETCH = "fetch"
    LITERAL = "literal"
    """In the middle of a mail."""
    FETCHED = "fetched"
    """Behind a mail, before the end of the answer."""
    IDLE = "idle"
    """At the continuation."""
    IDLING = "idling"
    """At whatever the server says next."""
    REOPEN = "reopen"
    """For writing, before mails are moved."""
    MOVE = "move"
    COPY = "copy"
    """From here to EXPUNGE: only where the server has no MOVE."""
    MARK = "mark"
    EXPUNGE = "expunge"
    LOGOUT = "logout"


COMMANDS = (
    (Stage.CAPABILITY, re.compile(rb"CAPABILITY")),
    (Stage.LOGIN, re.compile(rb"LOGIN|AUTHENTICATE")),
    (Stage.LIST, re.compile(rb"LIST")),
    (Stage.SELECT, re.compile(rb"EXAMINE")),
    (Stage.SEARCH, re.compile(rb"UID SEARCH")),
    (Stage.SIZES, re.compile(rb"UID FETCH .*RFC822\.SIZE")),
    (Stage.FETCH, re.compile(rb"UID FETCH .*BODY\.PEEK\[\]")),
    (Stage.IDLE, re.compile(rb"IDLE")),
    (Stage.REOPEN, re.compile(rb"SELECT")),
    (Stage.MOVE, re.compile(rb"UID MOVE")),
    (Stage.COPY, re.compile(rb"UID COPY")),
    (Stage.MARK, re.compile(rb"UID STORE")),
    (Stage.EXPUNGE, re.compile(rb"UID EXPUNGE")),
    (Stage.LOGOUT, re.compile(rb"LOGOUT")),
)
"""A command begins its stage; the first that matches counts."""
