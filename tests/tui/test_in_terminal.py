"""The interface as a person meets it: the real commands, in a real terminal, with real keys."""

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from dialogue import WEATHER_TOOL
from realtap_process import talk_to
from terminal import DEADLINE_S, Terminal, needs_tmux, terminal, wait_until
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from realtap.recordings.event import Json

pytestmark = [needs_tmux, pytest.mark.slow]

HAS_ENDED = "closed by the client"
"""Told at the top once the demo's app has hung up."""


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """The folder of recordings."""
    return tmp_path / "recordings"


@pytest.fixture
def proxy(tmp_path: Path, recordings: Path) -> Iterator[Terminal]:
    """`realtap proxy` in front of the simulator, with its interface; the proxy may outlive it."""
    options = ("--upstream", "sim", "--listen", "127.0.0.1:0", "--recordings", str(recordings))
    with terminal("proxy", *options, home=tmp_path) as screen:
        yield screen
    # A proxy takes its note away when it has ended in order.
    for note in notes_in(tmp_path):
        os.kill(int(note.stem), signal.SIGINT)
    wait_until(lambda: not notes_in(tmp_path), lambda: "the proxy goes on")


def notes_in(home: Path) -> list[Path]:
    """The notes of running proxies, each named by its process."""
    return list((home / "state").rglob("proxies/*.json"))


def address_on(screen: Terminal) -> str:
    """The proxy's address, which the top line tells."""
    found = re.search(r"ws://\S+", screen.wait_for("ws://"))
    assert found is not None
    return found[0]


def events_on(text: str) -> int:
    """How many events there are, which the top line tells."""
    found = re.search(r"(\d+) events", text)
    assert found is not None
    return int(found[1])


# The demo.


def test_demo_is_watched_filtered_searched_and_left(tmp_path: Path, recordings: Path) -> None:
    with terminal("demo", "--recordings", str(recordings), home=tmp_path) as screen:
        arrived = events_on(screen.wait_for("FOLLOW", " events"))
        assert events_on(screen.wait_for(HAS_ENDED)) > arrived
        find_the_functions_name(screen)
        search(screen)
        visit_every_view(screen)
        screen.press("?")
        screen.wait_for("without the interface", "Show only events that a filter wants.")
        screen.press("Escape")
        screen.wait_until_gone("without the interface")
        leave_layer_by_layer(screen)
        text = screen.wait_for("Try next")
        assert screen.wait_for_end() == 0
    assert "Where is the function's name?" in text


def find_the_functions_name(screen: Terminal) -> None:
    """What everybody asks first: a filter leads to it, and the tree shows it."""
    screen.press("f")
    screen.wait_for("tab completes")
    screen.press("item.type=function_call", "Enter")
    screen.wait_for("item.type=function_call", " shown")
    screen.press("g")
    text = screen.wait_for('name       "get_weather"')
    assert "response.output_item.added" in text
    assert "session.created" not in text


def search(screen: Terminal) -> None:
    """Words are found and counted among what the filter shows."""
    screen.press("/")
    screen.wait_for("words in the events")
    screen.press("Paris", "Enter")
    found = re.search(r"/Paris 1 of (\d+)", screen.wait_for("/Paris 1 of"))
    assert found is not None
    assert int(found[1]) > 1
    screen.press("n")
    screen.wait_for("/Paris 2 of")


def visit_every_view(screen: Terminal) -> None:
    """By their numbers; the event stays selected through all of them."""
    for number, name, words in (
        ("2", "ladder", "client"),
        ("3", "dialogue", "Paris"),
        ("4", "calls", "get_weather"),
        ("5", "timeline", "findings"),
        ("1", "list", "item.type=function_call"),
    ):
        screen.press(number)
        screen.wait_for(f"{number}[{name}", words, "/Paris 2 of")


def leave_layer_by_layer(screen: Terminal) -> None:
    """One key peels off the search, the filter, the session, and the interface."""
    screen.press("q")
    screen.wait_until_gone("/Paris")
    screen.press("q")
    screen.wait_until_gone(" shown")
    screen.press("q")
    screen.wait_for("1 recording in")
    screen.press("q")


def test_demo_with_a_mistake_shows_its_finding_and_can_be_helped(
    tmp_path: Path, recordings: Path
) -> None:
    options = ("--mistake", "no-response-create", "--recordings", str(recordings))
    with terminal("demo", *options, home=tmp_path) as screen:
        screen.wait_for("findings: 1 ", "missing-response-create", 'send {"type": "response')
        screen.press("i")
        screen.wait_for("a response.create: the model goes on")
        screen.press("r")
        screen.wait_for("preview: response.create")
        screen.press("C-s")
        screen.wait_for(HAS_ENDED)
        screen.press("G")
        screen.wait_for("It is sunny", "[injected")
        screen.press("q")
        screen.wait_for("1 recording in")
        screen.press("q")
        assert screen.wait_for_end() == 0


# The proxy.


def test_proxy_goes_on_after_its_interface_and_can_be_joined(
    proxy: Terminal, tmp_path: Path, recordings: Path
) -> None:
    url = address_on(proxy)
    proxy.wait_for("No sessions yet")
    talk_to(url)
    (recording,) = recordings.glob("*.jsonl")
    proxy.wait_for("1 recording in", recording.stem)
    proxy.press("q")
    proxy.wait_for("Stop it? [Y/n]")
    proxy.press("n", "Enter")
    proxy.wait_for("it goes on as process")
    assert proxy.wait_for_end() == 0
    with terminal("attach", home=tmp_path) as attached:
        attached.wait_for(url, recording.stem)
        talk_to(url)
        attached.wait_for("2 recordings in")
        attached.press("q")
        assert attached.wait_for_end() == 0


def test_proxy_ends_with_its_interface_when_that_is_wanted(proxy: Terminal, tmp_path: Path) -> None:
    address_on(proxy)
    proxy.wait_for("No sessions yet")
    assert len(notes_in(tmp_path)) == 1
    proxy.press("q")
    proxy.wait_for("Stop it? [Y/n]")
    proxy.press("Enter")
    assert proxy.wait_for_end() == 0
    assert notes_in(tmp_path) == []


def test_killed_interface_ends_no_session(proxy: Terminal) -> None:
    url = address_on(proxy)
    key = {"Authorization": "Bearer sk-not-a-real-key"}
    with connect(f"{url}/realtime?model=gpt-realtime", additional_headers=key) as app:
        assert json.loads(app.recv())["type"] == "session.created"
        proxy.wait_for("1 live")
        proxy.press("Enter")
        proxy.wait_for("session.created", "FOLLOW")
        proxy.kill()
        app.send('{"type": "input_audio_buffer.clear"}')
        assert json.loads(app.recv())["type"] == "input_audio_buffer.cleared"


# Steering.


def say(app: Connection, type_: str, **fields: object) -> None:
    """Send an event as the app."""
    app.send(json.dumps({"type": type_, **fields}))


def hear(app: Connection, type_: str) -> Json:
    """Read up to the next event of this type."""
    while True:
        event: Json = json.loads(app.recv(timeout=DEADLINE_S))
        if event["type"] == type_:
            return event


def call_weather(app: Connection) -> str:
    """Bring the model to call a function; the call's id."""
    settings = {"type": "realtime", "output_modalities": ["text"], "tools": [WEATHER_TOOL]}
    say(app, "session.update", session=settings)
    content = [{"type": "input_text", "text": "What is the weather in Paris?"}]
    item = {"type": "message", "role": "user", "content": content}
    say(app, "conversation.item.create", item=item)
    say(app, "response.create")
    call_id: str = hear(app, "response.done")["response"]["output"][-1]["call_id"]
    return call_id


def test_app_that_forgets_response_create_is_unstuck_by_hand(proxy: Terminal) -> None:
    key = {"Authorization": "Bearer sk-not-a-real-key"}
    url = f"{address_on(proxy)}/realtime?model=gpt-realtime"
    with connect(url, additional_headers=key) as app:
        call_id = call_weather(app)
        item = {"type": "function_call_output", "call_id": call_id, "output": "sunny"}
        say(app, "conversation.item.create", item=item)
        hear(app, "conversation.item.done")
        proxy.wait_for("1 live")
        proxy.press("Enter")
        proxy.wait_for("FOLLOW", "conversation.item.done")
        proxy.press("i")
        proxy.wait_for("a response.create: the model goes on")
        proxy.press("r")
        proxy.wait_for("preview: response.create")
        proxy.press("C-s")
        assert hear(app, "response.done")["response"]["status"] == "completed"
        assert "[injected" in proxy.wait_for("* ", "[injected")


def test_held_message_is_released_by_hand(proxy: Terminal) -> None:
    key = {"Authorization": "Bearer sk-not-a-real-key"}
    url = f"{address_on(proxy)}/realtime?model=gpt-realtime"
    with connect(url, additional_headers=key) as app:
        hear(app, "session.created")
        proxy.wait_for("1 live")
        proxy.press("Enter")
        proxy.wait_for("FOLLOW")
        proxy.press("b")
        proxy.wait_for("nothing is held")
        proxy.press("a")
        proxy.wait_for("─ breakpoint ─")
        proxy.press("type:input_audio_buffer.clear", "Enter")
        proxy.wait_for("waits from now on")
        say(app, "input_audio_buffer.clear")
        proxy.wait_for("1 message held", " s left")
        proxy.press("r")
        hear(app, "input_audio_buffer.cleared")
        proxy.wait_for("nothing is held")
        proxy.press("q")
        assert re.search(r"held \d", proxy.wait_for("input_audio_buffer.cleared", "held "))
