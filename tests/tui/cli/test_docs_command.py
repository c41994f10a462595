"""`realtap docs`, as it is typed."""

import json

import pytest
from click.testing import CliRunner, Result

from realtap.recordings.catalogue import catalogue
from realtap.tui.cli import main
from realtap.tui.cli.exit_codes import ExitCode


def realtap(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_alone_it_lists_every_event_by_family_and_direction() -> None:
    lines = realtap("docs").stdout.splitlines()
    listed = [line.split()[2] for line in lines if line.startswith(("  → C ", "  ← S "))]
    assert listed[: len(catalogue().events())] == [each.type for each in catalogue().events()]
    assert [line for line in lines if line in catalogue().families.values()] == list(
        catalogue().families.values()
    )


def test_every_event_of_the_list_has_its_sentence_beside_it() -> None:
    (line,) = (
        line for line in realtap("docs").stdout.splitlines() if "← S conversation.created " in line
    )
    assert line.endswith("The session has a conversation.")


def test_event_is_told_with_the_name_of_the_function() -> None:
    result = realtap("docs", "conversation.item.created")
    (name,) = (line for line in result.stdout.splitlines() if "THE FUNCTION'S NAME" in line)
    assert name.split()[:3] == ["name", "string", "yes"]
    assert result.exit_code == ExitCode.FINE


@pytest.mark.parametrize("event", [each.type for each in catalogue().events()])
def test_every_event_has_a_page(event: str) -> None:
    result = realtap("docs", event)
    assert result.exit_code == ExitCode.FINE
    assert event in result.stdout.splitlines()[0]
    assert "EXAMPLE" in result.stdout


@pytest.mark.parametrize("event", [each.type for each in catalogue().server_events()])
def test_event_of_another_server_says_whose_it_is(event: str) -> None:
    result = realtap("docs", event)
    assert result.exit_code == ExitCode.FINE
    assert "Added by" in result.stdout


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("conversation.item.creatd", "conversation.item.created"),
        ("response.audio", "response.audio.delta"),
        ("function_call", "response.function_call_arguments.done"),
        ("Error", "error"),
    ],
)
def test_unknown_event_is_answered_with_what_may_be_meant(typed: str, meant: str) -> None:
    result = realtap("docs", typed)
    assert result.exit_code == ExitCode.USAGE
    assert f"there is no event '{typed}'; did you mean" in result.stderr
    assert meant in result.stderr


def test_event_like_no_other_is_answered_with_the_way_to_the_list() -> None:
    result = realtap("docs", "xyzzy")
    assert result.exit_code == ExitCode.USAGE
    assert "realtap docs lists them all" in result.stderr


def test_search_prints_event_path_and_meaning() -> None:
    lines = realtap("docs", "--search", "call_id").stdout.splitlines()
    assert lines[0].split()[:2] == ["response.function_call_arguments.delta", "call_id"]
    assert any(
        line.split()[:2] == ["response.done", "response.output[].call_id"]
        and line.endswith("The call that this answers. (function_call_output)")
        for line in lines
    )


def test_search_without_a_find_says_so() -> None:
    result = realtap("docs", "--search", "zebra")
    assert result.exit_code == ExitCode.USAGE
    assert "no field has 'zebra'" in result.stderr


def test_event_and_search_exclude_each_other() -> None:
    result = realtap("docs", "error", "--search", "code")
    assert result.exit_code == ExitCode.USAGE
    assert "exclude each other" in result.stderr


def test_json_of_the_list_is_one_line_an_event() -> None:
    told = [json.loads(line) for line in realtap("docs", "--json").stdout.splitlines()]
    assert [each["type"] for each in told] == [each.type for each in catalogue().events()]
    assert all(each["summary"] and each["side"] in {"client", "server"} for each in told)


def test_json_of_an_event_has_every_level() -> None:
    (told,) = (
        json.loads(line) for line in realtap("docs", "response.done", "--json").stdout.splitlines()
    )
    (response,) = (field for field in told["fields"] if field["name"] == "response")
    (output,) = (field for field in response["fields"] if field["name"] == "output")
    assert "call_id" in {field["name"] for field in output["fields"]}


def test_json_of_another_servers_event() -> None:
    told = json.loads(realtap("docs", "ping", "--json").stdout)
    assert (told["type"], told["dialect"]) == ("ping", "xai")


def test_json_of_a_search_is_one_line_a_find() -> None:
    told = [
        json.loads(line)
        for line in realtap("docs", "--search", "threshold", "--json").stdout.splitlines()
    ]
    assert {each["event"] for each in told} >= {"session.update", "session.updated"}
    assert all(each["path"].endswith("threshold") for each in told[:3])


def test_pipe_gets_no_colour_and_a_person_who_asks_does() -> None:
    assert "\x1b[" not in realtap("docs", "error").stdout
    coloured = CliRunner().invoke(main, ["--color", "always", "docs", "error"], color=True)
    assert "\x1b[" in coloured.stdout
