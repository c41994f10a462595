"""The app's side of a recording, said to a server that makes other ids."""

import json
from typing import Any

from replayed import script_of

from realtap.proxy.replay.app_player import AppPlayer
from realtap.recordings.event import Json, Side


def client(type_: str, **fields: Any) -> tuple[Side, Json]:
    return Side.CLIENT, {"type": type_, **fields}


def server(type_: str, **fields: Any) -> tuple[Side, Json]:
    return Side.SERVER, {"type": type_, **fields}


def call(name: str, number: str) -> list[tuple[Side, Json]]:
    """A response that calls a function, with ids that end with the number."""
    item = {"type": "function_call", "id": f"item_{number}", "call_id": f"call_{number}"}
    item |= {"name": name, "status": "completed", "arguments": "{}"}
    response_id = f"resp_{number}"
    return [
        server("response.created", response={"id": response_id, "status": "in_progress"}),
        server("response.output_item.added", response_id=response_id, item=item),
        server("conversation.item.added", item=item),
        server("response.output_item.done", response_id=response_id, item=item),
        server("response.done", response={"id": response_id, "status": "completed"}),
    ]


def output(number: str) -> tuple[Side, Json]:
    item = {"type": "function_call_output", "call_id": f"call_{number}", "output": "{}"}
    return client("conversation.item.create", previous_item_id=f"item_{number}", item=item)


CREATED = server("session.created", session={"id": "sess_1"})
SAID = [
    CREATED,
    client("response.create"),
    *call("get_weather", "1"),
    output("1"),
    client("response.create"),
]


class Server:
    """A live server, which says what the test tells it to."""

    def __init__(self, said: list[tuple[Side, Json]], **options: Any) -> None:
        self.player = AppPlayer(script_of(said), **{"speed": 0.0, **options})
        self.now_s = 0.0
        self.heard: list[Json] = []
        self.listen()

    def listen(self) -> None:
        self.heard += [json.loads(message) for message in self.player.poll(self.now_s)]

    def say(self, *events: tuple[Side, Json]) -> None:
        for _, fields in events:
            self.player.receive(json.dumps(fields), self.now_s)
        self.listen()

    def wait(self, seconds: float) -> None:
        self.now_s += seconds
        self.listen()

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.heard]


def test_the_app_waits_for_the_greeting() -> None:
    live = Server(SAID)
    assert (live.types, live.player.waits_for) == ([], "session.created")
    live.say(CREATED)
    assert live.types == ["response.create"]


def test_an_output_names_the_live_call() -> None:
    live = Server(SAID)
    live.say(CREATED, *call("get_weather", "77"))
    created = live.heard[1]
    assert created["item"]["call_id"] == "call_77"
    assert created["previous_item_id"] == "item_77"
    assert live.types == ["response.create", "conversation.item.create", "response.create"]


def test_parallel_calls_are_told_apart_by_their_functions() -> None:
    weather, time = call("get_weather", "1"), call("get_time", "2")
    both = [*weather[:-1], *time[1:-1], weather[-1]]
    live = Server([CREATED, *both, output("1"), output("2")])
    weather, time = call("get_weather", "88"), call("get_time", "99")
    live.say(CREATED, weather[0], *time[1:-1], *weather[1:])
    assert [event["item"]["call_id"] for event in live.heard] == ["call_88", "call_99"]


def test_what_is_awaited_is_told_in_words() -> None:
    live = Server(SAID)
    live.say(CREATED)
    assert live.player.waits_for == "a call of get_weather"


def test_a_server_that_does_something_else_has_parted() -> None:
    live = Server(SAID, patience_s=5.0)
    live.say(CREATED)
    live.wait(4.9)
    assert not live.player.has_parted
    live.wait(0.2)
    assert live.player.has_parted


def test_a_response_is_not_asked_for_while_another_is_active() -> None:
    said = [CREATED, client("response.create"), *call("get_weather", "1")]
    live = Server([*said, client("response.create")])
    first, *rest = call("get_weather", "5")
    live.say(CREATED)
    live.say(first)
    assert live.types == ["response.create"]
    live.say(*rest)
    assert live.types == ["response.create", "response.create"]


def test_a_shorter_answer_is_cut_off_where_it_ends() -> None:
    item = {"type": "message", "id": "item_1", "role": "assistant"}
    delta = server(
        "response.output_audio.delta", response_id="resp_1", item_id="item_1", delta="A" * 6_400
    )
    answer = [
        server("response.created", response={"id": "resp_1"}),
        server("response.output_item.added", response_id="resp_1", item=item),
        server("conversation.item.added", item=item),
    ]
    cut = client("conversation.item.truncate", item_id="item_1", content_index=0, audio_end_ms=250)
    live = Server([CREATED, *answer, delta, delta, delta, cut])
    live.say(CREATED, *answer, delta)
    assert live.heard[-1]["audio_end_ms"] == 100


def test_at_the_recorded_pace_the_app_takes_its_time() -> None:
    live = Server([CREATED, client("response.create")], speed=1.0)
    live.say(CREATED)
    assert live.types == []
    live.wait(live.player.next_due_s(live.now_s) - live.now_s)
    assert live.types == ["response.create"]


def test_all_was_said_when_the_last_response_has_come() -> None:
    live = Server([CREATED, client("response.create"), *call("get_weather", "1")])
    live.say(CREATED)
    assert not live.player.is_finished
    assert live.player.waits_for == "the end of response 1 of 1"
    live.say(*call("get_weather", "3"))
    assert live.player.is_finished
