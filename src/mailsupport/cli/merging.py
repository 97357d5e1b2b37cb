"""`mailsupport ticket merge|split`: two tickets are one, or one mail is a ticket of its own."""

from __future__ import annotations

from typing import Annotated

import typer

from mailsupport.cli.given import given
from mailsupport.cli.quarantined import service_of
from mailsupport.errors import EXIT_OK

Source = Annotated[int, typer.Argument(metavar="A", help="The ticket that ends.")]
Target = Annotated[int, typer.Argument(metavar="B", help="The ticket that goes on.")]
Mail = Annotated[int, typer.Argument(metavar="MAIL", help="The mail's number, as `ticket show` names it.")]


def merge_tickets(context: typer.Context, source: Source, target: Target) -> int:
    """Merge ticket A into B: its people, its deadline and its chain go on there, and so does every later mail."""
    from mailsupport.app.merging import merge
    from mailsupport.cli.screen import say

    with service_of(given(context)) as service:
        number = merge(service, source, target)
    say(f"ticket {source} is merged into ticket {number}")
    return EXIT_OK


def split_mail(context: typer.Context, mail: Mail) -> int:
    """Make a ticket of one mail; its clock counts from when the mail was received, and later replies to it go there."""
    from mailsupport.app.merging import split
    from mailsupport.cli.screen import say

    with service_of(given(context)) as service:
        number = split(service, mail)
    say(f"mail {mail} is ticket {number} now")
    return EXIT_OK
