"""How quickly a recording is read: `realtap show --where`, and the index of a million events."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from realtap.recordings import lines
from realtap.recordings.event import Event
from realtap.recordings.filters import parse_filter
from realtap.recordings.index import Index
from realtap.recordings.reader import Recording

from .checking import write_recording
from .figures import Bound, Figure, Of, Target
from .peers import REALTAP, REALTAP_PEER
from .processes import ROOT, has_proc, wall_s
from .turns import Bench

EVENTS = 200_000
"""Events of the recording that is filtered."""

INDEXED = 1_000_000
"""Events of the recording that is opened."""

AUDIO_BYTES = 800
"""Base64 of an audio event in that one: it is about 0.8 GB then."""

PAGE_ROWS = 100
"""More than a screen shows."""

FILTER = "item.type=message"
"""No column has it, and six events of each turn match."""

COLUMN_FILTER = "type:response.* -type:*.delta from:server at>100"

JSON_SCAN = "json.loads of each line"
"""The floor: what a script does that only wants to look at every event."""

_SCAN = """
import json, sys
count = 0
for line in open(sys.argv[1], "rb"):
    event = json.loads(line).get("event", {})
    count += event.get("item", {}).get("type") == "function_call"
print(count)
"""


def where(bench: Bench) -> list[Figure]:
    """Events a second through the command, its start included."""
    figure = Figure(
        "events/s of `realtap show --where`, a conversation of which 70 % is audio",
        "events/s",
        {JSON_SCAN: Target(Bound.AT_LEAST, 100_000, Of.FIGURE)},
    )
    path = bench.recordings / "filtered.jsonl"
    written, _ = write_recording(path, max(20_000, int(EVENTS * bench.effort.scale)))
    try:
        for number in range(bench.effort.starts):
            bench.say(f"{figure.what}: round {number + 1} of {bench.effort.starts}")
            show_s = wall_s([REALTAP, "show", str(path), "--where", FILTER])
            figure.add(REALTAP_PEER.name, written / show_s)
            figure.add(JSON_SCAN, written / wall_s([sys.executable, "-c", _SCAN, str(path)]))
        megabytes = path.stat().st_size / 1e6
        figure.remark = f"{written:,} events in {megabytes:.0f} MB, --where {FILTER}"
    finally:
        path.unlink()
    return [figure]


def opening(bench: Bench) -> list[Figure]:
    """The index of a big recording: first rows, a filter, memory."""
    events = max(50_000, int(INDEXED * bench.effort.scale))
    what = f"recording of {events:,} events"
    first = _own(f"{what}: first {PAGE_ROWS} rows", "s", 1.0)
    filtered = _own(f"{what}: filter by columns", "s", 1.5)
    whole = Figure(f"{what}: whole scan", "s")
    memory = _own(f"{what}: memory of the reader", "MB", 300)
    if not has_proc():
        memory.absent[REALTAP_PEER.name] = "this system has no /proc"
    path = bench.recordings / "opened.jsonl"
    bench.say(f"{what}: writing it")
    write_big(path, events)
    try:
        for number in range(min(3, bench.effort.starts)):
            bench.say(f"{what}: round {number + 1}")
            told = _opened(path)
            first.add(REALTAP_PEER.name, told["first_s"])
            filtered.add(REALTAP_PEER.name, told["filter_s"])
            whole.add(REALTAP_PEER.name, told["scan_s"])
            whole.add(JSON_SCAN, wall_s([sys.executable, "-c", _SCAN, str(path)]))
            if has_proc():
                memory.add(REALTAP_PEER.name, told["memory_mb"])
        first.remark = f"{path.stat().st_size / 1e6:.0f} MB; the filter: {COLUMN_FILTER}"
    finally:
        path.unlink()
    return [first, filtered, whole, memory]


def _own(what: str, unit: str, limit: float) -> Figure:
    """A figure that is promised by itself."""
    return Figure(
        what, unit, {JSON_SCAN: Target(Bound.AT_MOST, limit, Of.FIGURE)}, has_ratios=False
    )


def write_big(path: Path, events: int) -> None:
    """The events of a conversation again and again, with short audio."""
    small = path.with_suffix(".part")
    try:
        write_recording(small, 5_000)
        header = Recording(small).header
        pattern = [_shortened(event) for event in Recording(small).events()]
    finally:
        small.unlink()
    with path.open("wb") as file:
        file.write(lines.encode(header))
        for seq, event in enumerate(islice(cycle(pattern), events), start=1):
            numbered = Event(seq, seq / 25, event.side, event.type, event.payload)
            file.write(lines.encode(numbered))


def _shortened(event: Event) -> Event:
    fields = event.fields()
    for name in ("audio", "delta"):
        if isinstance(fields.get(name), str):
            fields[name] = fields[name][:AUDIO_BYTES]
    payload = json.dumps(fields, separators=(",", ":")).encode()
    return Event(event.seq, event.at, event.side, event.type, payload)


# In a process of its own, whose memory is the index's.


def _opened(path: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.reading", str(path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    told: dict[str, float] = json.loads(run.stdout)
    return told


def main() -> None:
    """Open the recording that is named, and print what it took."""
    began = time.perf_counter()
    with Index(Path(sys.argv[1])) as index:
        index.scan(limit=PAGE_ROWS * 2)
        rows = [index.event(row) for row in range(PAGE_ROWS)]
        first_s = time.perf_counter() - began
        for _ in _pieces(index):
            continue
        scan_s = time.perf_counter() - began
        began = time.perf_counter()
        found = index.rows(parse_filter(COLUMN_FILTER))
        filter_s = time.perf_counter() - began
        if len(rows) != PAGE_ROWS or not found:
            raise ValueError(f"{len(rows)} rows were read and {len(found)} found")
        told = {"first_s": first_s, "scan_s": scan_s, "filter_s": filter_s}
        print(json.dumps({**told, "memory_mb": peak_memory_mb()}))


def _pieces(index: Index) -> Iterator[int]:
    """The rest of the scan, as an interface does it between two pictures."""
    while not index.has_reached_end:
        yield index.scan(limit=20_000)


def peak_memory_mb() -> float:
    if not has_proc():
        return 0.0
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    main()
