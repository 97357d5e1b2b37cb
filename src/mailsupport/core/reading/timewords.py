"""How people write days, months, times of day and units, per language: data only, read by `core.reading.when`.

Everything is lower case. English is always understood, another language where the writer's own is. Rule for editing here: no word
that may begin a sentence of its own ("so" is Sunday only with its dot), for a reason may follow a time on the same line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TimeWords:
    """The words of one language; `units` in seconds, `hours` in hours after midnight, `days` in days after today."""

    weekdays: Mapping[str, int]
    months: Mapping[str, int]
    units: Mapping[str, int]
    hours: Mapping[str, int]
    days: Mapping[str, int]
    spans: Mapping[str, int]
    fillers: tuple[str, ...]
    this: tuple[str, ...]
    next: tuple[str, ...]
    week: tuple[str, ...]
    oclock: tuple[str, ...] = ()


def _numbered(text: str, first: int = 0) -> dict[str, int]:
    """Read names in order, parted by semicolons; each may have several forms."""
    groups = enumerate(text.split(";"), first)
    return {form: number for number, forms in groups for form in forms.split()}


def _all(seconds: int, text: str) -> dict[str, int]:
    return dict.fromkeys(text.split(), seconds)


MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 604800

ENGLISH = TimeWords(
    weekdays=_numbered(
        "monday mon mon.; tuesday tue tue. tues tues.; wednesday wed wed.; thursday thu thu. thur thurs; friday fri fri.;"
        "saturday sat sat.; sunday sun sun."
    ),
    months=_numbered(
        "january jan jan.; february feb feb.; march mar mar.; april apr apr.; may; june jun jun.; july jul jul.;"
        "august aug aug.; september sep sep. sept sept.; october oct oct.; november nov nov.; december dec dec.",
        first=1,
    ),
    units=_all(MINUTE, "m min min. mins minute minutes")
    | _all(HOUR, "h hr hrs hour hours")
    | _all(DAY, "d day days")
    | _all(WEEK, "w week weeks"),
    hours={"morning": 9, "in the morning": 9, "noon": 12, "midday": 12, "afternoon": 14, "evening": 18, "tonight": 20},
    days={"today": 0, "tomorrow": 1, "the day after tomorrow": 2, "day after tomorrow": 2},
    spans={"half an hour": 1800, "an hour": HOUR, "a day": DAY, "a week": WEEK},
    fillers=("until the", "until", "untill", "till", "til", "for", "in", "at", "on the", "on", "by", "to"),
    this=("this", "coming"),
    next=("next",),
    week=("next week",),
    oclock=("o'clock", "oclock"),
)

GERMAN = TimeWords(
    weekdays=_numbered(
        "montag mo mo. montags; dienstag di di.; mittwoch mi mi.; donnerstag do do.; freitag fr fr.; samstag sa sa. sonnabend;"
        "sonntag so."
    ),
    months=_numbered(
        "januar jan jan. jänner; februar feb feb.; märz mär mär. mrz; april apr apr.; mai; juni jun jun.; juli jul jul.;"
        "august aug aug.; september sep sep. sept sept.; oktober okt okt.; november nov nov.; dezember dez dez.",
        first=1,
    ),
    units=_all(MINUTE, "m min min. minute minuten")
    | _all(HOUR, "h std std. stunde stunden")
    | _all(DAY, "t tag tage tagen")
    | _all(WEEK, "w woche wochen"),
    hours={"früh": 9, "vormittag": 9, "mittag": 12, "nachmittag": 14, "abend": 18, "heute abend": 18},
    days={"heute": 0, "morgen": 1, "übermorgen": 2},
    spans={
        "eine halbe stunde": 1800,
        "einer halben stunde": 1800,
        "eine stunde": HOUR,
        "einer stunde": HOUR,
        "einen tag": DAY,
        "einem tag": DAY,
        "eine woche": WEEK,
        "einer woche": WEEK,
    },
    fillers=("bis zum", "bis einschließlich", "bis", "für", "in", "um", "am", "den", "zum", "gegen", "ab dem", "ab"),
    this=("diesen", "dieser", "kommenden", "kommender"),
    next=("nächsten", "nächster", "nächste"),
    week=("nächste woche", "nächster woche"),
    oclock=("uhr",),
)

LANGUAGES: Mapping[str, TimeWords] = {"en": ENGLISH, "de": GERMAN}
