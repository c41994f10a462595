import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from replayed import Replayed, script_of, script_of_lines

from realtap.proxy.driver import Close
from realtap.proxy.replay.player import MISMATCH_CODE
from realtap.recordings.event import Closed, Json, Side
from realtap.recordings.replay.matching import Level, Rules
from realtap.recordings.replay.mismatch import Cause

SHARED_WIRE = Path(__file__).resolve().parents[4] / "shared" / "wire"
SESSIONS = sorted(SHARED_WIRE.glob("*/*.jsonl"))


def client(type_: str, **fields: Any) -> tuple[Side, Json]:
    return Side.CLIENT, {"type": type_, **fields}


def server(type_: str, **fields: Any) -> tuple[Side, Json]:
    return Side.SERVER, {"type": type_, **fields}


def user(text: str, **fields: Any) -> Json:
    content = [{"type": "input_text", "text": text}]
    return {"type": "message", "role": "user", "content": content, **fields}


HELLO = (
    server("session.created", event_id="e1", session={"id": "sess_1", "expires_at": 1763632800}),
    client("conversation.item.create", event_id="mine_1", item=user("hello", id="item_mine")),
    server("conversation.item.added", event_id="e2", item=user("hello", id="item_mine")),
    client("response.create", event_id="mine_2"),
    server("response.created", event_id="e3", response={"id": "resp_1", "status": "in_progress"}),
    server("response.done", event_id="e4", response={"id": "resp_1", "status": "completed"}),
)


def types(replayed: Replayed) -> list[str]:
    return [event["type"] for event in replayed.heard]


def test_what_the_server_said_first_is_said_at_once() -> None:
    assert types(Replayed(script_of(HELLO))) == ["session.created"]


def test_the_server_answers_what_the_app_said_in_the_recording() -> None:
    replayed = Replayed(script_of(HELLO))
    replayed.say("conversation.item.create", item=user("hello", id="item_mine"))
    assert types(replayed)[1:] == ["conversation.item.added"]
    replayed.say("response.create")
    replayed.wait()
    assert types(replayed)[2:] == ["response.created", "response.done"]
    assert replayed.player.is_finished
    assert replayed.player.finish() is None


def test_an_app_may_say_things_earlier_than_it_did() -> None:
    replayed = Replayed(script_of(HELLO))
    replayed.say("conversation.item.create", item=user("hello", id="item_mine"))
    replayed.say("response.create")
    replayed.wait()
    assert replayed.player.is_finished


def test_messages_go_out_as_the_server_wrote_them() -> None:
    script = script_of(HELLO)
    recorded = [step.payload.decode() for step in script.steps if step.type == "response.done"]
    replayed = Replayed(script)
    replayed.say_all()
    assert replayed.messages[-1] == recorded[0]


def test_the_live_ids_of_the_app_come_back_to_it() -> None:
    replayed = Replayed(script_of(HELLO))
    replayed.say("conversation.item.create", item=user("hello", id="item_live"))
    assert replayed.heard[-1]["item"]["id"] == "item_live"


def test_an_error_names_the_live_event() -> None:
    said = [
        client("response.cancel", event_id="recorded"),
        server("error", error={"code": "response_cancel_not_active", "event_id": "recorded"}),
    ]
    named, nameless = Replayed(script_of(said)), Replayed(script_of(said))
    named.say("response.cancel", event_id="live")
    nameless.say("response.cancel")
    assert named.heard[0]["error"]["event_id"] == "live"
    assert nameless.heard[0]["error"]["event_id"] is None


def test_metadata_that_the_server_repeats_is_the_live_app_s() -> None:
    said = [
        client("response.create", response={"metadata": {"client_event_id": "recorded"}}),
        server("response.created", response={"metadata": {"client_event_id": "recorded"}}),
    ]
    replayed = Replayed(script_of(said))
    replayed.say("response.create", response={"metadata": {"client_event_id": "live"}})
    assert replayed.heard[0]["response"]["metadata"] == {"client_event_id": "live"}


def test_a_session_expires_as_long_after_its_start_as_the_recorded_one() -> None:
    replayed = Replayed(script_of(HELLO), started_unix_s=2_000_000_000.0)
    lives_s = 1763632800 - 1763632800 + (1763632800 - 1795168800)
    assert replayed.heard[0]["session"]["expires_at"] == 2_000_000_000 + lives_s


def test_a_server_that_closed_closes_with_its_code() -> None:
    closed = Closed(at=1.0, side=Side.SERVER, code=1001, reason="session expired")
    replayed = Replayed(script_of(HELLO[:1], closed=closed))
    assert replayed.close == Close(1001, "session expired")


def test_a_server_that_was_left_by_the_app_waits_for_it_to_leave() -> None:
    closed = Closed(at=1.0, side=Side.CLIENT, code=1000)
    replayed = Replayed(script_of(HELLO[:1], closed=closed))
    replayed.wait(100.0)
    assert replayed.close is None


def test_at_the_recorded_pace_the_server_takes_its_time() -> None:
    replayed = Replayed(script_of(HELLO), speed=1.0)
    assert replayed.heard == []
    replayed.wait(0.051)
    assert types(replayed) == ["session.created"]


def test_three_times_as_fast_waits_a_third() -> None:
    replayed = Replayed(script_of(HELLO), speed=3.0)
    replayed.wait(0.017)
    assert types(replayed) == ["session.created"]


# Audio.

SPOKEN = (
    client("input_audio_buffer.append", audio="A" * 64_000),
    client("input_audio_buffer.append", audio="A" * 64_000),
    server("input_audio_buffer.speech_started", item_id="item_1", audio_start_ms=0),
)


def test_the_server_hears_speech_when_there_is_enough_audio() -> None:
    replayed = Replayed(script_of(SPOKEN))
    replayed.say("input_audio_buffer.append", audio="A" * 64_000)
    assert replayed.heard == []
    for _ in range(8):
        replayed.say("input_audio_buffer.append", audio="A" * 8_000)
    assert types(replayed) == ["input_audio_buffer.speech_started"]


def test_audio_that_does_not_come_is_told_in_seconds() -> None:
    replayed = Replayed(script_of(SPOKEN), patience_s=2.0)
    replayed.say("input_audio_buffer.append", audio="A" * 64_000)
    replayed.wait(2.1)
    assert replayed.player.mismatch is not None
    assert replayed.player.mismatch.headline == "waited in vain for 1.0 s more audio"


def test_a_microphone_that_goes_on_is_no_answer() -> None:
    replayed = Replayed(script_of(HELLO), patience_s=1.0)
    for _ in range(12):
        replayed.wait(0.1)
        replayed.say("input_audio_buffer.append", audio="AAAA")
    assert replayed.player.mismatch is not None
    assert replayed.player.mismatch.cause is Cause.SILENT


def test_a_microphone_does_not_keep_the_recorded_pace_from_going_on() -> None:
    replayed = Replayed(script_of(HELLO), speed=1.0)
    for _ in range(12):
        replayed.wait(0.01)
        replayed.say("input_audio_buffer.append", audio="AAAA")
    assert types(replayed) == ["session.created"]


def test_where_it_matters_other_audio_is_told() -> None:
    exact = Rules(Level.EXACT)
    same, other = Replayed(script_of(SPOKEN), rules=exact), Replayed(script_of(SPOKEN), rules=exact)
    for _ in range(4):
        same.say("input_audio_buffer.append", audio="A" * 32_000)
    assert types(same) == ["input_audio_buffer.speech_started"]
    other.say("input_audio_buffer.append", audio="A" * 64_000)
    other.say("input_audio_buffer.append", audio="A" * 6_400 + "BBBB")
    assert other.player.mismatch is not None
    assert other.player.mismatch.headline == "the app's audio is another one from 1.10 s on"


def test_seconds_are_those_of_the_audio_s_format() -> None:
    telephone = {"input": {"format": {"type": "audio/pcmu"}}}
    session = server("session.created", session={"type": "realtime", "audio": telephone})
    replayed = Replayed(script_of((session, *SPOKEN)), patience_s=2.0)
    replayed.wait(2.1)
    assert replayed.player.mismatch is not None
    assert replayed.player.mismatch.headline == "waited in vain for 12.0 s more audio"


# Strictness.

CALL = (
    server("response.created", response={"id": "resp_1"}),
    server(
        "response.output_item.added",
        response_id="resp_1",
        item={"type": "function_call", "id": "item_1", "call_id": "call_1", "name": "get_weather"},
    ),
    server(
        "response.function_call_arguments.done",
        response_id="resp_1",
        item_id="item_1",
        call_id="call_1",
        name="get_weather",
        arguments='{"city":"Paris"}',
    ),
    server("response.done", response={"id": "resp_1", "status": "completed"}),
    client(
        "conversation.item.create",
        item={"type": "function_call_output", "call_id": "call_1", "output": '{"sky": "clear"}'},
    ),
    client("response.create"),
    server("response.created", response={"id": "resp_2"}),
    server("response.done", response={"id": "resp_2", "status": "completed"}),
)
OUTPUT: Json = CALL[4][1]["item"]


def test_a_response_create_before_response_done_is_refused_as_by_the_real_server() -> None:
    replayed = Replayed(script_of(CALL))
    assert types(replayed)[-1] == "response.function_call_arguments.done"
    replayed.say("conversation.item.create", item=OUTPUT)
    replayed.say("response.create", event_id="early")
    error = replayed.heard[-1]["error"]
    assert error["code"] == "conversation_already_has_active_response"
    assert error["event_id"] == "early"
    assert replayed.player.mismatch is not None
    assert replayed.player.mismatch.cause is Cause.REFUSED


def test_an_early_output_is_fine() -> None:
    replayed = Replayed(script_of(CALL))
    replayed.say("conversation.item.create", item=OUTPUT)
    replayed.wait(0.1)
    replayed.say("response.create")
    replayed.wait()
    assert replayed.player.is_finished


def test_a_lenient_server_takes_an_early_response_create() -> None:
    replayed = Replayed(script_of(CALL), is_strict=False)
    replayed.say("conversation.item.create", item=OUTPUT)
    replayed.say("response.create")
    assert replayed.player.is_finished


def test_a_recorded_mistake_replays_as_it_was() -> None:
    done = CALL[3]
    error = server("error", error={"code": "conversation_already_has_active_response"})
    said = (*CALL[:3], CALL[4], client("response.create"), error, done)
    replayed = Replayed(script_of(said))
    replayed.say("conversation.item.create", item=OUTPUT)
    replayed.say("response.create")
    replayed.wait()
    assert replayed.player.is_finished


def test_an_unknown_call_id_is_refused_as_by_the_real_server() -> None:
    replayed = Replayed(script_of(CALL))
    replayed.wait()
    replayed.say("conversation.item.create", item={**OUTPUT, "call_id": "call_9"})
    assert replayed.heard[-1]["error"]["code"] == "invalid_tool_call_id"


def test_a_commit_of_nothing_is_refused_as_by_the_real_server() -> None:
    said = (
        client("input_audio_buffer.append", audio="A" * 64_000),
        client("input_audio_buffer.commit"),
        server("input_audio_buffer.committed", item_id="item_1"),
    )
    replayed = Replayed(script_of(said))
    replayed.say("input_audio_buffer.commit")
    assert replayed.heard[-1]["error"]["code"] == "input_audio_buffer_commit_empty"


def test_items_may_be_retrieved_at_any_time() -> None:
    retrieve = client("conversation.item.retrieve", item_id="item_mine")
    said = (*HELLO[:3], retrieve, *HELLO[3:])
    replayed = Replayed(script_of(said))
    replayed.say("conversation.item.create", item=user("hello", id="item_mine"))
    replayed.say("response.create")
    replayed.say("conversation.item.retrieve", item_id="item_mine")
    replayed.wait()
    assert replayed.player.is_finished


RETRIEVE = client("conversation.item.retrieve", item_id="item_mine")


def test_an_aside_may_come_when_all_was_said_though_it_was_not_recorded() -> None:
    replayed = Replayed(script_of(HELLO[:3]))
    replayed.say("conversation.item.create", item=user("hello", id="item_mine"))
    replayed.say("conversation.item.retrieve", item_id="item_mine")
    assert (replayed.player.mismatch, replayed.close) == (None, None)


def test_an_aside_in_the_middle_that_was_not_recorded_is_told() -> None:
    replayed = Replayed(script_of(HELLO))
    replayed.say("conversation.item.retrieve", item_id="item_mine")
    assert replayed.player.mismatch is not None


def test_an_app_may_leave_without_its_recorded_aside() -> None:
    replayed = Replayed(script_of((*HELLO[:3], RETRIEVE)))
    replayed.say("conversation.item.create", item=user("hello", id="item_mine"))
    replayed.player.receive_close(1.0)
    assert replayed.player.finish() is None


def test_a_refused_event_may_be_said_again_in_another_way() -> None:
    output = {**OUTPUT, "id": "item_mine"}
    said = (*CALL[:4], client("conversation.item.create", item=output), *CALL[5:])
    replayed = Replayed(script_of(said))
    replayed.say("response.create")
    assert replayed.player.mismatch is not None
    replayed.wait()
    replayed.say("conversation.item.create", item={**output, "id": "item_live"})
    replayed.say("response.create")
    replayed.wait()
    assert types(replayed)[-1] == "response.done"


def test_a_session_that_went_another_way_ends_with_the_reason() -> None:
    replayed = Replayed(script_of(HELLO))
    replayed.say("conversation.item.create", item=user("bye"))
    assert replayed.close is not None
    assert replayed.close.code == MISMATCH_CODE
    assert "item.content[0].text" in replayed.close.reason


def test_a_message_that_is_no_event_must_be_the_recorded_one() -> None:
    replayed = Replayed(script_of(HELLO))
    replayed.send("not json")
    assert replayed.player.mismatch is not None
    assert replayed.player.mismatch.cause is Cause.DIFFERENT


# Real sessions.


def with_other_ids(fields: Json) -> Json:
    """The same event, as another run of the app says it."""
    changed = dict(reversed({**fields, "event_id": f"live.{fields['type']}"}.items()))
    item = changed.get("item")
    if isinstance(item, dict) and item.get("type") == "message" and "id" in item:
        changed["item"] = dict(reversed({**item, "id": f"live_{item['id']}"}.items()))
    return changed


@pytest.mark.skipif(not SESSIONS, reason="no recorded sessions beside this checkout")
@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
@pytest.mark.parametrize("change", [dict, with_other_ids])
def test_a_real_session_replays_to_its_end(path: Path, change: Callable[[Json], Json]) -> None:
    replayed = Replayed(script_of_lines(path))
    replayed.say_all(change)
    assert replayed.player.finish() is None
    assert replayed.player.is_finished


@pytest.mark.skipif(not SESSIONS, reason="no recorded sessions beside this checkout")
@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_real_session_replays_with_its_audio_cut_in_other_pieces(path: Path) -> None:
    replayed = Replayed(script_of_lines(path))
    audio = ""
    for fields in [step.fields for step in replayed.player.script.steps if hasattr(step, "fields")]:
        if fields["type"] == "input_audio_buffer.append":
            audio += fields["audio"].rstrip("=")
            continue
        replayed.send(json.dumps({"type": "input_audio_buffer.append", "audio": audio}))
        audio = ""
        replayed.wait(0.1)
        replayed.send(json.dumps(fields))
    replayed.send(json.dumps({"type": "input_audio_buffer.append", "audio": audio}))
    replayed.wait()
    assert replayed.player.is_finished
