"""`python -m benchmarks`: run the measurements and print the table."""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from . import checking, costs, doors, interface, measures, reading, replaying, report, rules
from .figures import Figure
from .turns import Bench, Effort

WHOLE = Effort(rounds=15, scale=1.0, soak_bytes=1_000_000_000, starts=9)
"""A few minutes. Many short rounds, because a shared machine is slow for seconds at a time."""

QUICK = Effort(rounds=5, scale=0.3, soak_bytes=50_000_000, starts=3)
"""Under a minute: a first look, too short for a verdict."""

MEASURES: dict[str, Callable[[Bench], list[Figure]]] = {
    "short": measures.short_messages,
    "audio": measures.audio_messages,
    "latency": measures.latency,
    "sessions": measures.many_sessions,
    "wire": measures.wire,
    "rules": rules.rules,
    "tls": doors.tls_door,
    "forward": doors.forward_mode,
    "memory": costs.memory,
    "idle": doors.idle,
    "start": costs.start,
    "check": checking.checking,
    "where": reading.where,
    "open": reading.opening,
    "interface": interface.interface,
    "replay": replaying.replaying,
}


def main() -> None:
    """Parse the options, measure, print."""
    options = _options()
    # An end from outside is a Ctrl-C: it unwinds the stack, so that every child is ended by its id.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="realtap-bench-") as recordings:
        effort = QUICK if options.quick else WHOLE
        bench = Bench(effort, Path(recordings), _say)
        names = options.only or list(MEASURES)
        figures = [figure for name in names for figure in MEASURES[name](bench)]
    write = report.json_lines if options.json else report.markdown
    print(write(figures, time.perf_counter() - began))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a first look in under a minute")
    parser.add_argument(
        "--only",
        action="append",
        choices=list(MEASURES),
        metavar="NAME",
        help=f"run this measurement only, may be repeated: {', '.join(MEASURES)}",
    )
    parser.add_argument("--json", action="store_true", help="JSON Lines with every round")
    return parser.parse_args()


def _say(line: str) -> None:
    if sys.stderr.isatty():
        print(line, file=sys.stderr)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
