"""What stands before every verb: which settings file, and from there the settings, the desk, the database.

Rules for editing here: nothing is imported on top that a verb without settings does not need. The database is opened for looking:
nobody's lock is taken, nothing is made and nothing is migrated.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailsupport.errors import Problem, SettingsError, StorageError

if TYPE_CHECKING:
    from mailsupport.core.desk import Desk
    from mailsupport.settings import Settings
    from mailsupport.settings.accounts import StorageSettings
    from mailsupport.store import Store, Tx

HERE = Path("mailsupport.toml")
SYSTEM = Path("/etc/mailsupport/mailsupport.toml")

Json = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else on stdout.")]


@dataclass(frozen=True)
class Given:
    """Where the settings are; they are loaded once, and only when a verb asks."""

    path: Path
    _loaded: dict[bool, Settings] = field(default_factory=dict, repr=False, compare=False)

    def settings(self, *, secrets: bool = False) -> Settings:
        """Return the settings; only with `secrets` are passwords opened and file modes judged. Raises SettingsError."""
        from mailsupport.settings import load

        if secrets not in self._loaded:
            self._loaded[secrets] = load(self.path, secrets=secrets)
        return self._loaded[secrets]

    def desk(self) -> Desk:
        """Return the desk that the settings describe; raises SettingsError."""
        from mailsupport.settings import desk

        return desk(self.settings())

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Open the database that the daemon made; raises SettingsError, StorageError."""
        opened = opened_store(self.settings())
        try:
            yield opened
        finally:
            opened.close()

    @contextmanager
    def reading(self) -> Iterator[Tx]:
        """Open the database for one look at it; raises SettingsError, StorageError."""
        with self.store() as store, store.read() as tx:
            yield tx


def given(context: typer.Context) -> Given:
    """Return what stood before the verb."""
    found = context.obj
    assert isinstance(found, Given)
    return found


def settings_path(named: Path | None) -> Path:
    """Return the settings file: the one named, else the one in this folder, else the system's."""
    if named is not None:
        return named
    return SYSTEM if SYSTEM.exists() and not HERE.exists() else HERE


def now() -> datetime:
    """Return the present instant, from the only clock there is."""
    from mailsupport.daemon.clock import utc_now

    return utc_now()


def opened_store(settings: Settings) -> Store:
    """Return the database as it is; raises StorageError when there is none yet, or it is not of this version."""
    from mailsupport.store import open_store
    from mailsupport.store.migrations import REVISIONS

    store = open_store(settings.storage.url, storage_password(settings.storage, settings.path.parent))
    cure = f"mailsupport --config {settings.path} run"
    if store.path is not None and not store.path.exists():
        raise StorageError(f"there is no database at {store.path} yet", f"the first run makes it: {cure}")
    if missing := store.missing():
        what = "holds nothing yet" if len(missing) == len(REVISIONS) else f"lacks revision {', '.join(missing)}"
        raise StorageError(f"the database {what}", f"starting the program brings it up to date: {cure}")
    return store


def storage_password(storage: StorageSettings, folder: Path) -> str:
    """Return the database's password alone, so that looking needs no mailbox's secret; raises SettingsError."""
    from mailsupport.settings.problems import Wrong
    from mailsupport.settings.secrets import resolve

    try:
        secret = resolve(storage.password_file, storage.password_env, storage.password_command, folder)
    except Wrong as wrong:
        raise SettingsError([Problem("storage", wrong.what, wrong.cure)]) from wrong
    return secret.reveal() if secret else ""
