from pathlib import Path

from transcript import client, closed, marked, server, transcript, write_recording

from realtap.recordings.event import Fate, Header
from realtap.recordings.replay.outcome import Outcome

ITEM = {"id": "item_1", "type": "function_call", "call_id": "call_1", "name": "get_weather"}

SESSION = transcript(
    server("session.created", session={"id": "sess_1"}),
    server("response.created", response={"id": "resp_1", "status": "in_progress"}),
    server("response.output_item.done", response_id="resp_1", item={**ITEM, "arguments": "{}"}),
    server("response.done", response={"id": "resp_1", "status": "completed"}),
    marked(client("response.create"), fate=Fate.DROPPED),
    closed(),
)


def outcome() -> Outcome:
    header = SESSION[0]
    assert isinstance(header, Header)
    return Outcome(header, SESSION[1:])


def test_it_has_what_each_side_said_and_the_other_heard() -> None:
    told = outcome()
    assert told.sent == []
    assert [each["type"] for each in told.received][:2] == ["session.created", "response.created"]
    assert len(told.events) == 5


def test_it_has_the_calls_and_the_conversation() -> None:
    told = outcome()
    assert [call.name for call in told.calls] == ["get_weather"]
    assert told.conversation.session.created_seq


def test_it_has_what_is_wrong() -> None:
    assert [each.slug for each in outcome().findings] == ["unknown-tool"]


def test_a_recording_has_the_same_outcome(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "session.jsonl", SESSION)
    assert Outcome.read(path).received == outcome().received
    assert Outcome.read(path).findings == outcome().findings
