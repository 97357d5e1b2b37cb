"""Runs every measurement and prints one table: what was measured, its limit in the same run, the ratio, and the target."""

from __future__ import annotations

import argparse
import logging
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

import structlog

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from bench import delivery, intake, large, latency, start, sweeping  # the tests' servers had to be found first
from bench.table import Row, show

MEASUREMENTS: dict[str, Callable[[int], list[Row]]] = {
    "intake": intake.measure,
    "growth": intake.measure_growth,
    "sweep": sweeping.measure,
    "delivery": delivery.measure,
    "latency": latency.measure,
    "start": start.measure,
    "large": large.measure,
}


def main() -> int:
    """Run what was asked for, or everything."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="WHAT", help=f"of {', '.join(MEASUREMENTS)}; all when none is named")
    parser.add_argument("--mails", type=int, default=2000, help="how many mails the intake reads (default 2000)")
    options = parser.parse_args()
    if unknown := set(options.only) - MEASUREMENTS.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}", flush=True)
    rows: list[Row] = []
    for name in options.only or MEASUREMENTS:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        rows += MEASUREMENTS[name](options.mails)
    show(rows)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
