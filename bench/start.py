"""How long the command takes to say what it can do, and how much memory a day's mail takes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from bench.mails import mails
from bench.place import assembly
from bench.table import Row

MAILS = 10_000
COMMAND = Path(sys.executable).parent / "mailsupport"


def measure(_count: int) -> list[Row]:
    """Measure both."""
    help_time = min(_help() for _ in range(7))
    small = _memory(MAILS)
    return [
        Row("`mailsupport --help`", f"{help_time * 1000:.0f} ms", "300 ms", help_time / 0.3, "≤ 1", help_time <= 0.3),
        Row(f"memory after {MAILS:,} mails", f"{small:.0f} MB", "150 MB", small / 150, "≤ 1", small <= 150),
    ]


def _help() -> float:
    begun = time.perf_counter()
    subprocess.run([COMMAND, "--help"], capture_output=True, check=True)
    return time.perf_counter() - begun


def _memory(count: int) -> float:
    """Read so many mails in a process of its own and return its peak, in MB."""
    code = f"from bench.start import take_in; take_in({count})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def take_in(count: int) -> None:
    """Read mails from a folder and print our own peak in MB (the reader's process is not ours)."""
    with assembly() as made:
        inbox = made.settings.mailbox[0].path
        for number, raw in enumerate(mails(count)):
            (inbox / f"{number:06d}.eml").write_bytes(raw[:20_000])
        made.boxes[0].read(made.service, made.boxes[0].source())
        print(_peak() / 1024)


def _peak() -> int:
    """Return the most memory this program ever had, in KB; what getrusage says begins with that of whoever started us."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
