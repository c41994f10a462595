"""`realtap conversation`: the dialogue as a person would read it."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result
from reduced import SHARED_WIRE
from scenes import (
    WEATHER,
    audio_answer,
    error,
    function_call,
    output,
    response_done,
    session,
    spoken_turn,
    text_answer,
    user_message,
)
from transcript import (
    Step,
    client,
    closed,
    entries_of_wire,
    marked,
    release,
    server,
    transcript,
    write_recording,
)

from realtap.recordings.event import Event, Fate, Origin, Side
from realtap.tui.cli import main
from realtap.tui.cli.rows import Page

TRANSCRIPTION = "conversation.item.input_audio_transcription"


def conversation(folder: Path, *steps: Step) -> Result:
    return printed(
        folder, write_recording(folder / "20260101-000000-test.jsonl", transcript(*steps))
    )


def printed(folder: Path, path: Path) -> Result:
    runner = CliRunner(env={"REALTAP_RECORDINGS": str(folder)})
    result = runner.invoke(main, ["conversation", str(path)])
    assert result.exit_code == 0, result.output
    return result


def told(folder: Path, *steps: Step) -> list[str]:
    """The lines without their times."""
    return [line[9:].strip() for line in conversation(folder, *steps).stdout.splitlines()][1:]


def test_dialogue_tells_who_said_what_and_the_tools_between(tmp_path: Path) -> None:
    lines = told(
        tmp_path,
        session(tools=[WEATHER]),
        user_message("Weather in Oslo?"),
        function_call("get_weather", {"city": "Oslo"}, call_id="call_1"),
        output("call_1", '{"sky": "rain"}'),
        text_answer("It rains."),
        closed(1000),
    )
    assert lines == [
        "user       Weather in Oslo?",
        'tool       get_weather({"city":"Oslo"}) → {"sky":"rain"}',
        "assistant  It rains.",
        "closed by the client with 1000",
    ]


def test_first_line_tells_the_session(tmp_path: Path) -> None:
    first = conversation(tmp_path, session(tools=[WEATHER])).stdout.splitlines()[0]
    assert first == (
        "2026-01-01T00:00:00.000000Z, gpt-realtime, voice alloy, audio, functions: get_weather"
    )


def test_late_transcript_stands_where_it_was_said(tmp_path: Path) -> None:
    late = server(f"{TRANSCRIPTION}.completed", item_id="u", transcript="Good morning.\n")
    lines = told(tmp_path, session(), spoken_turn("u"), audio_answer("Hello!", asked=False), late)
    assert lines[:2] == ["user       Good morning.", "assistant  Hello!"]


def test_speech_without_transcript_is_told(tmp_path: Path) -> None:
    failed = server(
        f"{TRANSCRIPTION}.failed",
        item_id="u",
        error={"code": "DeploymentNotFound", "message": "No."},
    )
    lines = told(tmp_path, session(), spoken_turn("u"), failed)
    assert lines[0] == "user       (speaks; no transcript)"
    assert lines[1] == "· transcription failed: DeploymentNotFound: No."


def test_interruption_is_told_with_what_was_lost(tmp_path: Path) -> None:
    answer = audio_answer("A long story", seconds=4.0, item_id="a", response_id="r", is_done=False)
    lines = told(
        tmp_path,
        session(),
        answer,
        server("input_audio_buffer.speech_started", item_id="u", audio_start_ms=0),
        response_done("r", status="cancelled", status_details={"reason": "turn_detected"}),
        server("conversation.item.truncated", item_id="a", content_index=0, audio_end_ms=1500),
    )
    assert lines[:3] == [
        "assistant  A long story",
        "· interrupted by the user's voice",
        "· cut after 1.5 s of 4.0 s: the model forgets what it said there",
    ]


def test_error_stands_at_its_time_with_what_it_answers(tmp_path: Path) -> None:
    lines = told(
        tmp_path,
        session(),
        user_message("One"),
        client("response.create", event_id="mine"),
        error("x", "No.", event_id="mine"),
        user_message("Two"),
    )
    assert lines[1] == "error      x: No. (for response.create, event 5)"
    assert lines[2].endswith("Two")


def test_failed_response_without_output_is_told(tmp_path: Path) -> None:
    details = {"type": "failed", "error": {"code": "server_error", "message": "Sorry."}}
    failed = response_done("r", status="failed", status_details=details)
    lines = told(tmp_path, session(), user_message("Hi"), client("response.create"), failed)
    assert lines[1:3] == [
        "assistant  (a response without output)",
        "· failed: server_error: Sorry.",
    ]


def test_response_beside_the_conversation_is_marked(tmp_path: Path) -> None:
    item = {"id": "a", "type": "message", "role": "assistant"}
    content = [{"type": "output_text", "text": "positive"}]
    lines = told(
        tmp_path,
        session(),
        client("response.create", response={"conversation": "none"}),
        server("response.created", response={"id": "r", "conversation_id": None}),
        server("response.output_item.added", response_id="r", item=item),
        response_done("r", [{**item, "content": content}], conversation_id=None),
    )
    assert lines[:2] == [
        "assistant  positive",
        "· beside the conversation (an out-of-band response)",
    ]


def test_call_without_output_is_told_at_the_end(tmp_path: Path) -> None:
    lines = told(tmp_path, session(), function_call("get_weather", call_id="call_1"))
    assert lines[0] == "tool       get_weather({}) → no output"
    assert lines[1] == "get_weather({}) still waits for its output"
    assert lines[2] == "the recording ends here, without a close"


def test_translation_is_told_as_two_texts(tmp_path: Path) -> None:
    lines = told(
        tmp_path,
        server("session.created", session={"type": "translation"}),
        server("session.input_transcript.delta", delta="Hello"),
        server("session.output_transcript.delta", delta="Bonjour"),
    )
    assert [line.split() for line in lines[:2]] == [["heard", "Hello"], ["translated", "Bonjour"]]


def test_live_session_says_where_to_look(tmp_path: Path) -> None:
    result = conversation(tmp_path, client("session.start", session={}))
    assert "Live API" in result.stderr


def test_empty_session_says_so(tmp_path: Path) -> None:
    assert "nothing was said" in conversation(tmp_path, session()).stderr


@pytest.mark.parametrize("width", [40, 80, 120])
def test_long_text_is_wrapped_on_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    page = Page(width=width, has_colour=False)
    monkeypatch.setattr(Page, "of_stdout", classmethod(lambda _: page))
    lines = conversation(tmp_path, session(), user_message("word " * 60)).stdout.splitlines()
    assert max(map(len, lines)) <= width
    assert " ".join(lines).count("word") == 60


def test_junk_harms_no_terminal(tmp_path: Path) -> None:
    text = conversation(tmp_path, session(), user_message("a\x1b[2Jb\x07\nc")).stdout
    assert "\x1b" not in text
    assert "\x07" not in text


@pytest.mark.skipif(not SHARED_WIRE.is_dir(), reason="the recorded sessions are not here")
def test_real_sessions_read_as_dialogues(tmp_path: Path) -> None:
    for source in sorted(SHARED_WIRE.glob("*/*.jsonl")):
        path = write_recording(tmp_path / "20260101-000000-wire.jsonl", entries_of_wire(source))
        text = printed(tmp_path, path).stdout
        assert "assistant  " in text
        assert "?" not in [line.split("(")[0] for line in text.splitlines()]


def test_forum_question_is_answered_by_the_demo_tools(tmp_path: Path) -> None:
    """Which function was called? Its name is told, also in beta, where deltas do not carry it."""
    entries = transcript(function_call("get_weather", {"city": "Oslo"}), beta=True)
    path = write_recording(tmp_path / "20260101-000000-beta.jsonl", entries)
    assert 'get_weather({"city":"Oslo"})' in printed(tmp_path, path).stdout


def lines_with_colour(folder: Path, monkeypatch: pytest.MonkeyPatch, *steps: Step) -> Any:
    page = Page(width=80, has_colour=True)
    monkeypatch.setattr(Page, "of_stdout", classmethod(lambda _: page))
    path = write_recording(folder / "20260101-000000-test.jsonl", transcript(*steps))
    runner = CliRunner(env={"REALTAP_RECORDINGS": str(folder)})
    return runner.invoke(main, ["conversation", str(path)], color=True).stdout


def test_speakers_have_colours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = lines_with_colour(tmp_path, monkeypatch, session(), user_message("Hi"))
    assert "\x1b[36m" in text


def item_told(folder: Path, item: dict[str, Any], *after: Step) -> list[str]:
    return told(folder, session(), server("conversation.item.added", item=item), *after)


@pytest.mark.parametrize(
    ("item", "line"),
    [
        ({"type": "mcp_list_tools", "tools": [{"name": "search"}]}, "tool       MCP tools: search"),
        ({"type": "mcp_list_tools"}, "tool       MCP tools: none"),
        ({"type": "mcp_approval_request"}, "mcp_approval_request"),
        (
            {"type": "function_call_output", "call_id": "call_9", "output": "x"},
            "tool       ? → x",
        ),
        ({"type": "function_call"}, "tool       ?() → no output"),
        (
            {"type": "message", "role": "user", "content": [{"type": "input_image"}]},
            "user       (input_image)",
        ),
        ({"type": "message", "role": "assistant"}, "assistant  (nothing)"),
    ],
)
def test_every_kind_of_item_has_its_line(tmp_path: Path, item: dict[str, Any], line: str) -> None:
    assert item_told(tmp_path, {"id": "i", **item})[0] == line


def test_deleted_item_is_marked(tmp_path: Path) -> None:
    deleted = server("conversation.item.deleted", item_id="i")
    lines = item_told(tmp_path, {"id": "i", "type": "message", "role": "user"}, deleted)
    assert lines[1] == "· deleted from the conversation"


def test_audio_without_transcript_is_told_as_its_length(tmp_path: Path) -> None:
    lines = told(tmp_path, session(), audio_answer("", seconds=2.0, response_id="r", is_done=False))
    assert lines[0] == "assistant  (audio 2.0 s, no transcript)"
    assert lines[1] == "· never finished"


def test_incomplete_answer_tells_why(tmp_path: Path) -> None:
    details = {"type": "incomplete", "reason": "max_output_tokens"}
    steps = audio_answer("Once", response_id="r", is_done=False)
    lines = told(
        tmp_path,
        session(),
        steps,
        response_done("r", status="incomplete", status_details=details),
    )
    assert lines[1] == "· incomplete: max_output_tokens"


def test_injected_items_and_outputs_are_marked(tmp_path: Path) -> None:
    entries = transcript(
        session(), user_message("Hi"), function_call("f", call_id="call_1"), output("call_1", "x")
    )
    injected = [
        msgspec.structs.replace(entry, origin=Origin.INJECTED)
        if isinstance(entry, Event) and entry.type == "conversation.item.create"
        else entry
        for entry in entries
    ]
    text = printed(tmp_path, write_recording(tmp_path / "20260101-000000-x.jsonl", injected)).stdout
    assert "· injected, the app did not send it" in text
    assert "· the output was made by an intervention (injected)" in text


def test_many_functions_are_counted(tmp_path: Path) -> None:
    tools = [{**WEATHER, "name": f"f{n}"} for n in range(20)]
    first = conversation(tmp_path, session(tools=tools)).stdout.splitlines()[0]
    assert first.endswith("f10, f11, and 8 more")


def test_error_that_answers_nothing_is_told_alone(tmp_path: Path) -> None:
    lines = told(tmp_path, session(), error("session_expired", "Too long."))
    assert lines[0] == "error      session_expired: Too long."


def test_damaged_lines_are_complained_about(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "20260101-000000-x.jsonl", transcript(session()))
    path.write_bytes(path.read_bytes() + b'{"seq":')
    assert "torn" in printed(tmp_path, path).stderr


def test_output_that_nobody_read_is_told(tmp_path: Path) -> None:
    lines = told(tmp_path, session(), function_call("f", call_id="call_1"), output("call_1", "x"))
    assert lines[:2] == ["tool       f({}) → x", "· no response has used this output"]


def test_mock_and_the_output_that_it_took_the_place_of_are_told(tmp_path: Path) -> None:
    lines = told(
        tmp_path,
        session(tools=[WEATHER]),
        function_call("get_weather", {"city": "Oslo"}, call_id="call_1"),
        marked(output("call_1", "own", is_taken=False), fate=Fate.DROPPED, why="mock f"),
        marked(output("call_1", "rain"), origin=Origin.MOCK, why="mock f", side=Side.CLIENT),
    )
    assert lines[:3] == [
        'tool       get_weather({"city":"Oslo"}) → rain',
        "· the output was made by an intervention (mock f)",
        "· the app's own output was kept from the server (mock f): own",
    ]


def test_made_up_call_and_answer_are_told_as_such(tmp_path: Path) -> None:
    lines = told(
        tmp_path,
        session(),
        marked(
            function_call("f", call_id="call_x", asked=False),
            text_answer("Made up.", asked=False),
            origin=Origin.INJECTED,
            why="by hand",
        ),
    )
    assert lines[:4] == [
        "tool       f({}) → no output",
        "· a made-up call (by hand), the server knows nothing of it",
        "assistant  Made up.",
        "· made up (by hand), the server knows nothing of it",
    ]


def test_made_up_error_is_told_as_such(tmp_path: Path) -> None:
    made = marked(error("busy", "No."), origin=Origin.FAULT, why="fault busy")
    assert told(tmp_path, session(), made)[:2] == [
        "error      busy: No.",
        "· made up (fault busy), the server never said it",
    ]


def test_what_was_kept_back_changed_and_held_is_told_at_its_time(tmp_path: Path) -> None:
    lines = told(
        tmp_path,
        session(),
        marked(server("session.updated", session={}), fate=Fate.DROPPED, why="fault lost"),
        marked(client("response.create"), fate=Fate.HELD, why="breakpoint"),
        release(Fate.EDITED, sent={"type": "response.create"}, why="by hand"),
        marked(server("response.done", response={"id": "resp_1"}), origin=Origin.FAULT),
    )
    assert lines[:2] == [
        "realtap    session.updated was kept from the app by realtap (fault lost)",
        "realtap    response.create was changed on its way by realtap (by hand)",
    ]


def test_made_up_end_of_a_real_response_is_told(tmp_path: Path) -> None:
    *begun, done = text_answer("Hi there", response_id="resp_1")
    made = marked(done, origin=Origin.FAULT, why="fault late-cancel")
    lines = told(tmp_path, session(), begun, made)
    assert "realtap    response.done was made by realtap (fault late-cancel)" in lines
