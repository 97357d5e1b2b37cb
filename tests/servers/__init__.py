"""Real little servers for the tests: Dovecot for IMAP, a recording relay for SMTP."""
