"""`realtap show` and `realtap ls` on real recordings."""

import asyncio
import json
import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from realtap_process import COMMAND
from rest_calls import MINTED, REFUSED, SECRET

from realtap.proxy.demo import SCRIPT
from realtap.proxy.demo.app import run_demo
from realtap.proxy.demo.mistakes import Mistake
from realtap.proxy.door import Proxy
from realtap.proxy.rest_notes import note_call
from realtap.proxy.simulator import Simulator
from realtap.proxy.upstream import parse_upstream
from realtap.recordings import lines
from realtap.recordings.event import Event, Form, Header, Side
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording
from realtap.tui.cli import main
from realtap.tui.cli.exit_codes import ExitCode


async def record_a_session(folder: RecordingsFolder) -> None:
    """A text turn and a function call."""
    async with Simulator(script=SCRIPT, fast=True) as simulator:
        upstream = parse_upstream(simulator.url.removesuffix("/v1"))
        async with Proxy(upstream, folder, port=0, report=lambda _: None) as proxy:
            await run_demo(proxy.url, mistake=Mistake.SECOND_OUTPUT, speed=50.0)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one session."""
    folder = RecordingsFolder(tmp_path_factory.mktemp("recordings"))
    asyncio.run(record_a_session(folder))
    return folder.path


def realtap(folder: Path, *arguments: str) -> Result:
    return CliRunner(env={"REALTAP_RECORDINGS": str(folder)}).invoke(main, arguments)


def events_of(folder: Path) -> list[Event]:
    (path,) = folder.glob("*.jsonl")
    return list(Recording(path).events())


def test_show_prints_one_line_for_each_event(recorded: Path) -> None:
    output = realtap(recorded, "show", "last").stdout
    numbered = [line for line in output.splitlines() if line.split()[0].isdigit()]
    assert len(numbered) == len(events_of(recorded))


def test_every_event_of_a_function_call_names_the_function(recorded: Path) -> None:
    output = realtap(recorded, "show", "last").stdout
    told = [line for line in output.splitlines() if "function_call" in line or " call_" in line]
    assert len(told) > 10
    assert all("get_weather" in line for line in told)


def test_audio_is_told_as_its_length(recorded: Path) -> None:
    output = realtap(recorded, "show", "last").stdout
    assert "audio 0." in output
    assert max(map(len, output.splitlines())) < 1000


def test_fold_shows_the_same_session_in_fewer_lines(recorded: Path) -> None:
    folded = realtap(recorded, "show", "last", "--fold").stdout
    assert folded.count("\n") < realtap(recorded, "show", "last").stdout.count("\n") * 0.6
    assert "It is sunny in Paris, with 21 degrees." in folded


def test_raw_prints_the_frames_verbatim(recorded: Path) -> None:
    output = realtap(recorded, "show", "last", "--raw").stdout_bytes
    assert output.splitlines() == [event.payload for event in events_of(recorded)]


def test_json_prints_the_recording_with_ids_and_summaries(recorded: Path) -> None:
    output = realtap(recorded, "show", "last", "--json").stdout
    objects = [json.loads(line) for line in output.splitlines()]
    assert objects[0]["realtap"] == 1
    call = next(
        each for each in objects if each.get("type") == "response.function_call_arguments.done"
    )
    assert call["ids"]["call_id"] == call["event"]["call_id"]
    assert "get_weather" in call["summary"]


def test_json_tells_the_joined_fields_and_where_they_come_from(recorded: Path) -> None:
    output = realtap(recorded, "show", "last", "--json", "--where", "type:*_arguments.delta").stdout
    for each in map(json.loads, output.splitlines()):
        assert each["joined"]["call.name"] == "get_weather"
        assert each["joined_from"]["call.name"] < each["seq"]


@pytest.mark.parametrize("form", [(), ("--expand",), ("--fold",), ("--json",), ("--raw",)])
def test_where_prints_the_events_that_match(recorded: Path, form: tuple[str, ...]) -> None:
    wanted = [event for event in events_of(recorded) if event.type == "response.done"]
    output = realtap(recorded, "show", "last", "--where", "type:response.done", *form).stdout
    assert output.count(
        '"response.done"' if form in (("--expand",), ("--raw",)) else "response.done"
    )
    if form != ("--expand",):
        assert len(output.splitlines()) == len(wanted)


def test_where_answers_which_event_carries_the_functions_name(recorded: Path) -> None:
    output = realtap(recorded, "show", "last", "--where", "item.type=function_call").stdout
    lines = output.splitlines()
    assert {line.split()[4] for line in lines} == {
        "response.output_item.added",
        "conversation.item.added",
        "conversation.item.done",
        "response.output_item.done",
    }
    assert all("get_weather" in line for line in lines)


def test_events_that_do_not_match_still_name_the_call(recorded: Path) -> None:
    only = realtap(recorded, "show", "last", "--where", "type:*_arguments.delta").stdout
    assert only
    assert all("get_weather" in line for line in only.splitlines())


def test_expand_shows_all_fields_and_what_is_joined(recorded: Path) -> None:
    where = "type:response.function_call_arguments.done"
    output = realtap(recorded, "show", "last", "--expand", "--where", where).stdout
    assert "  arguments " in output
    assert '  city  "Paris"' in output
    assert "joined from event" in output
    assert "[object" not in output.lower()


def test_expand_writes_out_every_event_of_a_session(recorded: Path) -> None:
    output = realtap(recorded, "show", "last", "--expand").stdout
    assert output.count("\n") > 10 * len(events_of(recorded))
    assert all(line.isprintable() for line in output.splitlines())
    assert "audio 0.1" in output


def test_where_finds_what_is_wrong(recorded: Path) -> None:
    run = realtap(recorded, "show", "last", "--where", "finding:*")
    assert run.exit_code == ExitCode.FINE
    numbers = {int(line.split()[0]) for line in run.stdout.splitlines()}
    errors = {event.seq for event in events_of(recorded) if event.type == "error"}
    assert errors & numbers == errors


def test_filter_that_cannot_be_read_ends_with_2_and_a_caret(recorded: Path) -> None:
    run = realtap(recorded, "show", "last", "--where", "from:server typ:x")
    assert run.exit_code == ExitCode.USAGE
    assert run.stdout == ""
    assert "  from:server typ:x\n              ^\n  did you mean type:?" in run.stderr


def test_filter_without_a_match_says_so(recorded: Path) -> None:
    run = realtap(recorded, "show", "last", "--where", "type:nothing")
    assert run.exit_code == ExitCode.FINE
    assert run.stdout == ""
    count = len(events_of(recorded))
    assert f"none of the {count} events matches type:nothing" in run.stderr


def test_forms_exclude_each_other(recorded: Path) -> None:
    run = realtap(recorded, "show", "last", "--expand", "--json")
    assert run.exit_code == ExitCode.USAGE
    assert "exclude each other" in run.stderr


def test_recording_is_found_by_id_by_its_beginning_and_by_path(recorded: Path) -> None:
    (path,) = recorded.glob("*.jsonl")
    shown = {
        realtap(recorded, "show", name).stdout for name in (path.stem, path.stem[:20], str(path))
    }
    assert len(shown) == 1


def test_unknown_recording_ends_with_4(recorded: Path) -> None:
    run = realtap(recorded, "show", "nothing")
    assert run.exit_code == ExitCode.RECORDING
    assert run.stderr.count("\n") == 1


def test_file_that_is_no_recording_ends_with_4(tmp_path: Path) -> None:
    (tmp_path / "notes.jsonl").write_text("hello\n")
    assert realtap(tmp_path, "show", "last").exit_code == ExitCode.RECORDING


def test_live_recording_is_shown_as_far_as_it_goes(tmp_path: Path) -> None:
    header = Header("live", "2026-01-01T00:00:00Z", "reverse", "ws://host")
    event = Event(1, 0.1, Side.SERVER, "session.created", b'{"type":"session.created"}')
    torn = lines.encode(event)[:30]
    (tmp_path / "live.jsonl").write_bytes(lines.encode(header) + lines.encode(event) + torn)
    run = realtap(tmp_path, "show", "live")
    assert run.exit_code == ExitCode.FINE
    assert "session.created" in run.stdout


def test_frames_that_are_no_line_of_json_are_printed_as_they_are_kept(tmp_path: Path) -> None:
    header = Header("odd", "2026-01-01T00:00:00Z", "reverse", "ws://host")
    text = Event(1, 0.1, Side.CLIENT, None, b"two\nlines", form=Form.TEXT)
    binary = Event(2, 0.2, Side.CLIENT, None, b"\x00\x01", form=Form.BINARY, is_text_frame=False)
    (tmp_path / "odd.jsonl").write_bytes(
        lines.encode(header) + lines.encode(text) + lines.encode(binary)
    )
    output = realtap(tmp_path, "show", "odd", "--raw").stdout
    assert output == '{"text":"two\\nlines"}\n{"base64":"AAE="}\n'


def test_reader_that_has_had_enough_is_no_error(tmp_path: Path) -> None:
    header = Header("long", "2026-01-01T00:00:00Z", "reverse", "ws://host")
    event = Event(1, 0.1, Side.SERVER, "session.created", b'{"type":"session.created"}')
    path = tmp_path / "long.jsonl"
    path.write_bytes(lines.encode(header) + lines.encode(event) * 20_000)
    with subprocess.Popen(
        [*COMMAND, "show", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as show:
        assert show.stdout is not None
        assert show.stderr is not None
        show.stdout.readline()
        show.stdout.close()
        assert show.stderr.read() == b""
        assert show.wait() == ExitCode.FINE


def test_ls_tells_each_recording(recorded: Path) -> None:
    (path,) = recorded.glob("*.jsonl")
    output = realtap(recorded, "ls").stdout
    assert path.stem in output
    assert f" {len(events_of(recorded))} events" in output
    assert "closed 1000" in output


def test_ls_as_json_has_an_object_for_each_recording(recorded: Path) -> None:
    digest = json.loads(realtap(recorded, "ls", "--json").stdout)
    assert digest["events"] == len(events_of(recorded))
    assert digest["close_code"] == 1000
    assert Path(digest["path"]).exists()


def test_ls_of_an_empty_folder_tells_how_to_make_a_recording(tmp_path: Path) -> None:
    run = realtap(tmp_path, "ls")
    assert run.exit_code == ExitCode.FINE
    assert run.stdout == ""
    assert "realtap demo" in run.stderr


def test_ls_goes_on_behind_a_file_that_is_no_recording(recorded: Path, tmp_path: Path) -> None:
    (path,) = recorded.glob("*.jsonl")
    os.link(path, tmp_path / path.name)
    (tmp_path / "notes.jsonl").write_text("hello\n")
    run = realtap(tmp_path, "ls")
    assert path.stem in run.stdout
    assert "notes.jsonl" in run.stderr


def test_colour_is_there_when_it_is_asked_for(recorded: Path) -> None:
    assert "\x1b[" in realtap(recorded, "--color", "always", "show", "last").stdout
    assert "\x1b[" not in realtap(recorded, "show", "last").stdout


@pytest.fixture
def minted(folder: RecordingsFolder) -> Path:
    """A folder with the note of a plain HTTP request, and with one that was refused."""
    note_call(MINTED, folder, print)
    note_call(REFUSED, folder, print)
    return folder.path


def test_ls_tells_a_noted_request_in_words(minted: Path) -> None:
    lines_told = realtap(minted, "ls").stdout.splitlines()
    assert len(lines_told) == 2
    assert "POST /v1/realtime/client_secrets 200, ephemeral key for gpt-realtime" in " ".join(
        lines_told
    )
    assert not any("events" in line or "closed" in line for line in lines_told)


def test_ls_json_tells_a_noted_request(minted: Path) -> None:
    told = [json.loads(line) for line in realtap(minted, "ls", "--json").stdout.splitlines()]
    assert {each["status"] for each in told} == {200, 401}
    assert all(each["request"].startswith("POST /v1/realtime/client_secrets ") for each in told)


def test_show_tells_a_noted_request_and_no_close_code(folder: RecordingsFolder) -> None:
    note_call(MINTED, folder, print)
    output = realtap(folder.path, "show", "last").stdout
    assert "client_secrets answered 200 in 250 ms: ephemeral key for gpt-realtime" in output
    assert "closed" not in output


def test_show_expand_writes_out_a_noted_request_without_secrets(folder: RecordingsFolder) -> None:
    note_call(MINTED, folder, print)
    output = realtap(folder.path, "show", "last", "--expand").stdout
    assert 'Authorization  "Bearer [redacted]"' in output
    assert output.count('model  "gpt-realtime"') == 2
    assert SECRET not in output


@pytest.mark.parametrize(("command", "code"), [("check", ExitCode.FINE), ("calls", ExitCode.FINE)])
def test_nothing_is_wrong_in_a_noted_request(
    folder: RecordingsFolder, command: str, code: ExitCode
) -> None:
    note_call(MINTED, folder, print)
    assert realtap(folder.path, command, "last").exit_code == code


def test_nobody_speaks_in_a_noted_request(folder: RecordingsFolder) -> None:
    note_call(MINTED, folder, print)
    result = realtap(folder.path, "conversation", "last")
    assert result.stdout == ""
    assert "notes a plain HTTP request, in which nobody speaks" in result.stderr


@pytest.mark.parametrize(
    "command", [("replay",), ("test",), ("export", "--to", "har"), ("export", "--to", "jsonl")]
)
def test_a_noted_request_cannot_be_replayed_or_exported_as_a_session(
    folder: RecordingsFolder, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.path.parent)
    note_call(MINTED, folder, print)
    result = realtap(folder.path, *command, "last")
    assert result.exit_code == ExitCode.RECORDING
    assert "it notes a plain HTTP request and is no session" in result.stderr
