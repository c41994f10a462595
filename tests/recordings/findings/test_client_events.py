"""What the client sends as such: frames that are no events, unknown types, ids twice."""

from typing import Any

import pytest
from judged_dialogue import JudgedDialogue, found_in
from scenes import error, session, text_turn, user_message
from transcript import VOICE_LIVE, XAI, Said, Step, client, frame, only, server, slugs, wait

from realtap.recordings.event import Side
from realtap.recordings.findings import client_events as family
from realtap.recordings.findings.finding import Finding, Severity

LOCAL = "ws://127.0.0.1:8485/v1/realtime"


def findings_in(*steps: Step, **options: Any) -> list[Finding]:
    return found_in(family, *steps, **options)


# unknown-client-event


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("response.created", "response.create"),
        ("conversation.item.creat", "conversation.item.create"),
        ("input_audio.append", "input_audio_buffer.append"),
        ("input_audio_buffer.comit", "input_audio_buffer.commit"),
        ("session.updated", "session.update"),
    ],
)
def test_unknown_event_is_told_with_the_name_that_was_meant(sent: str, meant: str) -> None:
    found = only(findings_in(session(), client(sent), wait(3)), "unknown-client-event")
    assert found.severity is Severity.ERROR
    assert f"`{sent}`" in found.what
    assert f"did you mean `{meant}`?" in found.todo


def test_unknown_event_that_the_server_refuses_is_told_with_the_error() -> None:
    message = "Invalid value: 'response.craete'. Supported values are: 'session.update'."
    refused = error("invalid_value", message, param="type")
    found = findings_in(session(), client("response.craete"), refused, upstream=LOCAL)
    assert slugs(found) == ["unknown-client-event"]
    assert found[0].events == (2, 3)


def test_event_of_a_server_with_events_of_its_own_is_fine() -> None:
    for name in ("session.finish", "extension.middle_tier_tool_response"):
        assert slugs(findings_in(session(), client(name), wait(3), upstream=LOCAL)) == []
    own = client("input_audio.turn.start")
    assert slugs(findings_in(session(), own, wait(3), upstream=VOICE_LIVE)) == []


def test_misspelt_event_is_told_at_any_server() -> None:
    found = findings_in(session(), client("conversation.item.creat"), wait(3), upstream=XAI)
    assert slugs(found) == ["unknown-client-event"]


def test_known_events_are_fine() -> None:
    found = findings_in(
        session(instructions="Hi"),
        text_turn(),
        client("input_audio_buffer.clear"),
        client("response.cancel"),
        client("conversation.item.retrieve", item_id="item_1"),
        wait(3),
    )
    assert slugs(found) == []


def test_event_of_the_server_is_not_judged() -> None:
    assert slugs(findings_in(session(), server("response.craeted"), wait(3))) == []


def test_misspelt_event_of_a_real_dialogue_is_told() -> None:
    dialogue = JudgedDialogue()
    dialogue.say("response.creat")
    found = only(dialogue.findings(family), "unknown-client-event")
    assert "did you mean `response.create`?" in found.todo


# binary-client-frame, client-frame-not-an-event


def test_first_binary_frame_is_told() -> None:
    audio = frame(Side.CLIENT, b"\x00\x01" * 100)
    found = findings_in(session(), [audio] * 5, wait(3))
    assert slugs(found) == ["binary-client-frame"]
    assert found[0].severity is Severity.ERROR
    assert found[0].events == (2,)
    assert "200 bytes" in found[0].what


def test_binary_frame_at_a_server_that_may_take_audio_is_fine() -> None:
    audio = frame(Side.CLIENT, b"\x00\x01" * 100)
    assert slugs(findings_in(session(), audio, wait(3), upstream=XAI)) == []


def test_binary_frame_of_a_real_dialogue_is_told() -> None:
    dialogue = JudgedDialogue(upstream=LOCAL)
    dialogue.send(b"\x00\x01\x02")
    assert slugs(dialogue.findings(family)) == ["binary-client-frame"]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("hello", "is not JSON"),
        ('{"type": "response.create"', "is not JSON"),
        ("[1]", "is an array and not an object"),
        ("null", "is null and not an object"),
        ("7", "is a number and not an object"),
        ('{"event": "response.create"}', "has no `type`"),
        ('{"type": 3}', "has a `type` that is no name"),
    ],
)
def test_message_that_is_no_event_is_told(message: str, words: str) -> None:
    found = findings_in(session(), frame(Side.CLIENT, message))
    assert slugs(found) == ["client-frame-not-an-event"]
    assert found[0].severity is Severity.ERROR
    assert words in found[0].what


def test_text_that_is_not_utf_8_is_no_event() -> None:
    found = findings_in(session(), Said(Side.CLIENT, b'{"type":"\xff"}'))
    assert "is not UTF-8" in only(found, "client-frame-not-an-event").what


def test_event_over_several_lines_is_one() -> None:
    message = '{\n  "type": "response.create"\n}'
    assert slugs(findings_in(session(), frame(Side.CLIENT, message), wait(1))) == []


def test_long_message_over_several_lines_is_left_to_the_server() -> None:
    message = "\n" + "x" * 2_000_000
    assert slugs(findings_in(session(), frame(Side.CLIENT, message))) == []


def test_message_of_the_server_that_is_no_event_is_not_the_clients() -> None:
    assert slugs(findings_in(session(), frame(Side.SERVER, "hello"))) == []


# output-audio-buffer-clear-on-websocket


def test_clear_of_the_output_buffer_is_told() -> None:
    found = findings_in(session(), client("output_audio_buffer.clear"), wait(3))
    assert slugs(found) == ["output-audio-buffer-clear-on-websocket"]
    assert found[0].severity is Severity.ERROR


def test_clear_of_the_output_buffer_of_a_call_is_fine() -> None:
    sideband = "wss://api.openai.com/v1/realtime?call_id=rtc_1"
    found = findings_in(client("output_audio_buffer.clear"), wait(3), upstream=sideband)
    assert slugs(found) == []


def test_clear_of_the_output_buffer_at_a_server_that_takes_it_is_fine() -> None:
    found = findings_in(
        session(), client("output_audio_buffer.clear"), wait(3), upstream=VOICE_LIVE
    )
    assert slugs(found) == []


def test_clear_of_the_output_buffer_in_a_real_dialogue_is_told() -> None:
    dialogue = JudgedDialogue(upstream=LOCAL)
    dialogue.say("output_audio_buffer.clear")
    assert slugs(dialogue.findings(family)) == ["output-audio-buffer-clear-on-websocket"]


# duplicate-event-id


def test_event_id_that_is_used_twice_is_told_once() -> None:
    twice = client("response.create", event_id="evt_1")
    found = findings_in(
        session(), client("input_audio_buffer.clear", event_id="evt_1"), twice, twice
    )
    assert slugs(found) == ["duplicate-event-id"]
    assert found[0].severity is Severity.WARNING
    assert found[0].events == (3, 2)


def test_client_whose_every_event_has_an_old_id_is_remembered_for_a_while() -> None:
    steps = [client("response.cancel", event_id=f"evt_{n}") for n in range(1_100) for _ in "ab"]
    assert slugs(findings_in(session(), steps)).count("duplicate-event-id") == 100


def test_event_ids_of_the_two_sides_may_be_the_same() -> None:
    found = findings_in(
        server("session.created", event_id="evt_1"), client("response.create", event_id="evt_1")
    )
    assert slugs(found) == []


# required-field-missing


@pytest.mark.parametrize(
    ("event", "path"),
    [
        (client("conversation.item.create"), "item"),
        (client("conversation.item.delete"), "item_id"),
        (client("session.update"), "session"),
        (client("conversation.item.create", item={"role": "user"}), "item.type"),
        (client("conversation.item.create", item={"type": "message"}), "item.role"),
    ],
)
def test_missing_field_is_told(event: Said, path: str) -> None:
    found = findings_in(session(), event, wait(3))
    assert slugs(found) == ["required-field-missing"]
    assert found[0].severity is Severity.ERROR
    assert f"has no `{path}`" in found[0].what


def test_item_that_is_complete_is_fine() -> None:
    assert slugs(findings_in(session(), user_message(), wait(3))) == []


def test_missing_field_of_a_real_dialogue_is_told() -> None:
    dialogue = JudgedDialogue(upstream=LOCAL)
    dialogue.say("conversation.item.create", item={"type": "message", "role": "user"})
    found = only(dialogue.findings(family), "required-field-missing")
    assert "`item.content`" in found.what
