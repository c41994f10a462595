"""Sending into a live session from the interface, through a real proxy."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from driven_app import driven
from live import MakeProxy
from scenes import session, text_turn
from steering_app import Steered, steering

from realtap.recordings.event import Event, Origin, Side
from realtap.tui.app.screens.help import Help
from realtap.tui.app.screens.inject_choice import Choice
from realtap.tui.app.screens.inject_form import Form
from realtap.tui.app.screens.inject_forms import CallForm, EventForm, OutputForm, ResponseForm
from realtap.tui.app.screens.one_key import OneKey
from realtap.tui.app.screens.session import SessionScreen

type Record = Callable[..., Path]


@pytest.fixture(autouse=True)
def _own_notes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def injected(scene: Steered) -> list[Event]:
    return [each for each in scene.events if each.origin is Origin.INJECTED]


def form(scene: Steered) -> Form:
    screen = scene.ui.app.screen
    assert isinstance(screen, Form)
    return screen


async def write(scene: Steered, text: str) -> None:
    """Replace what stands in the editor."""
    form(scene).editor.text = text
    await scene.ui.settle()


async def test_pending_call_is_answered_by_hand_and_the_model_goes_on(
    make_proxy: MakeProxy,
) -> None:
    async with steering(make_proxy) as scene:
        call_id = await scene.app.call_weather()
        await scene.look()
        await scene.ui.press("i")
        assert scene.ui.is_at(OutputForm)
        assert "get_weather(" in scene.ui.text
        await scene.ui.press(*"sunny", "ctrl+s")
        done = await scene.app.hear("response.done")
        assert done["response"]["status"] == "completed"
        output, create = injected(scene)
    assert output.fields()["item"]["call_id"] == call_id
    assert output.fields()["item"]["output"] == "sunny"
    assert create.type == "response.create"


async def test_forgotten_response_create_is_sent_by_hand(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        call_id = await scene.app.call_weather()
        item = {"type": "function_call_output", "call_id": call_id, "output": "sunny"}
        await scene.app.say("conversation.item.create", item=item)
        await scene.app.hear("conversation.item.done")
        await scene.look()
        await scene.ui.press("i", "r")
        assert scene.ui.is_at(ResponseForm)
        await scene.ui.press("ctrl+s")
        done = await scene.app.hear("response.done")
        assert done["response"]["status"] == "completed"
        await scene.look()
        await scene.ui.press("G")
        assert any("*" in line[:3] and "response.create" in line for line in scene.ui.lines)
    assert [each.type for each in injected(scene)] == ["response.create"]


async def test_form_tells_before_what_will_be_sent_and_when(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        await scene.app.call_weather()
        await scene.look()
        await scene.ui.press("i", *'{"a"')
        assert "it is no JSON: line 1" in scene.ui.text
        await scene.ui.press(*":1}")
        assert "the output is JSON" in scene.ui.text
        assert "preview: output of" in scene.ui.text
        assert "→ C conversation.item.create" in scene.ui.text
        assert injected(scene) == []


async def test_response_create_behind_an_output_can_be_left_out(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        await scene.app.call_weather()
        await scene.look()
        await scene.ui.press("i", *"1", "ctrl+r")
        assert "without a response.create" in scene.ui.text
        await scene.ui.press("ctrl+s")
        assert [each.type for each in injected(scene)] == ["conversation.item.create"]


async def test_leaving_a_form_asks_when_something_was_typed(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        await scene.app.call_weather()
        await scene.look()
        await scene.ui.press("i", "escape")
        assert scene.ui.is_at(SessionScreen)
        await scene.ui.press("i", *"abc", "escape")
        assert scene.ui.is_at(OneKey)
        await scene.ui.press("n")
        assert form(scene).text == "abc"
        await scene.ui.press("escape", "y")
        assert scene.ui.is_at(SessionScreen)
        assert injected(scene) == []


async def test_keys_that_work_everywhere_work_in_dialogs(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        for keys in (["b", "?"], ["R", "?"], ["I", "r", "f1"], ["I", "e", "f1"]):
            await scene.ui.press(*keys)
            assert scene.ui.is_at(Help), keys
            await scene.ui.press("escape", "escape")
            assert scene.ui.is_at(SessionScreen)
        await scene.ui.press("b", "ctrl+q")
        assert not scene.ui.app.is_running


async def test_quitting_asks_when_something_was_typed(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        await scene.app.call_weather()
        await scene.look()
        await scene.ui.press("i", *"abc", "ctrl+q")
        assert scene.ui.is_at(OneKey)
        await scene.ui.press("n")
        assert form(scene).text == "abc"


async def test_call_is_made_up_with_the_arguments_that_the_session_declares(
    make_proxy: MakeProxy,
) -> None:
    async with steering(make_proxy) as scene:
        await scene.app.call_weather()
        await scene.look()
        await scene.ui.press("I", "c")
        assert scene.ui.is_at(CallForm)
        assert json.loads(form(scene).text) == {"city": ""}
        await scene.ui.press(*"Rome", "ctrl+s")
        done = await scene.app.hear("response.function_call_arguments.done")
        assert json.loads(done["arguments"]) == {"city": "Rome"}


async def test_any_event_is_sent_from_a_template_found_by_words(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        await scene.ui.press("i", "e")
        assert scene.ui.is_at(Choice)
        await scene.ui.press(*"audio_buffer.clear", "enter")
        assert scene.ui.is_at(EventForm)
        await scene.ui.press("ctrl+s")
        await scene.app.hear("input_audio_buffer.cleared")
        assert [each.type for each in injected(scene)] == ["input_audio_buffer.clear"]


async def test_wrong_event_is_refused_with_the_reason_and_sent_unchecked(
    make_proxy: MakeProxy,
) -> None:
    async with steering(make_proxy) as scene:
        await scene.ui.press("i", "e", *"audio_buffer.clear", "enter")
        await write(scene, '{"type": "input_audio_buffer.clea"}')
        assert "would not be taken" in scene.ui.text
        await scene.ui.press("ctrl+s")
        assert scene.ui.is_at(EventForm)
        await scene.ui.press("ctrl+o", "ctrl+s")
        assert scene.ui.is_at(SessionScreen)
        await scene.until(lambda: scene.events[-1].type == "error")
        assert injected(scene)[0].type == "input_audio_buffer.clea"


async def test_event_of_the_server_is_played_to_the_app(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        await scene.ui.press("i", "e", *"rate_limits.updated", "enter")
        assert "to the app, as the server" in scene.ui.text
        await scene.ui.press("ctrl+s")
        await scene.app.hear("rate_limits.updated")
    assert [each.side for each in injected(scene)] == [Side.SERVER]


async def test_event_of_the_client_is_edited_and_sent_again(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        await scene.app.say("input_audio_buffer.clear", event_id="event_of_the_app")
        await scene.app.hear("input_audio_buffer.cleared")
        await scene.look()
        await scene.ui.press("f", *"from:client", "enter", "G", "i", "s")
        assert json.loads(form(scene).text) == {"type": "input_audio_buffer.clear"}
        await scene.ui.press("ctrl+s")
        await scene.app.hear("input_audio_buffer.cleared")
        [again] = injected(scene)
        assert again.fields()["event_id"] != "event_of_the_app"


async def test_ended_session_says_so_and_tells_the_command(tour: Path) -> None:
    async with driven(tour) as ui:
        await ui.press("i")
        [told] = ui.notices
        assert "has ended" in told
        assert "realtap inject output --call NAME TEXT" in told


async def test_without_a_proxy_the_command_is_told(record: Record) -> None:
    async with driven(record(session(), text_turn())) as ui:
        await ui.press("b")
        [told] = ui.notices
        assert "no running proxy has the session" in told
        assert "`realtap held`" in told


async def test_form_tells_that_the_session_is_over(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        await scene.app.call_weather()
        await scene.look()
        await scene.ui.press("i", *"x")
        await scene.app.close()
        await scene.until(lambda: "the session is over" in scene.ui.text)
        await scene.ui.press("ctrl+s")
        assert scene.ui.is_at(OutputForm)


async def test_one_of_several_pending_calls_is_chosen(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        await scene.app.call_weather()
        await scene.app.write("What is the weather in Rome?")
        await scene.app.hear("response.done")
        await scene.look()
        await scene.ui.press("i")
        assert "answer which call?" in scene.ui.text
        await scene.ui.press(*"rome", "enter")
        assert 'get_weather({"city":"Rome"})' in scene.ui.text


async def test_forms_are_drawn_with_ascii_and_fit_a_small_terminal(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy, size=(80, 24), is_ascii=True) as scene:
        await scene.app.call_weather()
        await scene.look()
        for keys in (["i"], ["I"], ["I", "c"], ["I", "e"], ["b"], ["R"]):
            await scene.ui.press(*keys)
            assert scene.ui.text.isascii(), keys
            assert not scene.ui.is_at(SessionScreen)
            await scene.ui.press("escape")
            assert scene.ui.is_at(SessionScreen)


async def test_answer_by_hand_is_told_in_the_calls(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        await scene.app.call_weather()
        await scene.look()
        await scene.ui.press("i", *"sunny", "ctrl+s")
        await scene.app.hear("response.done")
        await scene.look()
        await scene.ui.press("4")
        assert any("* by hand:" in line for line in scene.ui.lines)
        await scene.ui.press("\\")
        assert any("* by hand: sunny" in line for line in scene.ui.lines)
        await scene.ui.press("3")
        assert any("* injected, by hand" in line for line in scene.ui.lines)
