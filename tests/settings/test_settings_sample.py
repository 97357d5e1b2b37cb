"""Sample, reference page and minimal file: what is shipped is what the models say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from settings_text import GOOD, TODAY

from mailsupport.settings import Settings, desk, load
from mailsupport.settings.models import FallbackSettings, General, Section
from mailsupport.settings.parts import LISTED_MODELS, NAMED_MODELS, SINGLE_MODELS, keys_of
from mailsupport.settings.sample import REFERENCE, SAMPLE, main, reference, sample

ROOT = Path(__file__).parents[2]
MODELS = [General, FallbackSettings, *SINGLE_MODELS.values(), *LISTED_MODELS.values(), *NAMED_MODELS.values()]


def test_sample_file_is_what_the_models_say() -> None:
    """A changed model needs a new sample: python -m mailsupport.settings.sample --write."""
    assert (ROOT / SAMPLE).read_text("utf-8") == sample()


def test_reference_page_is_what_the_models_say() -> None:
    """A changed model needs a new page: python -m mailsupport.settings.sample --write."""
    assert (ROOT / REFERENCE).read_text("utf-8") == reference()


def test_drift_is_found_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command fails while a file differs, writes it when told, and is content afterwards."""
    codes = [main([*words, "--root", str(tmp_path)]) for words in ([], ["--write"], [])]

    assert codes == [1, 0, 0]


def test_sample_file_loads() -> None:
    """The shipped sample has no problems."""
    assert desk(load(ROOT / SAMPLE, secrets=False, today=TODAY)).default_contract == "standard"


def test_sample_shows_every_key() -> None:
    """Every key of every table stands in the sample, set or behind a comment sign."""
    shown = set(re.findall(r"^(?:# )?([a-z_]+) = ", sample(), re.MULTILINE))

    assert {key for model in MODELS for key in keys_of(model)} <= shown


APART = ("password_", 'folder = "outgoing"', "path = ", "inherits = ", "include = ", "staff = ", "absences = ")
"""Keys of the sample that are alternatives to others, or name what the story does not have."""


def uncommented(line: str) -> str:
    """Return a line of the sample with its key set."""
    key = line.removeprefix("# ")
    return key if " = " in key and not key.startswith(APART) else line


def test_every_commented_key_of_the_sample_is_written_right(tmp_path: Path) -> None:
    """Each key behind a comment sign loads when it is set, alternatives apart."""
    (tmp_path / "all.toml").write_text("\n".join(map(uncommented, sample().splitlines()[9:])), "utf-8")

    assert isinstance(load(tmp_path / "all.toml", secrets=False, today=TODAY), Settings)


@pytest.mark.parametrize("model", MODELS)
def test_every_key_is_described(model: type[Section]) -> None:
    """No key without a meaning, none without a way to see how it is written."""
    for name, field in model.model_fields.items():
        assert field.description, name
        assert field.examples or not field.is_required(), name


def test_minimal_file_loads_from_any_folder(tmp_path: Path) -> None:
    """The minimal file is complete: copied anywhere, it loads."""
    copy = tmp_path / "desk.toml"
    copy.write_bytes((ROOT / "config/minimal.example.toml").read_bytes())

    assert load(copy, secrets=False, today=TODAY).operator == "ops@acme.example"


def test_minimal_file_is_the_one_of_the_documents(tmp_path: Path) -> None:
    """The minimal file says no more and no less than the smallest settings."""
    (tmp_path / "good.toml").write_text(GOOD)
    paths = (ROOT / "config/minimal.example.toml", tmp_path / "good.toml")
    minimal, good = (load(path, secrets=False, today=TODAY) for path in paths)

    assert desk(minimal) == desk(good)
