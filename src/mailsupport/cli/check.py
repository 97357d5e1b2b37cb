"""`mailsupport check`: everything that can be wrong before the first mail, in one go, each with its cure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from mailsupport.cli.given import Given, Json, given, now
from mailsupport.errors import EXIT_FAILED, EXIT_OK, EXIT_SETTINGS, EXIT_UNAVAILABLE, EXIT_WARNINGS, SettingsError

if TYPE_CHECKING:
    from mailsupport.cli.findings import Finding

WORST_FIRST = (EXIT_SETTINGS, EXIT_UNAVAILABLE, EXIT_FAILED)
"""Of several failures, whose exit code counts: settings before servers, for the one may explain the other."""


def check(context: typer.Context, as_json: Json = False) -> int:
    """Verify settings, servers, templates and chains.

    Keys, database, every mailbox, every relay, every template, every chain: nothing is sent or changed.
    """
    from mailsupport.cli.screen import show_json

    found = []
    for finding in _findings(given(context)):
        found.append(finding)
        if not as_json:
            _show(finding)
    if as_json:
        show_json([{name: getattr(one, name) for name in ("area", "state", "what", "cure", "plan")} for one in found])
    return _code(found)


def _findings(where: Given) -> Iterator[Finding]:
    """Yield what is found; where only a secret or a file is amiss, what needs none of them is still looked at."""
    from mailsupport.cli.findings import FAILED, OK, Finding, local_findings

    settings, problems = None, SettingsError([])
    try:
        settings = where.settings(secrets=True)
        yield Finding("settings", OK, f"{where.path}: no problems")
    except SettingsError as error:
        problems = error
        for problem in error.problems:
            at = f"{problem.file}, line {problem.line}: " if problem.line else f"{problem.file}: " if problem.file else ""
            key = f"{problem.key}: " if problem.key else ""
            yield Finding("settings", FAILED, f"{at}{key}{problem.what}", problem.cure, EXIT_SETTINGS)
    if settings is not None:
        from mailsupport.cli.servers import server_findings

        yield from server_findings(settings)
    else:
        try:
            settings = where.settings()
        except SettingsError:
            return
        what = "not asked, for the settings are not whole"
        yield Finding("servers", FAILED, what, f"mend the {len(problems.problems)} above first", EXIT_SETTINGS)
    yield from local_findings(settings, now())


def _show(finding: Finding) -> None:
    from mailsupport.cli.chain import entry_lines
    from mailsupport.cli.screen import mark, say

    say(f"{mark(finding.state)} {finding.area}: {finding.what}")
    if finding.cure:
        say(f"    → {finding.cure}")
    if finding.plan is not None:
        say(*(f"    {line}" for line in entry_lines(finding.plan.entries, finding.plan.timezone)))


def _code(found: list[Finding]) -> int:
    codes = {finding.code for finding in found if finding.state == "failed"}
    worst = next((code for code in WORST_FIRST if code in codes), EXIT_FAILED if codes else EXIT_OK)
    warned = any(finding.state == "warning" for finding in found)
    return EXIT_WARNINGS if worst == EXIT_OK and warned else worst
