"""The history of the tables: one file a revision in `versions`, forward only, numbered, each beginning with what it is for.

A new revision is written beside a change of `schema` and named here, last; a test compares the two on both databases.
"""

REVISIONS = ("0001", "0002", "0003", "0004", "0005")
"""Every revision this version knows, oldest first."""
