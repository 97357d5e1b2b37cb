"""What a person types: each verb reads its arguments, asks `app`, and prints.

`main` is the command; `program` lists the verbs. Rules for editing here: a verb imports what it needs inside itself, so that
`mailsupport --help` stays quick; no verb decides anything; with `--json` stdout is JSON and nothing else.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import Any

from mailsupport.errors import EXIT_FAILED, EXIT_OK, MailsupportError

EXIT_INTERRUPTED = 130
"""128 + SIGINT, as shells count."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code; an error becomes a message with its cure on stderr."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a customer's word that the terminal cannot show must not end the list
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _run(given)
        sys.stdout.flush()
    except MailsupportError as error:
        _complain(error.message, error.cure, as_json="--json" in given)
        return error.exit_code
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Python flushes stdout once more at its end and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    return code


def _run(given: list[str]) -> int:
    import typer

    from mailsupport.cli.program import command

    try:
        code = command().main(given, prog_name="mailsupport", standalone_mode=False)
    except typer.Abort:
        print("stopped", file=sys.stderr)
        return EXIT_FAILED
    except typer.TyperException as error:
        _complain_of_use(_words(error), getattr(error, "ctx", None), as_json="--json" in given)
        return error.exit_code
    return code if isinstance(code, int) else EXIT_OK


def _words(error: Any) -> str:
    """Return what is wrong with the arguments; what pydantic says of a value is said in our own words."""
    cause = error.__cause__
    if hasattr(cause, "errors"):
        from mailsupport.settings.problems import own_words

        error.message = own_words(cause.errors()[0])
    return str(error.format_message())


def _complain_of_use(message: str, context: Any, *, as_json: bool) -> None:
    """Say how a verb is used; without any word at all, the message is the whole help."""
    if message.startswith("Usage:"):
        print(message, file=sys.stderr)
        return
    usage = " ".join(context.get_usage().split()) if context is not None else ""
    _complain(message, usage and f"{usage} (--help tells more)", as_json=as_json)


def _complain(message: str, cure: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"error": message, "cure": cure}), file=sys.stderr)
        return
    print(message, file=sys.stderr)
    if cure:
        print(f"→ {cure}", file=sys.stderr)
