"""Nobody who is told anything is a mailbox that this program reads."""

from __future__ import annotations

import pytest
from settings_text import GOOD, Judge, Reader

ALIAS = GOOD.replace('host = "imap', 'aliases = ["Help@acme.example"]\nhost = "imap')
PERSON = '\n[people.anna]\nname = "Anna Berg"\nemail = "{0}"\n'
BEN = '\n[people.ben]\nname = "Ben"\nemail = "ben@acme.example"\ndeputy = "{0}"\n'
GOLD = '\n[contract.gold]\ninherits = "standard"\n'
ROTATION = '\n[rotation.r]\ntype = "weekly"\nstart = "2026-11-02T09:00"\npeople = ["x@acme.example", "{0}"]\n'
OVERRIDE = '\n[[override]]\nrotation = "r"\nfrom = "2026-12-24"\nto = "2026-12-26"\nadd = "{0}"\n'
ABSENCE = '\n[[absence]]\nperson = "pm@acme.example"\nfrom = "2026-12-21"\nto = "2026-12-24"\ndeputy = "{0}"\n'
CUSTOMER = '\n[customer.globex]\nmatch = "@globex.example"\npm = "{0}"\n'
ROLE = ALIAS.replace('"pm@acme.example"', '"pm", "pm@acme.example"')

# (the settings with a gap for an address, the key that is complained of)
PLACES = [
    (ALIAS.replace("ops@acme.example", "{0}"), "operator"),
    (ALIAS.replace("anna@acme.example", "{0}"), "mailbox[0].staff[0]"),
    (ALIAS.replace("am@acme.example", "{0}"), "contract.standard.chain[1]"),
    (ALIAS.replace('"am@acme.example"', '["am@acme.example", "{0}"]'), "contract.standard.chain[1]"),
    (ALIAS + 'staff = "{0}"\n', "contract.standard.staff"),
    (ALIAS + PERSON, "people.anna.email"),
    (ALIAS + BEN, "people.ben.deputy"),
    (ALIAS + ROTATION, "rotation.r.people[1]"),
    (ALIAS + ROTATION.replace("{0}", "y@acme.example") + OVERRIDE, "override[0].add"),
    (ALIAS + ABSENCE, "absence[0].deputy"),
    (ROLE + CUSTOMER, "customer.globex.pm"),
]
OURS = ["support@acme.example", "SUPPORT@Acme.example", "help@acme.example", "support+boss@acme.example", "help+a+b@acme.example"]


@pytest.mark.parametrize(("text", "key"), PLACES)
@pytest.mark.parametrize("address", OURS)
def test_own_address_is_nobodys(problems: Judge, text: str, key: str, address: str) -> None:
    """A mailbox's address, alias or plus-form is told nothing: the key is named, and what to write instead."""
    found = problems(text.replace("{0}", address))

    assert list(found) == [key]
    assert address in found[key].what
    assert "mailbox[0]" in found[key].what
    assert "person's own address" in found[key].cure
    assert found[key].line


@pytest.mark.parametrize(("text", "key"), PLACES)
def test_any_other_address_may_stand_there(read: Reader, text: str, key: str) -> None:
    """A plus-form of somebody else's address, or the same name in another domain, is no mailbox of ours."""
    assert read(text.replace("{0}", "support+x@globex.example"))


def test_inherited_chain_is_told_once(problems: Judge) -> None:
    """A mailbox in a chain is told where the chain is written, not again where it is inherited."""
    assert list(problems(GOOD.replace("am@acme.example", "support@acme.example") + GOLD)) == ["contract.standard.chain[1]"]
