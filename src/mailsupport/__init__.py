"""Turns support mailboxes into tickets with a guarded response time."""

__version__ = "0.1.0"
