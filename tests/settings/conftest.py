"""A settings file of one's own: the smallest good one, with lines changed or added."""

from __future__ import annotations

from pathlib import Path

import pytest
from settings_text import TODAY, Judge, Reader

from mailsupport.errors import Problem, SettingsError
from mailsupport.settings import Settings, load


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    """Load a text as settings, opening no secrets unless told to."""

    def load_text(text: str, *, secrets: bool = False) -> Settings:
        path = tmp_path / "mailsupport.toml"
        path.write_text(text, "utf-8")
        return load(path, secrets=secrets, today=TODAY)

    return load_text


@pytest.fixture
def problems(read: Reader) -> Judge:
    """Return the problems of a text by key, those of a whole file by its name; none when it loads."""

    def judge(text: str, *, secrets: bool = False) -> dict[str, Problem]:
        try:
            read(text, secrets=secrets)
        except SettingsError as error:
            return {problem.key or Path(problem.file).name: problem for problem in error.problems}
        return {}

    return judge
