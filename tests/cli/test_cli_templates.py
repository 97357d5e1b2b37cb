"""`template`: every mail can be looked at before it is sent, and made one's own."""

from __future__ import annotations

from desks import SETTINGS, Office

from mailsupport.mail.samples import samples

OWN = SETTINGS + '[templates]\ndir = "own"\n'


def with_a_folder(office: Office) -> None:
    """The settings name a folder for templates."""
    (office.folder / "own").mkdir()
    office.write(OWN)


def test_every_template_is_listed(bare: Office) -> None:
    """Also without a settings file: what is shipped."""
    said = bare.does("template", "list", "--json")

    assert [one["name"] for one in said.json] == list(samples())
    assert all(one["languages"] == ["", "de"] for one in said.json)


def test_a_preview_shows_the_whole_mail(bare: Office) -> None:
    """Subject, a blank line, the text; the end of the name is enough."""
    said = bare.does("template", "preview", "alert", "--text")

    assert said.code == 0
    assert said.lines[0].startswith("Subject: [Overdue]") and said.lines[1] == ""
    assert said.lines == bare.does("template", "preview", "escalation/alert", "--text").lines


def test_a_preview_in_another_language(bare: Office) -> None:
    """The words are German, the sample is the same."""
    said = bare.does("template", "preview", "receipt", "--lang", "de")

    assert "Guten Tag" in said.out


def test_a_preview_of_the_html(bare: Office) -> None:
    """One page, ready for a browser."""
    said = bare.does("template", "preview", "notification", "--html")

    assert said.lines[0] == "" or said.lines[0].startswith("<!DOCTYPE html>")
    assert "</html>" in said.out


def test_a_mail_without_html_has_none_to_show(bare: Office) -> None:
    """Said so, with what to do."""
    said = bare.does("template", "preview", "receipt_unknown", "--html")

    assert said.code == 1 and "has no HTML form" in said.err


def test_a_misspelt_template_is_named(bare: Office) -> None:
    """The nearest name is offered."""
    said = bare.does("template", "preview", "notifcation")

    assert said.code == 1 and "did you mean notification?" in said.err


def test_an_ejected_template_is_the_sites_own(office: Office) -> None:
    """Text and HTML lie in the folder as they are shipped, and are listed as the site's."""
    with_a_folder(office)
    said = office.does("template", "eject", "notification", "--lang", "de")

    assert said.code == 0 and len(said.lines) == 4
    (listed,) = [one for one in office.does("template", "list", "--json").json if one["name"] == "staff/notification"]
    assert sorted(listed["own"]) == sorted(line.rpartition("own/")[2] for line in said.lines)


def test_nothing_is_ejected_over_what_is_there(office: Office) -> None:
    """Somebody's work is not written over, unless it is said twice."""
    with_a_folder(office)
    office.does("template", "eject", "held")
    own = office.folder / "own/staff/held.txt.j2"
    own.write_text("Subject: mine\n\nmine\n")

    assert office.does("template", "eject", "held").code == 1 and own.read_text().startswith("Subject: mine")
    assert office.does("template", "eject", "held", "--force").code == 0 and "mine" not in own.read_text()


def test_eject_needs_a_folder(office: Office) -> None:
    """The cure is the line to add."""
    said = office.does("template", "eject", "held")

    assert said.code == 1 and 'dir = "templates"' in said.err


def test_check_finds_nothing_in_what_is_shipped(bare: Office) -> None:
    """Exit code 0, and how much was tried."""
    said = bare.does("template", "check")

    assert said.code == 0 and "each renders with every sample" in said.out


def test_check_names_a_broken_template(office: Office) -> None:
    """Exit code 1; file, line and cure."""
    with_a_folder(office)
    (office.folder / "own/staff").mkdir()
    (office.folder / "own/staff/held.txt.j2").write_text("Subject: x\n\n{{ nothing_of_that_name }}\n")
    said = office.does("template", "check")

    assert said.code == 1 and "held.txt.j2" in said.out
