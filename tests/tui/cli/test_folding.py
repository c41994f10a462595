"""Runs of deltas fold to one line."""

import base64
import json
from typing import Any

from realtap.recordings.event import Event, Fate, Released, Side
from realtap.tui.cli.folding import FoldedRows
from realtap.tui.cli.rows import Page

PIPE = Page(width=None, has_colour=False)


class Session:
    """Numbers events, and folds them."""

    def __init__(self) -> None:
        self.rows = FoldedRows(PIPE)
        self.lines: list[str] = []
        self._seq = 0

    def event(self, side: Side, event_type: str, **fields: object) -> None:
        self.touched_event(side, event_type, fields)

    def touched_event(
        self, side: Side, event_type: str, fields: dict[str, object], **marks: Any
    ) -> None:
        self._seq += 1
        payload = json.dumps({"type": event_type, **fields}).encode()
        event = Event(self._seq, self._seq / 10, side, event_type, payload, **marks)
        self.lines.extend(self.rows.lines_of(event))

    def end(self) -> list[str]:
        self.lines.extend(self.rows.last_lines())
        return self.lines


def pcm(duration_ms: int) -> str:
    return base64.b64encode(bytes(48 * duration_ms)).decode()


def test_run_of_appends_tells_its_length_in_seconds() -> None:
    session = Session()
    for _ in range(12):
        session.event(Side.CLIENT, "input_audio_buffer.append", audio=pcm(100))
    (line,) = session.end()
    assert line.endswith("x12 audio 1.2 s")


def test_run_of_text_deltas_tells_the_text() -> None:
    session = Session()
    for piece in ("It is ", "sunny ", "in Paris."):
        session.event(Side.SERVER, "response.output_text.delta", item_id="item_1", delta=piece)
    (line,) = session.end()
    assert line.startswith("    1 ")
    assert "It is sunny in Paris." in line


def test_transcript_and_audio_that_alternate_fold_to_two_lines() -> None:
    session = Session()
    for _ in range(5):
        transcript = "response.output_audio_transcript.delta"
        session.event(Side.SERVER, transcript, item_id="item_1", delta="word ")
        session.event(Side.SERVER, "response.output_audio.delta", item_id="item_1", delta=pcm(200))
    transcript_line, audio_line = session.end()
    assert "x5" in transcript_line
    assert "audio 1.0 s" in audio_line


def test_another_event_ends_the_run_and_comes_after_it() -> None:
    session = Session()
    session.event(Side.CLIENT, "input_audio_buffer.append", audio=pcm(100))
    session.event(Side.CLIENT, "input_audio_buffer.append", audio=pcm(100))
    session.event(Side.SERVER, "input_audio_buffer.speech_started", item_id="item_1")
    assert [line.split()[0] for line in session.lines] == ["1", "3"]


def test_single_delta_is_printed_as_it_is() -> None:
    session = Session()
    session.event(Side.SERVER, "response.output_text.delta", item_id="item_1", delta="Hello")
    (line,) = session.end()
    assert " x1" not in line
    assert "Hello" in line


def test_deltas_of_two_items_are_two_runs() -> None:
    session = Session()
    for item in ("item_1", "item_2", "item_1", "item_2"):
        session.event(
            Side.SERVER, "response.function_call_arguments.delta", item_id=item, delta="{}"
        )
    assert [line.count("x2") for line in session.end()] == [1, 1]


def test_run_of_argument_deltas_names_the_function() -> None:
    session = Session()
    item = {"type": "function_call", "id": "item_1", "call_id": "call_1", "name": "get_weather"}
    session.event(Side.SERVER, "response.output_item.added", item={**item, "arguments": ""})
    for piece in ('{"city":', '"Paris"}'):
        session.event(
            Side.SERVER, "response.function_call_arguments.delta", item_id="item_1", delta=piece
        )
    line = session.end()[-1]
    assert "get_weather" in line
    assert "Paris" in line


def test_deltas_that_were_held_fold_with_their_releases() -> None:
    session = Session()
    for _ in range(3):
        session.touched_event(
            Side.SERVER, "response.output_text.delta", {"delta": "a"}, fate=Fate.HELD
        )
    for seq in (1, 2, 3):
        session.lines.extend(session.rows.lines_of(Released(1.0, seq, Fate.FORWARDED)))
    (line,) = session.end()
    assert line.startswith("    1=")
    assert "x3" in line


def test_dropped_and_edited_deltas_do_not_hide_among_the_others() -> None:
    session = Session()
    for fate, sent in ((Fate.FORWARDED, None), (Fate.DROPPED, None), (Fate.EDITED, b"{}")):
        session.touched_event(
            Side.SERVER, "response.output_text.delta", {"delta": "a"}, fate=fate, sent=sent
        )
    assert [line[5] for line in session.end()] == [" ", "x", "~", "~"]
