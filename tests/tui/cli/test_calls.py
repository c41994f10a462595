"""`realtap calls`: one row a call, in any width."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from scenes import (
    WEATHER,
    Called,
    error,
    function_call,
    function_calls,
    output,
    session,
    text_answer,
    user_message,
)
from transcript import Step, client, marked, server, transcript, wait, write_recording

from realtap.recordings.event import Fate, Origin, Side
from realtap.tui.cli import main
from realtap.tui.cli.rows import Page

ROUND: list[Step] = [
    session(tools=[WEATHER]),
    user_message("Weather in Oslo?"),
    function_call("get_weather", {"city": "Oslo"}, call_id="call_1", response_id="resp_1"),
    wait(0.5),
    output("call_1", "rain, 4 degrees"),
    text_answer("It rains.", response_id="resp_2"),
]


def calls(folder: Path, *steps: Step, arguments: tuple[str, ...] = ()) -> Result:
    write_recording(folder / "20260101-000000-test.jsonl", transcript(*steps))
    runner = CliRunner(env={"REALTAP_RECORDINGS": str(folder)})
    result = runner.invoke(main, ["calls", "last", *arguments])
    assert result.exit_code == 0, result.output
    return result


def rows_of(folder: Path, *steps: Step) -> list[dict[str, Any]]:
    printed = calls(folder, *steps, arguments=("--json",)).stdout
    return [json.loads(line) for line in printed.splitlines()]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make stdout a terminal of so many columns."""

    def make(width: int) -> None:
        page = Page(width=width, has_colour=False)
        monkeypatch.setattr(Page, "of_stdout", classmethod(lambda _: page))

    return make


def test_a_row_tells_the_whole_life_of_a_call(tmp_path: Path) -> None:
    head, row = calls(tmp_path, *ROUND).stdout.splitlines()
    assert head.split()[:6] == ["event", "at", "args", "output", "create", "answer"]
    assert row.endswith('get_weather({"city":"Oslo"}) → rain, 4 degrees')
    assert " app " in row
    assert " resp_2 " in row
    assert " +0.700 " in row


def test_each_call_is_one_line_of_json(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, *ROUND)
    assert (row["name"], row["call_id"]) == ("get_weather", "call_1")
    assert (row["arguments"], row["output"]) == ('{"city": "Oslo"}', "rain, 4 degrees")
    assert (row["by"], row["response_id"], row["used_by"]) == ("app", "resp_1", "resp_2")
    steps = [
        row[name]
        for name in ("announced_at", "arguments_at", "output_at", "create_at", "answer_at")
    ]
    assert steps == sorted(steps)


def test_what_never_came_is_a_dash(tmp_path: Path) -> None:
    _, row = calls(tmp_path, *ROUND[:3]).stdout.splitlines()
    assert row.endswith('get_weather({"city":"Oslo"}) → no output')
    assert row.split()[3:7] == ["-", "-", "-", "-"]


def test_output_for_an_unknown_call_has_a_row_of_its_own(tmp_path: Path) -> None:
    lines = calls(tmp_path, *ROUND, output("call_9", "x", is_taken=False)).stdout.splitlines()
    assert lines[-1].endswith("?() → x for a call that never was: call_9")
    assert rows_of(tmp_path, output("call_9", "x"))[0]["announced_at"] is None


def test_refused_output_says_so(tmp_path: Path) -> None:
    item = {"type": "function_call_output", "call_id": "call_1", "output": "x"}
    refused = [
        client("conversation.item.create", event_id="e", item=item),
        error("x", event_id="e"),
    ]
    assert (
        calls(tmp_path, *ROUND[:3], refused).stdout.rstrip().endswith("→ x (refused by the server)")
    )


def test_parallel_calls_have_a_row_each(tmp_path: Path) -> None:
    both = function_calls(Called("a", {}, "call_1"), Called("b", {}, "call_2"))
    assert [row["name"] for row in rows_of(tmp_path, both)] == ["a", "b"]


def test_mcp_call_is_answered_by_the_server(tmp_path: Path) -> None:
    item = {"id": "m", "type": "mcp_call", "server_label": "docs", "name": "search"}
    done = {**item, "status": "completed", "arguments": "{}", "output": "found"}
    (row,) = rows_of(
        tmp_path,
        server("response.output_item.added", response_id="r", item=item),
        server("response.output_item.done", response_id="r", item=done),
    )
    assert (row["name"], row["output"], row["by"]) == ("docs.search", "found", "server")


@pytest.mark.parametrize("width", [20, 60, 80, 100, 120, 200])
def test_rows_fit_the_terminal(tmp_path: Path, terminal: Any, width: int) -> None:
    terminal(width)
    long = function_call("look_up_everything", {"words": "blue whale " * 30}, call_id="call_2")
    printed = calls(tmp_path, *ROUND, long, output("call_2", "y" * 300)).stdout
    assert "get_weather" in printed
    if width >= 60:
        assert max(map(len, printed.splitlines())) <= width


def test_narrow_terminal_tells_the_steps_below(tmp_path: Path, terminal: Any) -> None:
    terminal(80)
    _, said, steps = calls(tmp_path, *ROUND).stdout.splitlines()
    assert said.endswith('get_weather({"city":"Oslo"}) → rain, 4 degrees')
    assert steps.split(", ")[1:] == [
        "output +0.700 by app",
        "create +0.150",
        "answer +0.050 resp_2",
    ]
    _, _, steps = calls(tmp_path, *ROUND[:3]).stdout.splitlines()
    assert steps.strip().endswith("no output, no create, no answer")


def test_session_without_calls_says_so(tmp_path: Path) -> None:
    result = calls(tmp_path, session(), text_answer())
    assert result.stdout == ""
    assert "no function was called" in result.stderr


def test_junk_in_a_call_harms_no_terminal(tmp_path: Path) -> None:
    printed = calls(
        tmp_path,
        function_call("f\x1b[2J", "not json \x1b[31m", call_id="call_1"),
        output("call_1", "a\nb\x07"),
    ).stdout
    assert "\x1b" not in printed
    assert "\x07" not in printed
    assert printed.count("\n") == 2


def test_missing_recording_is_an_error(tmp_path: Path) -> None:
    result = CliRunner(env={"REALTAP_RECORDINGS": str(tmp_path)}).invoke(main, ["calls", "last"])
    assert result.exit_code != 0
    assert result.stdout == ""


def test_refused_request_says_so(tmp_path: Path) -> None:
    refused = [client("response.create", event_id="e"), error("x", event_id="e")]
    _, row = calls(tmp_path, *ROUND[:5], refused).stdout.splitlines()
    assert row.split()[3:6] == ["+0.700", "refused", "-"]


MOCKED: list[Step] = [
    *ROUND[:3],
    marked(output("call_1", "own", is_taken=False), fate=Fate.DROPPED, why="mock get_weather"),
    marked(output("call_1", "rain"), origin=Origin.MOCK, why="mock get_weather", side=Side.CLIENT),
]


def test_output_of_a_mock_stands_above_the_one_that_it_took_the_place_of(tmp_path: Path) -> None:
    _, row, own = calls(tmp_path, *MOCKED).stdout.splitlines()
    assert "mock get_weather" in row
    assert row.endswith("→ rain")
    assert own.split() == [
        "17x",
        "the",
        "app's",
        "own",
        "output,",
        *["kept", "from", "the", "server:", "own"],
    ]


def test_rows_as_json_tell_who_made_an_output(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, *MOCKED)
    assert (row["by"], row["why"], row["output"]) == ("mock", "mock get_weather", "rain")
    assert (row["app_output"], row["app_output_seq"]) == ("own", 17)


@pytest.mark.parametrize("width", [80, 160])
def test_made_up_call_is_marked_as_such(tmp_path: Path, terminal: Any, width: int) -> None:
    made = marked(ROUND[2], origin=Origin.INJECTED, why="by hand")
    given = marked(output("call_1", "sun", is_taken=False), fate=Fate.DROPPED, why="made-up call")
    terminal(width)
    assert "(made-up call)" in calls(tmp_path, session(), made).stdout
    text = calls(tmp_path, session(), made, given).stdout
    assert "app (made-up call)" in text
    assert "→ sun" in text
    assert rows_of(tmp_path, session(), made, given)[0]["is_made_up"]


def test_output_by_hand_says_so(tmp_path: Path) -> None:
    given = marked(output("call_1"), origin=Origin.INJECTED, why="by hand", side=Side.CLIENT)
    _, row = calls(tmp_path, *ROUND[:3], given).stdout.splitlines()
    assert "  by hand  " in row
