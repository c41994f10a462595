"""`realtap inject` at a live session of the simulated server."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from commanded import command, refused, told
from live import MakeProxy, Scene, live
from websockets.asyncio.client import connect

from realtap.recordings.event import Json, Side
from realtap.tui.cli.exit_codes import ExitCode
from realtap.tui.cli.main import main


@pytest.fixture
async def scene(make_proxy: MakeProxy) -> AsyncIterator[Scene]:
    """A session that has only begun."""
    async with live(make_proxy) as scene:
        yield scene


def reached_server(scene: Scene) -> list[Json]:
    """What the server got in the first session."""
    connection, *_ = scene.simulator.connections
    return [json.loads(data) for data in connection.data(Side.CLIENT)]


def outputs(scene: Scene) -> list[str]:
    items = [event.get("item", {}) for event in reached_server(scene)]
    return [item["output"] for item in items if item.get("type") == "function_call_output"]


# Output.


async def test_call_is_answered_by_its_id_and_the_model_goes_on(scene: Scene) -> None:
    call_id = await scene.app.call_weather()
    said = await told(scene.proxy, "inject", "output", call_id, '{"sky": "clear"}')
    sentence, output, create = said.splitlines()
    assert sentence.startswith(f"output of {call_id} (get_weather) sent; response.create follows")
    assert output.startswith("  → C conversation.item.create {")
    assert create == "  → C response.create"
    done = await scene.app.hear("response.done")
    assert done["response"]["output"][0]["type"] == "message"
    assert outputs(scene) == ['{"sky": "clear"}']


async def test_call_is_answered_by_the_name_of_its_function_from_a_file(
    scene: Scene, tmp_path: Path
) -> None:
    (tmp_path / "output.json").write_text('{\n  "sky": "grey"\n}\n')
    await scene.app.call_weather()
    file = f"@{tmp_path / 'output.json'}"
    await told(scene.proxy, "inject", "output", "--call", "get_weather", file)
    await scene.app.hear("response.done")
    assert outputs(scene) == ['{\n  "sky": "grey"\n}']


async def test_only_pending_call_needs_no_name_and_takes_stdin(scene: Scene) -> None:
    await scene.app.call_weather()
    await told(scene.proxy, "inject", "output", "-", stdin="sunny\n")
    await scene.app.hear("response.done")
    assert outputs(scene) == ["sunny"]


async def test_no_response_sends_the_output_alone(scene: Scene) -> None:
    await scene.app.call_weather()
    said = await told(scene.proxy, "inject", "output", "sunny", "--no-response")
    assert "without a response.create" in said
    await scene.app.hear("conversation.item.done")
    assert [event["type"] for event in reached_server(scene)].count("response.create") == 1


async def test_dry_run_sends_nothing(scene: Scene) -> None:
    await scene.app.call_weather()
    said = await told(scene.proxy, "inject", "output", "sunny", "--dry-run")
    assert said.startswith("dry run: output of call_")
    assert outputs(scene) == []


async def test_json_is_one_line_with_the_events(scene: Scene) -> None:
    call_id = await scene.app.call_weather()
    [line] = (await told(scene.proxy, "inject", "output", "sunny", "--json")).splitlines()
    output, create = json.loads(line)["events"]
    assert (output["item"]["call_id"], create["type"]) == (call_id, "response.create")


async def test_unknown_call_is_refused_with_those_that_are_pending(scene: Scene) -> None:
    call_id = await scene.app.call_weather()
    code, sentence = await refused(scene.proxy, "inject", "output", "call_nope", "sunny")
    assert code == ExitCode.WIRE
    assert "there is no call call_nope" in sentence
    assert f"{call_id} (get_weather)" in sentence
    assert outputs(scene) == []


async def test_answered_call_is_refused(scene: Scene) -> None:
    await scene.app.call_weather()
    await told(scene.proxy, "inject", "output", "--call", "get_weather", "sunny")
    code, sentence = await refused(scene.proxy, "inject", "output", "--call", "get_weather", "grey")
    assert code == ExitCode.WIRE
    assert "no call of get_weather is pending" in sentence
    await scene.app.hear("response.done")
    assert outputs(scene) == ["sunny"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["call_1"], "the output of call_1 is missing"),
        (["call_1", "it", "rains"], "put the output in quotes"),
        (["--call", "get_weather", "it", "rains"], "put the output in quotes"),
        (["@missing.txt"], "file missing.txt cannot be read"),
    ],
)
def test_words_that_are_no_output_are_refused_without_a_proxy(
    words: list[str], complaint: str
) -> None:
    result = CliRunner().invoke(main, ["inject", "output", *words])
    assert result.exit_code == ExitCode.USAGE
    assert complaint in result.stderr


# Response and event.


async def test_response_is_asked_for_with_options(scene: Scene) -> None:
    options = '{"output_modalities": ["text"], "instructions": "Say hello."}'
    await told(scene.proxy, "inject", "response", options)
    done = await scene.app.hear("response.done")
    assert done["response"]["output_modalities"] == ["text"]
    assert reached_server(scene)[-1]["response"]["instructions"] == "Say hello."


async def test_event_of_the_server_is_played_to_the_app(scene: Scene) -> None:
    error = {"type": "server_error", "code": None, "message": "Sorry."}
    event = json.dumps({"type": "error", "event_id": "event_1", "error": error})
    said = await told(scene.proxy, "inject", "event", event, "--to", "client")
    assert said.startswith("error sent\n  ← S error")
    assert (await scene.app.hear("error"))["error"]["message"] == "Sorry."


async def test_wrong_event_is_refused_and_can_be_sent_unchecked(scene: Scene) -> None:
    wrong = ["inject", "event", '{"type": "conversation.item.delete"}', "--to", "server"]
    code, sentence = await refused(scene.proxy, *wrong)
    assert code == ExitCode.WIRE
    assert "conversation.item.delete would not be taken: item_id is missing" in sentence
    await told(scene.proxy, *wrong, "--unchecked")
    await scene.app.write("Hello")
    await scene.app.hear("response.done")
    assert reached_server(scene)[0]["type"] == "conversation.item.delete"
    assert "error" not in [event["type"] for event in scene.app.heard]


async def test_options_of_a_response_are_checked(scene: Scene) -> None:
    code, sentence = await refused(scene.proxy, "inject", "response", '{"metadata": 7}')
    assert code == ExitCode.WIRE
    assert "response.create would not be taken: response.metadata" in sentence


async def test_call_of_an_older_session_is_found_by_its_id(scene: Scene) -> None:
    call_id = await scene.app.call_weather()
    headers = {"Authorization": "Bearer sk-proj-0123456789abcdefghij"}
    uri = f"{scene.proxy.url}/realtime?model=gpt-realtime"
    async with connect(uri, additional_headers=headers, compression=None, proxy=None) as newer:
        await newer.recv()
        assert (await refused(scene.proxy, "inject", "output", "sunny"))[0] == ExitCode.WIRE
        await told(scene.proxy, "inject", "output", call_id, "sunny")
    done = await scene.app.hear("response.done")
    assert done["response"]["status"] == "completed"


@pytest.mark.parametrize(
    ("event", "complaint"),
    [("{", "the event is not JSON"), ("[]", "the event is an array"), ("7", "is no object")],
)
def test_event_that_is_no_object_is_refused_without_a_proxy(event: str, complaint: str) -> None:
    result = CliRunner().invoke(main, ["inject", "event", event, "--to", "server"])
    assert result.exit_code == ExitCode.USAGE
    assert complaint in result.stderr


# Calls that are made up.


async def test_made_up_call_reaches_the_app_and_not_the_server(scene: Scene) -> None:
    said = await told(scene.proxy, "inject", "call", "get_weather", '{"city": "Paris"}')
    assert "response.function_call_arguments.delta x" in said
    done = await scene.app.hear("response.done")
    assert done["response"]["output"][0]["name"] == "get_weather"
    assert reached_server(scene) == []


async def test_arguments_that_are_not_json_are_refused(scene: Scene) -> None:
    code, sentence = await refused(scene.proxy, "inject", "call", "get_weather", "Paris")
    assert code == ExitCode.WIRE
    assert 'the arguments "Paris" are not JSON' in sentence


# Events once more.


async def test_event_is_sent_again_edited_with_ids_of_its_own(scene: Scene) -> None:
    content = [{"type": "input_text", "text": "Hello"}]
    item = {"type": "message", "role": "user", "content": content, "id": "item_mine"}
    await scene.app.say("conversation.item.create", event_id="mine", item=item)
    await scene.app.hear("conversation.item.done")
    edit = '{"item": {"content": [{"type": "input_text", "text": "Bye"}]}}'
    await told(scene.proxy, "inject", "resend", "2", "--edit", edit)
    await scene.app.hear("conversation.item.done")
    again = reached_server(scene)[-1]
    assert again["item"]["content"][0]["text"] == "Bye"
    assert again["event_id"].startswith("event_realtap_")
    assert "id" not in again["item"]


async def test_event_is_printed_for_an_editor(scene: Scene) -> None:
    await scene.app.say("response.create", response={"instructions": "Be brief."})
    await scene.app.hear("response.done")
    printed = await told(scene.proxy, "inject", "resend", "2", "--print")
    assert json.loads(printed) == {
        "type": "response.create",
        "response": {"instructions": "Be brief."},
    }
    assert [event["type"] for event in reached_server(scene)] == ["response.create"]


async def test_event_that_is_not_there_is_refused(scene: Scene) -> None:
    code, sentence = await refused(scene.proxy, "inject", "resend", "99")
    assert code == ExitCode.WIRE
    assert "has no event 99" in sentence


# Templates.


async def test_template_has_the_ids_of_the_session_and_can_be_sent(
    scene: Scene, tmp_path: Path
) -> None:
    call_id = await scene.app.call_weather()
    printed = await told(scene.proxy, "inject", "template", "conversation.item.truncate")
    assert json.loads(printed)["item_id"].startswith("item_")
    path = tmp_path / "event.json"
    path.write_text(
        await told(
            scene.proxy, "inject", "template", "response.function_call_arguments.done", "--json"
        )
    )
    made = json.loads(path.read_text())
    assert (made["side"], made["event"]["call_id"]) == ("server", call_id)


@pytest.mark.parametrize("type_", ["session.update", "response.create", "response.done"])
async def test_template_passes_its_own_check(scene: Scene, type_: str, tmp_path: Path) -> None:
    result = await command(scene.proxy, "inject", "template", type_)
    (tmp_path / "e.json").write_text(result.stdout)
    listener = result.stderr.rpartition("--to ")[2].strip()
    file = f"@{tmp_path / 'e.json'}"
    said = await told(scene.proxy, "inject", "event", file, "--to", listener, "--dry-run")
    assert said.startswith((f"dry run: {type_} sent", "dry run: response.create follows"))


def without_proxy(*arguments: str, folder: Path) -> str:
    """What a command prints where no proxy runs."""
    result = CliRunner().invoke(main, arguments, env={"XDG_STATE_HOME": str(folder)})
    assert result.exit_code == ExitCode.FINE, result.output
    return result.stdout


def test_template_has_examples_where_no_proxy_runs(tmp_path: Path) -> None:
    printed = without_proxy("inject", "template", "session.update", folder=tmp_path)
    assert json.loads(printed)["session"]["type"] == "realtime"
    printed = without_proxy(
        "inject", "template", "session.update", "--dialect", "beta", folder=tmp_path
    )
    assert "type" not in json.loads(printed)["session"]


def test_every_type_is_listed_and_has_a_template(tmp_path: Path) -> None:
    listed = without_proxy("inject", "template", "--json", folder=tmp_path).splitlines()
    types = [json.loads(line)["type"] for line in listed]
    assert {"session.update", "response.done"} < set(types)
    for type_ in types:
        printed = without_proxy("inject", "template", type_, folder=tmp_path)
        assert json.loads(printed)["type"] == type_


def test_misspelt_type_is_refused_with_the_nearest(tmp_path: Path) -> None:
    arguments = ["inject", "template", "response.don"]
    result = CliRunner().invoke(main, arguments, env={"XDG_STATE_HOME": str(tmp_path)})
    assert result.exit_code == ExitCode.USAGE
    assert "the nearest are response.done" in result.stderr


def test_inject_alone_tells_what_there_is() -> None:
    result = CliRunner().invoke(main, ["inject"])
    assert result.exit_code == ExitCode.USAGE
    assert "realtap inject output" in result.stderr
