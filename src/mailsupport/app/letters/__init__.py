"""How a mail of ours is written: one module for each who reads it, and `post`, which puts it into the outbox."""
