"""The server's stream: does it keep what the protocol promises."""

import pytest
from dialogue import SPOKEN_TURN
from judged import JUNK, RecordedDialogue, judged, judged_entries, slugs_of
from scenes import (
    Called,
    added,
    assistant_message,
    audio_answer,
    audio_deltas,
    beta_session,
    error,
    function_call,
    open_function_calls,
    response_created,
    response_done,
    session,
    spoken_turn,
    text_answer,
    user_message,
)
from transcript import (
    VOICE_LIVE,
    XAI,
    Step,
    client,
    closed,
    frame,
    only,
    server,
    transcript,
    wait,
)

from realtap.proxy.simulator.dialect import Dialect
from realtap.recordings.event import Json, Side
from realtap.recordings.findings import conformance
from realtap.recordings.findings.finding import Finding, Severity

PART: Json = {"response_id": "resp_1", "item_id": "item_a", "output_index": 0, "content_index": 0}


def found(*steps: Step, **options: object) -> list[Finding]:
    return judged(conformance, *steps, **options)


def names(*steps: Step, **options: object) -> list[str]:
    return slugs_of(found(*steps, **options))


def begun(response_id: str = "resp_1", item_id: str = "item_a") -> list[Step]:
    item = assistant_message(item_id, [], status="in_progress")
    return [
        session(),
        response_created(response_id),
        server("response.output_item.added", response_id=response_id, output_index=0, item=item),
        server("conversation.item.added", previous_item_id=None, item=item),
    ]


def ended(status: str = "completed", response_id: str = "resp_1") -> list[Step]:
    item = assistant_message("item_a", [])
    return [
        server("response.output_item.done", response_id=response_id, output_index=0, item=item),
        response_done(response_id, [item], status),
    ]


def texts(*pieces: str, whole: str) -> list[Step]:
    deltas = [server("response.output_text.delta", **PART, delta=piece) for piece in pieces]
    return [*deltas, server("response.output_text.done", **PART, text=whole)]


# Deltas against the whole.


def test_lost_delta_is_told_when_the_response_is_complete() -> None:
    steps = found(begun(), texts("Hel", "o", whole="Hello"), ended())
    finding = only(steps, "deltas-differ-from-done")
    assert finding.severity is Severity.WARNING
    assert "4 characters against 5" in finding.what


def test_other_characters_of_the_same_length_are_told() -> None:
    steps = found(begun(), texts("Hel", "lö", whole="Hello"), ended())
    assert "other characters" in only(steps, "deltas-differ-from-done").what


def test_emoji_cut_in_two_between_deltas_is_whole() -> None:
    name = "response.output_text"
    ids = '"event_id":"","response_id":"resp_1","item_id":"item_a","content_index":0'
    said: list[Step] = [
        frame(Side.SERVER, f'{{"type":"{name}.delta",{ids},"delta":"Hi \\ud83d"}}'),
        frame(Side.SERVER, f'{{"type":"{name}.delta",{ids},"delta":"\\ude00"}}'),
        frame(Side.SERVER, f'{{"type":"{name}.done",{ids},"text":"Hi \U0001f600"}}'),
    ]
    entries = [*transcript(begun(), said, ended())]
    assert judged_entries(conformance, entries) == []


def test_text_that_was_cut_off_may_end_anywhere() -> None:
    steps: list[Step] = [begun(), texts("Hel", "lo", whole="Hel"), ended("cancelled")]
    assert names(steps) == []


def test_whole_text_without_deltas_is_fine() -> None:
    assert names(begun(), texts(whole="Hello"), ended()) == []


def test_empty_whole_says_nothing() -> None:
    assert names(begun(), texts("Hel", whole=""), ended()) == []


def test_response_joined_in_the_middle_is_not_judged() -> None:
    assert names(texts("lo", whole="Hello"), ended()) == []


# Items.


def test_delta_for_an_item_that_was_never_announced_is_told_once() -> None:
    steps: list[Step] = [session(), response_created("resp_1"), texts("Hel", "lo", whole="Hello")]
    finding = only(found(steps, response_done("resp_1")), "unannounced-item")
    assert finding.severity is Severity.WARNING
    assert "item_a" in finding.what


def test_item_of_an_out_of_band_response_is_announced_by_its_response() -> None:
    item = assistant_message("item_a", [], status="in_progress")
    steps: list[Step] = [
        session(),
        client("response.create", response={"conversation": "none"}),
        response_created("resp_1", conversation_id=None),
        server("response.output_item.added", response_id="resp_1", output_index=0, item=item),
        texts("Hello", whole="Hello"),
        ended(),
    ]
    assert names(steps) == []


def test_item_without_its_end_is_told() -> None:
    steps: list[Step] = [begun(), response_done("resp_1", [assistant_message("item_a", [])])]
    finding = only(found(steps), "output-item-never-done")
    assert "item_a" in finding.what


def test_item_of_a_cancelled_response_may_lack_its_end() -> None:
    assert names(begun(), response_done("resp_1", [], "cancelled")) == []


def test_unknown_predecessor_is_told() -> None:
    item = {"id": "item_2", "type": "message", "role": "user", "status": "completed"}
    finding = only(found(session(), added(item, previous="item_gone")), "unknown-previous-item")
    assert "item_gone" in finding.what


def test_predecessor_that_speech_started_told_is_known() -> None:
    speech = server("input_audio_buffer.speech_started", item_id="item_s", audio_start_ms=0)
    item = {"id": "item_2", "type": "message", "role": "user", "status": "completed"}
    assert names(session(), speech, added(item, previous="item_s")) == []


def test_connection_that_joined_late_has_not_seen_all_items() -> None:
    item = {"id": "item_2", "type": "message", "role": "user", "status": "completed"}
    assert names(added(item, previous="item_gone")) == []


# After the end.


def test_delta_after_its_done_is_told() -> None:
    late = server("response.output_text.delta", **PART, delta="!")
    finding = only(found(begun(), texts("Hi", whole="Hi"), late, ended()), "event-after-done")
    assert "response.output_text.done" in finding.what


def test_event_after_response_done_is_told_once() -> None:
    late: list[Step] = [server("response.output_text.delta", **PART, delta="!")] * 3
    finding = only(found(begun(), texts("Hi", whole="Hi"), ended(), late), "event-after-done")
    assert "resp_1 had ended" in finding.what


def test_audio_after_response_done_is_told() -> None:
    assert names(begun(), ended(), audio_deltas(0.5, **PART)) == ["event-after-done"]


def test_rate_limits_and_transcripts_after_response_done_are_fine() -> None:
    name = "conversation.item.input_audio_transcription.completed"
    late: list[Step] = [
        server("rate_limits.updated", rate_limits=[]),
        server(name, item_id="item_a", content_index=0, transcript="Hi"),
        server("output_audio_buffer.stopped", response_id="resp_1"),
    ]
    assert names(begun(), ended(), late) == []


# Calls.


def call(**changes: object) -> list[Step]:
    steps = open_function_calls(Called("f", {}, "call_1"), response_id="resp_1")
    done = {
        "response_id": "resp_1",
        "item_id": "item_of_call_1",
        "output_index": 0,
        "call_id": "call_1",
        "arguments": "{}",
        **changes,
    }
    return [session(), *steps[:4], server("response.function_call_arguments.done", **done)]


def test_arguments_without_a_name_are_told() -> None:
    finding = only(found(call()), "call-without-name")
    assert "call_1" in finding.what


def test_arguments_with_a_name_are_fine() -> None:
    assert "call-without-name" not in names(call(name="f"))


def test_beta_servers_need_no_name() -> None:
    steps: list[Step] = [server("session.created", session=beta_session()), call()[1:]]
    assert names(steps, beta=True, upstream=VOICE_LIVE) == []


def test_call_that_the_conversation_does_not_show_is_told() -> None:
    steps = open_function_calls(Called("f", {}, "call_1"), response_id="resp_1")
    shown: list[Step] = [each for each in steps if b"conversation.item" not in each.payload]
    assert "call-without-name" in names(session(), shown)


def test_whole_call_is_fine() -> None:
    assert names(session(), function_call("f", {"a": 1})) == []


# Metadata.


def with_metadata(echo: object) -> list[Step]:
    return [
        session(),
        client("response.create", response={"metadata": {"topic": "cats"}}),
        response_created("resp_1", metadata=echo),
        response_done("resp_1", [], metadata=echo),
    ]


def test_metadata_that_does_not_come_back_is_told() -> None:
    finding = only(found(with_metadata(None)), "metadata-not-echoed")
    assert "topic" in finding.what
    assert finding.events == (3, 2)


def test_metadata_that_comes_back_is_fine() -> None:
    assert names(with_metadata({"topic": "cats"})) == []


def test_response_of_turn_detection_has_no_metadata() -> None:
    asked = client("response.create", response={"metadata": {"topic": "cats"}})
    steps: list[Step] = [
        session(),
        spoken_turn(),
        asked,
        response_created("resp_1"),
        response_done("resp_1"),
    ]
    assert "metadata-not-echoed" not in names(steps)


def test_response_soon_after_a_turn_may_be_anybodys() -> None:
    heard = server("input_audio_buffer.speech_stopped", item_id="item_u", audio_end_ms=900)
    steps = with_metadata(None)
    assert "metadata-not-echoed" not in names(steps[0], heard, wait(3), steps[1:])


# Ids, dialects, names.


def test_event_id_that_comes_twice_is_told() -> None:
    twice = [server("rate_limits.updated", event_id="event_x", rate_limits=[])] * 2
    finding = only(found(session(), twice), "duplicate-server-event-id")
    assert finding.events == (3, 2)


def test_events_without_ids_are_fine() -> None:
    silent: list[Step] = [
        server("input_audio_buffer.dtmf_event_received", event_id="", event="9")
    ] * 2
    assert names(session(), silent) == []


def test_two_dialects_in_one_session_are_worth_knowing() -> None:
    item = {"id": "item_1", "type": "message", "role": "user", "status": "completed"}
    steps: list[Step] = [
        server("conversation.item.created", item=item, previous_item_id=None),
        server("conversation.item.done", item=item, previous_item_id=None),
    ]
    finding = only(found(session(), steps), "mixed-dialects")
    assert finding.severity is Severity.INFO
    assert "conversation.item.created" in finding.what


def test_one_dialect_is_fine() -> None:
    assert names(session(), text_answer(), audio_answer()) == []
    assert names(session(), text_answer(), audio_answer(), beta=True) == []


def test_unknown_event_is_told_once_a_name() -> None:
    odd: list[Step] = [server("conversation.summary.ready")] * 3
    finding = only(found(session(), odd), "unknown-server-event")
    assert finding.severity is Severity.INFO


@pytest.mark.parametrize("name", ["ping", "warning", "response.audio_timestamp.delta"])
def test_known_extensions_are_fine(name: str) -> None:
    assert names(session(), server(name)) == []


# Whole sessions with the simulated server.


@pytest.mark.parametrize("dialect", [Dialect.GA, Dialect.BETA])
def test_simulated_server_conforms(dialect: Dialect) -> None:
    script = '[[when]]\ntext = "*weather*"\ncall = "get_weather"\n'
    dialogue = RecordedDialogue(script=script, dialect=dialect)
    dialogue.ask("Hello")
    dialogue.ask("What is the weather?")
    dialogue.talk(SPOKEN_TURN)
    dialogue.settle()
    dialogue.say("input_audio_buffer.clear")
    dialogue.say("response.create", response={"conversation": "none", "metadata": {"a": "b"}})
    dialogue.settle()
    later = dialogue.now_s + 10
    assert slugs_of(judged_entries(conformance, dialogue.end(), until=later)) == []


def test_interrupted_simulated_response_conforms() -> None:
    dialogue = RecordedDialogue(pace=None)
    dialogue.write("Tell me a very long story about ships")
    dialogue.say("response.create")
    dialogue.wait(0.5)
    dialogue.say("response.cancel")
    dialogue.settle()
    assert slugs_of(judged_entries(conformance, dialogue.end())) == []


def test_xais_omissions_are_no_findings() -> None:
    item = assistant_message("item_a", [])
    steps: list[Step] = [
        begun(),
        server("response.content_part.added", **PART, part={"type": "audio"}),
        server("response.output_audio_transcript.delta", **PART, delta="Hi"),
        server("response.output_audio_transcript.done", **PART, transcript="Hi"),
        server("response.content_part.done", **PART),
        server("response.output_audio.done", **PART),
        server("response.output_item.done", response_id="resp_1", output_index=0, item=item),
        response_done("resp_1", [item], status_details="unimplemented"),
    ]
    assert names(steps, user_message(), wait(9), upstream=XAI) == []


def test_junk_is_survived() -> None:
    kinds = sorted({kind for rule in conformance.RULES for kind in rule.kinds or ()})
    junk: list[Step] = [
        say(kind, item_id=value, item=value, response=value, delta=value, content_index=value)
        for value in JUNK
        for kind in kinds
        for say in (client, server)
    ]
    found(session(), junk, error(None), wait(30), junk, closed())
