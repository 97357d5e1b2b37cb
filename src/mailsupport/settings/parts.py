"""Which tables of the raw settings make valid values? Each table is validated on its own, so that one bad key hides no other.

In: the merged raw table. Out: `Parts`, with the tables that could be read, and the report filled. A bad key is taken out and
the rest of its table tried again, so that the checks across tables still see it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from mailsupport.settings import models as m
from mailsupport.settings.files import Raw
from mailsupport.settings.problems import KeyPath, Report, explain, suggestion
from mailsupport.settings.toml import literal

NAMED_MODELS: Mapping[str, type[m.Section]] = {
    "contract": m.ContractSettings,
    "customer": m.CustomerSettings,
    "people": m.PersonSettings,
    "rotation": m.RotationSettings,
    "calendar": m.CalendarSettings,
}
LISTED_MODELS: Mapping[str, type[m.Section]] = {
    "mailbox": m.MailboxSettings,
    "absence": m.AbsenceSettings,
    "override": m.OverrideSettings,
    "rule": m.RuleSettings,
}
SINGLE_MODELS: Mapping[str, type[m.Section]] = {
    "storage": m.StorageSettings,
    "smtp": m.SmtpSettings,
    "senders": m.SendersSettings,
    "assignment": m.AssignmentSettings,
    "templates": m.TemplateSettings,
    "log": m.LogSettings,
}

Model = TypeVar("Model", bound=m.Section)


@dataclass
class Parts:
    """The tables that could be read; `names` also holds the names of those that could not."""

    folder: Path
    report: Report
    general: m.General | None = None
    storage: m.StorageSettings | None = None
    smtp: m.SmtpSettings | None = None
    fallback: m.FallbackSettings | None = None
    senders: m.SendersSettings | None = None
    assignment: m.AssignmentSettings | None = None
    templates: m.TemplateSettings | None = None
    log: m.LogSettings | None = None
    mailbox: dict[int, m.MailboxSettings] = field(default_factory=dict)
    rule: dict[int, m.RuleSettings] = field(default_factory=dict)
    contract: dict[str, m.ContractSettings] = field(default_factory=dict)
    customer: dict[str, m.CustomerSettings] = field(default_factory=dict)
    people: dict[str, m.PersonSettings] = field(default_factory=dict)
    absence: dict[int, m.AbsenceSettings] = field(default_factory=dict)
    rotation: dict[str, m.RotationSettings] = field(default_factory=dict)
    override: dict[int, m.OverrideSettings] = field(default_factory=dict)
    calendar: dict[str, m.CalendarSettings] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    own_contracts: Raw = field(default_factory=dict)
    """Each contract's table as it is written."""
    whole_contracts: Raw = field(default_factory=dict)
    """Each contract's table over what it inherits."""


def read(raw: Raw, folder: Path, report: Report) -> Parts:
    """Validate every table; paths count from `folder`. Contracts come with what they inherit already in them."""
    parts = Parts(folder, report)
    tables = {*NAMED_MODELS, *LISTED_MODELS, *SINGLE_MODELS}
    parts.general = _build(m.General, {k: v for k, v in raw.items() if k not in tables}, (), parts, tables)
    parts.storage = _build(m.StorageSettings, _single(raw, "storage", report), ("storage",), parts)
    parts.senders = _build(m.SendersSettings, _single(raw, "senders", report), ("senders",), parts)
    parts.assignment = _build(m.AssignmentSettings, _single(raw, "assignment", report), ("assignment",), parts)
    parts.templates = _build(m.TemplateSettings, _single(raw, "templates", report), ("templates",), parts)
    parts.log = _build(m.LogSettings, _single(raw, "log", report), ("log",), parts)
    if "smtp" in raw:
        _smtp(_single(raw, "smtp", report), parts)
    parts.mailbox = _listed(m.MailboxSettings, raw, "mailbox", parts)
    parts.rule = _listed(m.RuleSettings, raw, "rule", parts)
    parts.contract = _contracts(raw, parts)
    parts.customer = _named(m.CustomerSettings, raw, "customer", parts)
    parts.people = _named(m.PersonSettings, raw, "people", parts)
    parts.absence = _listed(m.AbsenceSettings, raw, "absence", parts)
    parts.rotation = _named(m.RotationSettings, raw, "rotation", parts)
    parts.override = _listed(m.OverrideSettings, raw, "override", parts)
    parts.calendar = _named(m.CalendarSettings, raw, "calendar", parts)
    return parts


def keys_of(model: type[m.Section]) -> list[str]:
    """Return the keys a person may write in a table, in the order of the model."""
    fields = model.model_fields.items()
    return [field.alias or name for name, field in fields if "hidden" not in extra(field)]


def extra(field: FieldInfo) -> Mapping[str, Any]:
    """Return what a field says of itself beside its type and description."""
    return field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}


def _single(raw: Raw, table: str, report: Report) -> Raw:
    content = raw.get(table, {})
    if isinstance(content, dict):
        return content
    report.add((table,), "must be a table", f"write [{table}] on a line of its own, its keys below")
    return {}


def _smtp(raw: Raw, parts: Parts) -> None:
    """Validate [smtp], and the table in it on its own."""
    first = {key: value for key, value in raw.items() if key != "fallback"}
    parts.smtp = _build(m.SmtpSettings, first, ("smtp",), parts, ["fallback"])
    if "fallback" in raw:
        parts.fallback = _table(m.FallbackSettings, raw["fallback"], ("smtp", "fallback"), parts, "[smtp.fallback]")


def _listed(model: type[Model], raw: Raw, table: str, parts: Parts) -> dict[int, Model]:
    content = raw.get(table, [])
    if not isinstance(content, list):
        parts.report.add((table,), "must be a list of tables", f"write [[{table}]] with two pairs of brackets")
        content = []
    parts.names[table] = [str(index) for index in range(len(content))]
    found = {}
    for index, item in enumerate(content):
        if built := _table(model, item, (table, index), parts, f"[[{table}]]"):
            found[index] = built
    return found


def _named(model: type[Model], raw: Raw, table: str, parts: Parts, own: Any = None) -> dict[str, Model]:
    content = raw.get(table, {})
    if not isinstance(content, dict):
        parts.report.add((table,), "must be a table of tables", f"write [{table}.NAME] with one pair of brackets")
        content = {}
    parts.names[table] = list(content)
    found = {}
    for name, item in content.items():
        if built := _table(model, item, (table, name), parts, f"[{table}.NAME]", own and own[name]):
            found[name] = built
    return found


def _contracts(raw: Raw, parts: Parts) -> dict[str, m.ContractSettings]:
    """Validate the contracts with what they inherit; a fault in an inherited key is told where it is written."""
    tables = raw.get("contract", {})
    whole = {name: with_inherited(tables, name) for name in tables} if isinstance(tables, dict) else tables
    if isinstance(tables, dict):
        parts.own_contracts, parts.whole_contracts = tables, whole
        _judge_inheritance(tables, parts.report)
    return _named(m.ContractSettings, {"contract": whole}, "contract", parts, tables)


def with_inherited(tables: Raw, name: str) -> Any:
    """Return a contract's table over the one it inherits from, and so on; a loop or an unknown name ends the search."""
    whole: Raw = {}
    seen: list[object] = []
    while isinstance(name, str) and name not in seen and isinstance(tables.get(name), dict):
        whole = {**tables[name], **whole}
        seen.append(name)
        name = tables[name].get("inherits", "")
    return whole if seen else tables.get(name)


def _judge_inheritance(tables: Raw, report: Report) -> None:
    for name, table in tables.items():
        parent = table.get("inherits", "") if isinstance(table, dict) else ""
        path = ("contract", name, "inherits")
        if isinstance(parent, str) and parent and parent not in tables:
            report.add(path, f'there is no contract "{parent[:60]}"', suggestion(parent, tables))
        elif name in _ancestors(tables, parent):
            report.add(path, "inherits from itself in a circle", "take out one of the inherits")


def _ancestors(tables: Raw, name: object) -> list[str]:
    seen: list[str] = []
    while isinstance(name, str) and name not in seen and isinstance(tables.get(name), dict):
        seen.append(name)
        name = tables[name].get("inherits", "")
    return seen


def _table(model: type[Model], item: object, path: KeyPath, parts: Parts, header: str, own: Any = None) -> Model | None:
    if isinstance(item, dict):
        return _build(model, item, path, parts, own=own)
    parts.report.add(path, "must be a table", f"write {header} on a line of its own, its keys below")
    return None


def _build(
    model: type[Model], raw: Raw, path: KeyPath, parts: Parts, more: Iterable[str] = (), own: Raw | None = None
) -> Model | None:
    """Validate one table; what is wrong is reported and taken out, and the rest tried once more."""
    context = {"folder": parts.folder}
    try:
        return model.model_validate(raw, context=context)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=True)
    for entry in wrong if own is None else (e for e in wrong if e["loc"][0] in own or e["type"] == "missing"):
        _tell(model, raw, path, entry, parts.report, [*keys_of(model), *more])
    try:
        return model.model_validate(_pruned(raw, [_plain(entry["loc"]) for entry in wrong]), context=context)
    except ValidationError:
        return None


def _tell(model: type[m.Section], raw: Raw, path: KeyPath, entry: Mapping[str, Any], report: Report, known: list[str]) -> None:
    loc = _plain(entry["loc"])
    told = explain({**entry, "loc": loc}, known, _example(model, str(loc[0])))
    if told is None:
        return
    where = (*path, *_written(raw, loc, missing=entry["type"] == "missing"))
    report.add(where, *told)


def _plain(loc: KeyPath) -> KeyPath:
    """Return a location without pydantic's mark for the key of a table."""
    return tuple(part for part in loc if part != "[key]")


def _pruned(raw: Raw, locations: list[KeyPath]) -> Raw:
    """Return a table without the values at those locations; of a list the last first, so that positions stay right."""
    rest = copy.deepcopy(raw)
    paths = {_written(raw, loc, missing=False) for loc in locations}
    for path in sorted(paths, key=lambda p: [(isinstance(part, int), part) for part in p], reverse=True):
        _remove(rest, path)
    return rest


def _remove(raw: Raw, path: KeyPath) -> None:
    """Take out the value at a location, and the list or table around it when that is left empty."""
    while path:
        here: Any = raw
        for part in path[:-1]:
            here = here[part]
        if path[-1] in (here if isinstance(here, dict) else range(len(here))):
            del here[path[-1]]
        if here:
            return
        path = path[:-1]


def _written(raw: Any, loc: KeyPath, *, missing: bool) -> KeyPath:
    """Return as much of a location as is written down: a single text may have stood for a list."""
    here: Any = raw
    for length, part in enumerate(loc):
        inside = part in here if isinstance(here, dict) else isinstance(here, list) and part in range(len(here))
        if not inside:
            return loc if missing or not length else loc[:length]
        here = here[part]
    return loc


def _example(model: type[m.Section], key: str) -> str:
    """Return how a value of that key may look, as TOML."""
    for name, info in model.model_fields.items():
        if key in (name, info.alias):
            return literal(info.examples[0] if info.examples else info.default)
    return '"…"'
