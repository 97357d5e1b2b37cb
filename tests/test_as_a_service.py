"""What README and docs/operating.md tell an operator to type is there: commands, options, targets, the unit, the backup."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailsupport.app.looking.audit import audit
from mailsupport.cli.program import command
from mailsupport.settings import load
from mailsupport.store import open_store

ROOT = Path(__file__).parents[1]
README = "\n".join((ROOT / name).read_text("utf-8") for name in ("README.md", "docs/operating.md", "docs/compared.md"))
"""The README and what it sends its readers to, as one page."""
UNIT = ROOT / "config/mailsupport.service"


def fenced(language: str) -> list[str]:
    """The blocks of that language."""
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", README)


def lines_of_shell() -> Iterator[str]:
    """Every line that is to be typed, continued ones as one."""
    for block in fenced("sh"):
        yield from block.replace("\\\n", " ").splitlines()


def calls() -> list[list[str]]:
    """What stands behind `mailsupport` on lines to be typed, and in the text between backquotes."""
    typed = [found[1] for line in lines_of_shell() if (found := re.search(r"(?:^|/bin/)mailsupport (.+)", line))]
    named = re.findall(r"`mailsupport ([a-z][^`]*)`", README)
    return [shlex.split(words, comments=True) for words in (*typed, *named)]


@pytest.mark.parametrize("words", calls(), ids=" ".join)
def test_every_command_of_the_readme_exists(words: list[str]) -> None:
    """Its verbs, and each of its options."""
    if words[:1] == ["--config"]:
        words = words[2:]
    found = command()
    while (verbs := getattr(found, "commands", None)) and words:
        assert words[0] in verbs, words
        found, words = verbs[words[0]], words[1:]
    known = {option for parameter in found.params for option in parameter.opts} | {"--json", "--help"}
    assert [word for word in words if word.startswith("--") and word not in known] == []


def test_every_target_of_the_readme_exists() -> None:
    """`make …`."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    wanted = set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE))

    assert wanted
    assert [target for target in sorted(wanted) if f"\n{target}:" not in makefile] == []


def test_every_file_of_the_readme_exists() -> None:
    """Links, and what is named between backquotes in config, docs, src or tests."""
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    named = re.findall(r"`((?:config|docs|src|tests|app|bench)/[\w./-]+)`", README)
    missing = [
        name for name in (*linked, *named) if not (ROOT / name).exists() and not (ROOT / "src/mailsupport" / name).exists()
    ]
    assert missing == []


def test_the_settings_of_the_readme_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The smallest ones, with the keys of the service in them: the password is what systemd hands over."""
    smallest, service = fenced("toml")[:2]
    password, storage = service.split("# in a table of its own\n")
    settings = smallest.replace('password_env = "SUPPORT_PASSWORD"', password.splitlines()[1])
    (tmp_path / "password").write_text("hunter2\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    path = tmp_path / "mailsupport.toml"
    path.write_text(f"{settings}\n{storage}")

    loaded = load(path)

    assert loaded.smtp.password is not None and loaded.smtp.password.reveal() == "hunter2"
    assert loaded.mailbox[0].password == loaded.smtp.password
    assert loaded.storage.url == "sqlite:////var/lib/mailsupport/mailsupport.db"
    assert loaded.storage.key_file == Path("/var/lib/mailsupport/mailsupport.key")


def test_the_backup_of_the_readme_is_a_whole_desk(tmp_path: Path) -> None:
    """Taken while the database is open and written to; the copy opens and keeps every promise."""
    (statement,) = re.findall(r'"(VACUUM INTO \'[^\']+\')"', README)
    live, copy = tmp_path / "mailsupport.db", tmp_path / "backup.db"
    store = open_store(f"sqlite:///{live}")
    store.migrate()
    with store.write():
        pass
    with sqlite3.connect(live) as connection:
        connection.execute(re.sub(r"'[^']+'", f"'{copy}'", statement))
    store.close()

    again = open_store(f"sqlite:///{copy}")
    assert (again.missing(), again.check()) == ([], [])
    assert [found for promise in audit(again, datetime.now(UTC)) for found in promise.findings] == []
    again.close()


# --- the unit -------------------------------------------------------------------------------------------------------------


class Exact(configparser.RawConfigParser):
    """Keys as they are written: systemd tells them apart by case."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def unit() -> configparser.RawConfigParser:
    """The unit's sections."""
    parser = Exact(strict=True, interpolation=None)
    parser.read_string(UNIT.read_text("utf-8"))
    return parser


def test_the_unit_runs_the_daemon_as_the_readme_installs_it() -> None:
    """Program, settings, user and password lie where the README puts them."""
    service = unit()["Service"]

    assert service["ExecStart"] == "/opt/mailsupport/bin/mailsupport --config /etc/mailsupport/mailsupport.toml run"
    for name in (
        "/opt/mailsupport",
        "/etc/mailsupport/mailsupport.toml",
        f"useradd --system --home-dir {service['WorkingDirectory']}",
    ):
        assert name in README
    assert service["LoadCredential"] == "password:/etc/mailsupport/password"
    assert service["User"] == service["Group"] == service["StateDirectory"] == "mailsupport"


def test_the_unit_tries_again_but_not_after_wrong_settings() -> None:
    """Exit codes 2 and 78 are for people; HUP loads the settings again; the stop outlasts what is under way."""
    from mailsupport.daemon.life import PATIENCE
    from mailsupport.errors import EXIT_SETTINGS, EXIT_USAGE

    service = unit()["Service"]

    assert (service["Restart"], service["RestartPreventExitStatus"]) == ("on-failure", f"{EXIT_USAGE} {EXIT_SETTINGS}")
    assert "-HUP" in service["ExecReload"]
    assert int(service["TimeoutStopSec"]) > PATIENCE


def test_the_unit_is_shut_in() -> None:
    """It can write its state directory alone, and gain no privilege."""
    service = unit()["Service"]

    assert (service["ProtectSystem"], service["ProtectHome"], service["NoNewPrivileges"]) == ("strict", "yes", "yes")
    assert service["CapabilityBoundingSet"] == ""


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    """Where systemd is there to be asked; elsewhere the unit was read as sections and keys above."""
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text("utf-8").replace("/opt/mailsupport/bin/mailsupport", sys.executable))
    asked = shutil.which("systemd-analyze")
    done = subprocess.run([asked, "verify", str(copy)], capture_output=True, text=True, check=False) if asked else None

    assert done is None or (done.returncode, [line for line in done.stderr.splitlines() if UNIT.name in line]) == (0, [])
