"""What is understood of a recording, batch by batch."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scenes import function_call, session, spoken_turn, text_turn

from realtap.recordings.index import Index
from realtap.tui.app.session.study import STEP_LINES, Study

type Record = Callable[..., Path]
type Begin = Callable[[Path], Study]


@pytest.fixture
def studied() -> Iterator[Begin]:
    """Begin to study recordings."""
    begun: list[Study] = []

    def begin(path: Path) -> Study:
        begun.append(Study(path))
        return begun[-1]

    yield begin
    for each in begun:
        each.close()


def test_long_recording_comes_in_several_batches(record: Record, studied: Begin) -> None:
    path = record(session(), [text_turn() for _ in range(30)])
    study = studied(path)
    batches = [study.more()]
    while not batches[-1].has_reached_end:
        batches.append(study.more())
    assert len(batches) > 1
    assert len(batches[0].audio_bytes) <= STEP_LINES
    with Index(path) as index:
        index.scan()
        assert study.rows == len(index)


def test_damaged_line_has_a_row_as_in_the_index(record: Record, studied: Begin) -> None:
    path = record(session())
    with path.open("ab") as file:
        file.write(b'{"seq":98,"at":9.0,"from":"server","type":"error","event":{"type" oops}\n')
    study = studied(path)
    study.more()
    with Index(path) as index:
        index.scan()
        assert study.rows == len(index)


def test_names_of_calls_are_joined_to_their_deltas(record: Record, studied: Begin) -> None:
    path = record(session(), function_call("get_weather", {"city": "Rome"}))
    study = studied(path)
    study.more()
    with Index(path) as index:
        index.scan()
        row = next(r for r in range(len(index)) if index.type(r).endswith("arguments.delta"))
        joined = {each.path: each.value for each in study.joined(index.event(row))}
        assert joined["call.name"] == "get_weather"


def test_speech_is_met_once(record: Record, studied: Begin) -> None:
    study = studied(record(session(), spoken_turn(), spoken_turn()))
    batch = study.more()
    assert len(batch.speeches) == 2


def test_settings_are_told_when_known(record: Record, studied: Begin) -> None:
    study = studied(record(session()))
    assert study.settings == {}
    study.more()
    assert study.settings["model"] == "gpt-realtime"
