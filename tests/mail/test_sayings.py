"""What customers say, by language: the shipped lists, and those of a site."""

from __future__ import annotations

from pathlib import Path

from mailsupport.mail.sayings import MEANINGS, problems, read_sayings


def test_every_language_says_every_thing() -> None:
    """What a button writes exists in each shipped language, and every meaning in English."""
    ours = read_sayings(None)

    assert all(ours.of(meaning) for meaning in MEANINGS)
    assert [ours.first[meaning, "de"] for meaning in ("urgent", "good", "not_good")] == ["dringend", "Gut", "Nicht gut"]
    assert problems(None) == []


def test_good_and_not_good_share_no_phrase() -> None:
    """A rating can be read in one way only, whatever its language."""
    ours = read_sayings(None)

    assert not ours.of("good") & ours.of("not_good")


def test_a_language_that_is_dropped_in_brings_its_phrases(tmp_path: Path) -> None:
    """A folder with a file of its own: understood in every mail, and written to who reads that language."""
    (tmp_path / "pl").mkdir()
    (tmp_path / "pl" / "sayings.toml").write_text('urgent = ["pilne"]\nthanks = ["dziękuję [bardzo|]"]\n')
    theirs = read_sayings(tmp_path)

    assert theirs.mean("thanks", "Dziękuję bardzo!")
    assert theirs.written("urgent", "pl") == "pilne"
    assert theirs.written("good", "pl") == "Good"


def test_a_file_that_is_wrong_is_named_with_its_cure(tmp_path: Path) -> None:
    """`check` says it; until it is mended, ours count."""
    (tmp_path / "sayings.toml").write_text('thank = ["tack"]\ngood = "bra"\n')
    (tmp_path / "sv").mkdir()
    (tmp_path / "sv" / "sayings.toml").write_text("thanks = [")
    found = problems(tmp_path)

    assert len(found) == 3
    assert any("nothing is called thank" in line for line in found) and any("good is no list" in line for line in found)
    assert read_sayings(tmp_path).mean("thanks", "thanks")


def test_a_phrase_of_too_many_forms_is_named_with_its_cure(tmp_path: Path) -> None:
    """What is cut would be missed in silence: `check` says which phrase, and what to do."""
    most = "[a|b|c|d|e|f|g|h|i|j]" * 3
    (tmp_path / "sayings.toml").write_text(f'thanks = ["tack {most}[k|l|m|n|o]", "cut {most}[k|l|m|n|o|p]"]\n')

    (found,) = problems(tmp_path)
    assert "“cut [a|b" in found and "of thanks has 6000 forms" in found and "write it as several phrases" in found
