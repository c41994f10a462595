"""The findings of a recording by event."""

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from realtap.recordings import lines
from realtap.recordings.event import Closed, Event, Header, Side
from realtap.recordings.findings.finding import Finding, Severity
from realtap.tui.cli.seq_findings import JudgedRecording

HEADER = Header("a", "2026-01-01T00:00:00Z", "sim", "wss://api.openai.com/v1/realtime")
LOST = {"type": "function_call_output", "call_id": "call_9", "output": "rain"}


def event(seq: int, **fields: Any) -> Event:
    return Event(seq, seq / 10, Side.CLIENT, fields["type"], json.dumps(fields).encode())


def write(path: Path, *entries: Any) -> None:
    with path.open("ab") as file:
        file.writelines(lines.encode(entry) for entry in entries)


def test_event_that_takes_part_in_a_finding_has_it(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    end = Closed(1.0, Side.CLIENT, 1000)
    write(path, HEADER, event(1, type="conversation.item.create", item=LOST), end)
    with closing(JudgedRecording(path, is_followed=False)) as judged:
        assert judged.look() == 3
        assert judged.findings[1]
        assert all(finding.slug and finding.severity for finding in judged.findings[1])


def test_finding_that_got_worse_is_there_once(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write(path, HEADER)
    found = Finding("late", Severity.WARNING, 1.0, (1, 2), "it is late", "wait")
    with closing(JudgedRecording(path, is_followed=True)) as judged:
        judged._keep([found, replace(found, severity=Severity.ERROR), replace(found, events=(2,))])
        assert [each.severity for each in judged.findings[1]] == [Severity.ERROR]
        assert len(judged.findings[2]) == 2


def test_live_recording_is_judged_bit_by_bit(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write(path, HEADER)
    with closing(JudgedRecording(path, is_followed=True)) as judged:
        assert judged.look() == 1
        assert not judged.findings
        write(path, event(1, type="conversation.item.create", item=LOST))
        assert judged.look() == 1
        assert 1 in judged.findings


def test_damaged_line_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write(path, HEADER)
    with path.open("ab") as file:
        file.write(b"garbage\n")
    with closing(JudgedRecording(path, is_followed=True)) as judged:
        assert judged.look() == 2
