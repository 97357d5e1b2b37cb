"""Renders every mail to PNG in headless Chromium: sheets to look over, and those of the README. See scripts/pictures."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mailsupport.mail.render import Templates
from mailsupport.mail.samples import samples

WIDE, PHONE, ON_A_SHEET = 700, 390, 4
KEPT = {
    "customer/receipt": "receipt",
    "staff/notification": "notification",
    "escalation/alert": "alert",
    "escalation/digest": "digest",
    "customer/closed": "closed",
}
DARK = ("--force-dark-mode", "--blink-settings=preferredColorScheme=0")
FIT = "this.style.height=(this.contentDocument.documentElement.scrollHeight+4)+'px'"


def page_of(name: str, language: str) -> str:
    """The mail as a program shows it: its HTML, or its text in a fixed face."""
    mail = Templates().render(name, language, samples()[name][0])
    if mail.html:
        return mail.html
    words = html.escape(f"{mail.subject}\n\n{mail.text}")
    return (
        '<!DOCTYPE html><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        f'<body style="margin:20px"><pre style="white-space:pre-wrap;font:15px/22px monospace;max-width:680px">{words}</pre>'
    )


def frame(page: str, width: int) -> str:
    """One mail in a window of that width, as high as it is."""
    style = f"width:{width}px;vertical-align:top;border:1px solid #888;margin:8px"
    return f'<iframe srcdoc="{html.escape(page)}" style="{style}" onload="{FIT}"></iframe>'


def sheets(language: str) -> Iterator[tuple[int, str]]:
    """Sheets of mails, each wide and as on a phone."""
    every = list(samples())
    for number, names in enumerate((every[at : at + ON_A_SHEET] for at in range(0, len(every), ON_A_SHEET)), 1):
        rows = [f"<h3>{name}</h3>{frame(page := page_of(name, language), WIDE)}{frame(page, PHONE)}" for name in names]
        yield number, '<!DOCTYPE html><meta charset="utf-8"><meta name="color-scheme" content="light dark">' + "".join(rows)


class Browser:
    """Chromium without a window."""

    def __init__(self, program: str, scratch: Path) -> None:
        self.program, self.page = program, scratch / "page.html"

    def run(self, page: str, *arguments: str) -> str:
        """Show a page; return what the browser prints."""
        self.page.write_text(page, "utf-8")
        usual = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=2000")
        done = subprocess.run([self.program, *usual, *arguments, self.page.as_uri()], check=True, capture_output=True, text=True)
        return done.stdout

    def height(self, page: str, width: int) -> int:
        """How high a page is in a window of that width."""
        tell = "<script>onload=()=>{document.title='height '+document.documentElement.scrollHeight}</script>"
        found = re.search(r"height (\d+)", self.run(page + tell, "--dump-dom", f"--window-size={width},600"))
        return int(found[1]) if found else 2000

    def shoot(self, page: str, target: Path, width: int, height: int, *more: str) -> None:
        """Take a picture of a page."""
        self.run(page, f"--screenshot={target.resolve()}", f"--window-size={width},{height}", *more)


def main(arguments: list[str]) -> int:
    """Write the pictures."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        print("Chromium is not there (Debian: apt install chromium)", file=sys.stderr)
        return 1
    keep = "--keep" in arguments
    folder = Path("docs/pictures" if keep else next((a for a in arguments if not a.startswith("-")), "build/pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        browser = Browser(program, Path(scratch))
        if keep:
            for name, title in KEPT.items():
                page = page_of(name, "en")
                browser.shoot(page, folder / f"{title}.png", WIDE, browser.height(page, WIDE))
        else:
            for language in ("en", "de"):
                for number, sheet in sheets(language):
                    high = browser.height(sheet, WIDE + PHONE + 80)
                    for look, more in (("light", ()), ("dark", DARK)):
                        target = folder / f"{language}-{number}-{look}.png"
                        browser.shoot(sheet, target, WIDE + PHONE + 80, high, *more)
    print(f"written to {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
