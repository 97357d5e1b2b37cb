"""The rules of the house, held by tests: layers, sizes, clocks, words, and that everything shipped is documented."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(p for p in (ROOT / "src").rglob("*.py") if "migrations/versions" not in str(p))
LONGEST_FILE, LONGEST_FUNCTION, MEDIAN_FUNCTION = 350, 60, 8

CLOCK_READERS = {"daemon", "demo", "cli"}
"""Where the time may be asked for; everywhere else it is an argument."""

STOPWATCHES = {"net/imapwire.py", "net/folder.py", "net/pool.py", "net/smtp.py", "net/watch.py", "mail/worker.py"}
"""Where `time.monotonic` measures how long something takes; it decides nothing about deadlines."""


def _area(path: Path) -> str:
    return path.relative_to(ROOT / "src" / "mailsupport").parts[0].removesuffix(".py")


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_layers_hold() -> None:
    """Imports go only downwards, and each library is imported only where it belongs."""
    done = subprocess.run([Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_no_file_outgrows_a_glance() -> None:
    """No module is longer than 350 lines."""
    assert [str(p) for p in SOURCES if len(p.read_text().splitlines()) > LONGEST_FILE] == []


def test_no_function_outgrows_a_glance() -> None:
    """No function is longer than 60 lines."""
    long = [f"{p}:{f.lineno}" for p in SOURCES for f in _functions(p) if (f.end_lineno or 0) - f.lineno + 1 > LONGEST_FUNCTION]

    assert long == []


def test_most_functions_are_short() -> None:
    """Half of all functions have at most eight lines."""
    sizes = sorted((f.end_lineno or 0) - f.lineno + 1 for p in SOURCES for f in _functions(p))

    assert sizes[len(sizes) // 2] <= MEDIAN_FUNCTION


def test_every_module_says_what_it_is_for() -> None:
    """Every module but an empty one begins with a docstring."""
    assert [str(p) for p in SOURCES if p.read_text().strip() and not ast.get_docstring(ast.parse(p.read_text()))] == []


def test_every_public_function_says_what_it_does() -> None:
    """Every public function and method has a docstring."""
    bare = [
        f"{p}:{f.lineno} {f.name}"
        for p in SOURCES
        for f in _public_functions(p)
        if not ast.get_docstring(f) and "overload" not in ast.dump(ast.Module(f.decorator_list, []))  # type: ignore[arg-type]
    ]

    assert bare == []


def _public_functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text())
    for node in tree.body:
        holders = node.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_") else [node]
        yield from (n for n in holders if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and not n.name.startswith("_"))


@pytest.mark.parametrize("pattern", [r"\bdatetime\.now\(", r"\butcnow\(", r"\btime\.time\(", r"\bdate\.today\("])
def test_nobody_asks_for_the_time(pattern: str) -> None:
    """The real clock is read in the daemon, the demo and the commands; everywhere else `now` is an argument."""
    allowed = {"settings/load.py"}  # the years whose holidays are expanded, an argument with a default
    found = [
        str(p.relative_to(ROOT))
        for p in SOURCES
        if _area(p) not in CLOCK_READERS and str(p.relative_to(ROOT / "src/mailsupport")) not in allowed
        if re.search(pattern, p.read_text())
    ]

    assert found == []


def test_core_imports_nothing_but_values() -> None:
    """`core` knows the standard library's value types and itself: no I/O, no randomness, no clock, no third party."""
    allowed = set(
        """__future__ ast base64 bisect calendar collections collections.abc contextlib dataclasses
        datetime difflib enum functools hashlib heapq hmac html html.entities
        html.parser itertools math operator re string textwrap types typing
        unicodedata weakref zoneinfo""".split()
    )
    found = {
        f"{p.name}: {name}"
        for p in (ROOT / "src/mailsupport/core").rglob("*.py")
        for name in _imports(p)
        if name not in allowed and not name.startswith(("mailsupport.core", "mailsupport.errors"))
    }

    assert set() == found


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_nothing_is_left_undone() -> None:
    """No module holds a note to do something later."""
    assert [str(p) for p in SOURCES if re.search(r"\b(TODO|FIXME|XXX|raise NotImplementedError)\b", p.read_text())] == []


def test_only_the_named_places_start_a_child() -> None:
    """Children are the reader, `_command` secrets and the operator's own command; there is no shell anywhere (attack 38)."""
    starters = {
        str(p.relative_to(ROOT / "src/mailsupport")) for p in SOURCES if re.search(r"^import subprocess", p.read_text(), re.M)
    }

    assert starters <= {"settings/secrets.py", "daemon/shout.py"}
    assert [str(p) for p in SOURCES if re.search(r"shell=True|os\.system\(|os\.popen\(", p.read_text())] == []


def test_the_project_names_no_machine() -> None:
    """No file holds the address of a package index or the path of somebody's machine."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split("\n")
    texts = [
        ROOT / name for name in tracked if name.endswith((".py", ".md", ".toml", ".lock", ".txt", ".cfg")) or name == "Makefile"
    ]
    hosts = re.compile(r"https?://[^\s\"')]*(?:pypi|pythonhosted|simple/)|/(?:home|Users)/[a-z]+/")

    assert [str(p) for p in texts if p.is_file() and hosts.search(p.read_text(errors="replace")) and p != Path(__file__)] == []


def test_the_lock_holds_every_dependency() -> None:
    """Each dependency of the project stands in requirements.lock with an exact version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    asked += [one for extra in project["project"]["optional-dependencies"].values() for one in extra]
    locked = {line.split("==")[0].lower() for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line}
    names = {re.split(r"[\[<>=!~ ;]", one)[0].lower() for one in asked}

    assert set() == names - locked


def test_the_wheel_renders_every_template(tmp_path: Path) -> None:
    """The built package finds its templates and sample settings without the checkout, and renders each of them."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    wheel = next(tmp_path.glob("*.whl"))
    venv.create(tmp_path / "venv", system_site_packages=False, with_pip=False)
    site = next((tmp_path / "venv" / "lib").glob("python*")) / "site-packages"
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(site)], check=True)
    packages = next(p for p in sys.path if p.endswith("site-packages"))
    (site / "libraries.pth").write_text(f"import sys; sys.path.append({packages!r})\n")
    code = (
        "import mailsupport.resources as r, mailsupport.mail.render as m; "
        f"assert str(r.shipped('config')).startswith({str(site)!r}), r.shipped('config'); "
        "print(m.check_all(None, ('en', 'de')))"
    )
    done = subprocess.run([tmp_path / "venv/bin/python", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.stdout.strip(), done.stderr) == ("[]", "")
