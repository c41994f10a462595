"""A filter at work on a recording that may grow."""

from collections.abc import Callable
from pathlib import Path

import pytest
from reduced import WIRE_SESSIONS, events_of_wire
from scenes import audio_answer, function_call, output, session, spoken_turn, text_turn
from transcript import write_recording

from realtap.recordings.event import Header
from realtap.recordings.filters import parse_filter
from realtap.recordings.filters.sieve import Sieve
from realtap.recordings.index import Index
from realtap.tui.app.session import sifting as sifting_module
from realtap.tui.app.session.sifting import Sifting, sifting
from realtap.tui.app.session.study import Study

type Record = Callable[..., Path]

HEADER = Header("a", "2026-01-01T00:00:00Z", "sim", "ws://127.0.0.1")


@pytest.mark.parametrize("text", ["type:response.done", "response.status=completed"])
def test_rows_are_found_by_any_kind_of_filter(record: Record, text: str) -> None:
    with Index(record(session(), text_turn(), text_turn())) as index:
        index.scan()
        sieve = sifting(parse_filter(text), index, {})
        found = sieve.more(len(index))
        sieve.close()
        assert [index.type(row) for row in found] == ["response.done"] * 2
        assert sieve.seen == len(index)


def test_joined_fields_are_asked_from_the_start(record: Record) -> None:
    with Index(record(session(), function_call("get_weather", {"city": "Rome"}))) as index:
        index.scan()
        sieve = sifting(parse_filter("name:get_weather"), index, {})
        found = sieve.more(len(index))
        sieve.close()
        assert "response.function_call_arguments.delta" in {index.type(row) for row in found}


def test_rows_that_come_later_are_found_later(record: Record) -> None:
    path = record(session(), text_turn())
    with Index(path) as index:
        index.scan()
        sieve = sifting(parse_filter("type:error"), index, {})
        assert sieve.more(len(index)) == []
        with path.open("ab") as file:
            file.write(
                b'{"seq":99,"at":9.0,"from":"server","type":"error","event":{"type":"error"}}\n'
            )
        index.refresh()
        assert sieve.more(len(index)) == [len(index) - 1]


@pytest.mark.parametrize("text", ["item.id=item_1", "text", "response:resp_*", "-size>1"])
def test_rows_are_looked_at_bit_by_bit(
    record: Record, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    path = record(session(), text_turn(), text_turn())
    study = studied(path)
    monkeypatch.setattr(sifting_module, "STEP_ROWS", 4)
    with Index(path) as index:
        index.scan()
        for told in (None, study.told):
            sieve = sifting(parse_filter(text), index, {}, told)
            seen = []
            while sieve.seen < len(index):
                sieve.more(len(index))
                seen.append(sieve.seen)
            sieve.close()
            assert seen == [*range(4, len(index), 4), len(index)]
    study.close()


def test_damaged_line_is_passed_over(record: Record) -> None:
    path = record(session(), text_turn())
    with path.open("ab") as file:
        file.write(b'{"seq":98,"at":9.0,"from":"server","type":"error","event":{"type" oops}\n')
        file.write(b'{"seq":99,"at":9.0,"from":"server","type":"error","event":{"x":1}}\n')
    with Index(path) as index:
        index.scan()
        found = sifting(parse_filter("x=1"), index, {}).more(len(index))
        assert [index.seqs[row] for row in found] == [99]


# Joined fields of a recording that was understood already.

JOINED_FILTERS = [
    *("name:get_*", "call.name=get_weather", "-name:get_weather", "call.name!=get_weather"),
    *("response:resp_*", "response.id:*", "response.id!=x", "type:response.* response.cause:*"),
    *("item.role=user", "item.role!=user", "item.role=user OR name:*", "answers:*"),
    *("item.text:*", "item.text~sunny", "call.arguments.city=Paris", "response.input.call.name:*"),
]
"""Some ask for texts, which only the events before tell."""


@pytest.fixture
def busy(record: Record) -> Path:
    """A recording with something to join to most events."""
    return record(
        session(),
        text_turn(),
        spoken_turn("item_spoken", seconds=0.5),
        function_call("get_weather", {"city": "Paris"}, call_id="call_paris"),
        output("call_paris", '{"celsius": 21}'),
        audio_answer("It is sunny in Paris."),
    )


def studied(path: Path) -> Study:
    """A study that has read all there is."""
    study = Study(path)
    while not study.more().has_reached_end:
        pass
    return study


def all_of(sieve: Sifting, index: Index) -> list[int]:
    """All rows that are found."""
    found = []
    while sieve.seen < len(index):
        found += sieve.more(len(index))
    sieve.close()
    return found


@pytest.mark.parametrize("text", JOINED_FILTERS)
def test_what_was_understood_finds_what_the_events_before_tell(busy: Path, text: str) -> None:
    wanted, study = parse_filter(text), studied(busy)
    with Index(busy) as index:
        index.scan()
        from_start = all_of(sifting(wanted, index, {}), index)
        assert all_of(sifting(wanted, index, {}, study.told), index) == from_start
    study.close()


@pytest.mark.parametrize("source", WIRE_SESSIONS, ids=lambda source: source.stem)
def test_what_was_understood_of_real_sessions_is_the_same(tmp_path: Path, source: Path) -> None:
    path = write_recording(tmp_path / "real.jsonl", [HEADER, *events_of_wire(source)])
    study = studied(path)
    with Index(path) as index:
        index.scan()
        for text in JOINED_FILTERS:
            wanted = parse_filter(text)
            from_start = all_of(sifting(wanted, index, {}), index)
            assert all_of(sifting(wanted, index, {}, study.told), index) == from_start, text
    study.close()


def test_what_was_understood_is_not_read_again(busy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = studied(busy)
    monkeypatch.delattr(Sieve, "sift")
    with Index(busy) as index:
        index.scan()
        assert all_of(sifting(parse_filter("name:get_weather"), index, {}, study.told), index)
    study.close()


def test_rows_that_nobody_understood_yet_are_found_too(busy: Path) -> None:
    wanted, study = parse_filter("response:resp_*"), studied(busy)
    with Index(busy) as index:
        index.scan()
        sieve = sifting(wanted, index, {}, study.told)
        found = sieve.more(len(index))
        more = busy.read_bytes().splitlines(keepends=True)[-1].replace(b'{"seq":', b'{"seq":9')
        with busy.open("ab") as file:
            file.write(more)
        index.refresh()
        found += all_of(sieve, index)
        assert found == all_of(sifting(wanted, index, {}), index)
        assert found[-1] == len(index) - 1
    study.close()


def test_findings_are_asked_by_the_events_numbers(busy: Path) -> None:
    class Finding:
        slug, severity = "output-not-a-string", "error"

    with Index(busy) as index:
        index.scan()
        findings = {index.seqs[3]: [Finding()], index.seqs[5]: [Finding()]}
        for text in ("finding:error", "finding:output-*", "finding:error seq>0"):
            assert all_of(sifting(parse_filter(text), index, findings), index) == [3, 5]
        assert all_of(sifting(parse_filter("finding:warning"), index, findings), index) == []
        assert len(all_of(sifting(parse_filter("-finding:*"), index, findings), index)) == (
            len(index) - 2
        )
