"""The interface on a big recording, on one that grows quickly, and beside a proxy at work.

What it does there is in `watching`, in a process of its own.
"""

import json
import subprocess
from itertools import islice
from pathlib import Path

from .attached import attached
from .figures import Bound, Figure, Of, Target
from .peers import REALTAP_PEER
from .processes import ROOT, ChildError, has_proc
from .reading import COLUMN_FILTER, INDEXED, write_big
from .turns import Bench
from .watching import (
    FIELD_FILTERS,
    FLOOD_PER_S,
    LOOK_EVERY_S,
    PAGES,
    command,
    pattern_of,
)

FLOOD_S = 30.0
"""So long a growing recording is followed."""
FLOOD_QUICK_S = 10.0
"""The same in a quick run."""

NOBODY = "a picture in time"
"""There is no peer: nothing else shows such recordings."""

FIRST_LINES = 100
"""The recording has so many lines when it is opened."""


def interface(bench: Bench) -> list[Figure]:
    """A big recording: opening, turning pages, filtering, memory; and a growing one."""
    events = max(50_000, int(INDEXED * bench.effort.scale))
    what = f"interface, {events:,} events"
    first = _own(f"{what}: first screen", "s", 1.0)
    page = _own(f"{what}: a page down, the slowest but one of {PAGES}", "ms", 50)
    busy = _own(f"{what}: a page down while the events are being understood", "ms", 50)
    filtered = _own(f"{what}: filter", "s", 1.5)
    by_field = {name: _own(f"{what}: filter, {name}", "s", 1.5) for name in FIELD_FILTERS}
    memory = _own(f"{what}: memory", "MB", 300)
    behind = _own(f"interface, following {FLOOD_PER_S:,} events/s: behind at most", "s", 0.5)
    if not has_proc():
        memory.absent[REALTAP_PEER.name] = "this system has no /proc"
    path = bench.recordings / "big.jsonl"
    bench.say(f"{what}: writing it")
    write_big(path, events)
    try:
        for number in range(min(2, bench.effort.starts)):
            bench.say(f"{what}: round {number + 1}")
            told = _in_a_process("big", path)
            first.add(REALTAP_PEER.name, told["first_s"])
            page.add(REALTAP_PEER.name, told["page_ms"])
            busy.add(REALTAP_PEER.name, told["busy_page_ms"])
            filtered.add(REALTAP_PEER.name, told["filter_s"])
            for name, figure in by_field.items():
                figure.add(REALTAP_PEER.name, told[name])
            if has_proc():
                memory.add(REALTAP_PEER.name, told["memory_mb"])
        first.remark = f"{path.stat().st_size / 1e6:.0f} MB; the filter: {COLUMN_FILTER}"
        for name, figure in by_field.items():
            figure.remark = FIELD_FILTERS[name]
    finally:
        path.unlink()
    bench.say(behind.what)
    flood_s = FLOOD_S if bench.effort.scale == 1 else FLOOD_QUICK_S
    behind.add(REALTAP_PEER.name, _followed(bench.recordings, flood_s))
    behind.remark = f"for {flood_s:.0f} s, looked at every {LOOK_EVERY_S * 1000:.0f} ms"
    return [first, page, busy, filtered, *by_field.values(), memory, behind, *attached(bench)]


def _own(what: str, unit: str, limit: float) -> Figure:
    """A figure that is promised by itself."""
    return Figure(what, unit, {NOBODY: Target(Bound.AT_MOST, limit, Of.FIGURE)}, has_ratios=False)


def _in_a_process(kind: str, path: Path, seconds: float = 0.0) -> dict[str, float]:
    """What a process of its own measures, whose memory is the interface's."""
    run = subprocess.run(
        command(kind, path, seconds), cwd=ROOT, capture_output=True, check=False, encoding="utf-8"
    )
    if run.returncode:
        raise ChildError(run.stderr.strip().splitlines()[-1] if run.stderr else "it said nothing")
    told: dict[str, float] = json.loads(run.stdout)
    return told


def _followed(folder: Path, flood_s: float) -> float:
    """How far behind the interface is at most, while another process writes."""
    path = folder / "flood.jsonl"
    pattern = pattern_of(path)
    try:
        write_big(pattern, FLOOD_PER_S)
        with pattern.open("rb") as source:
            path.write_bytes(b"".join(islice(source, FIRST_LINES)))
        return _in_a_process("follow", path, flood_s)["behind_s"]
    finally:
        path.unlink(missing_ok=True)
        pattern.unlink()
