"""Which messages a rule is about."""

import pytest
from desk import Crossing, FakeDesk, fits, seen_of

from realtap.proxy.injection.matching import Match
from realtap.recordings.dialects import normal_type
from realtap.recordings.errors import UsageError
from realtap.recordings.event import Json, Side
from realtap.recordings.filters.candidate import without_audio
from realtap.recordings.filters.needles import Needles

CALL: Json = {"id": "item_1", "type": "function_call", "call_id": "call_1", "name": "get_weather"}


def _holds(text: str, event: Json | bytes, side: Side = Side.SERVER) -> bool:
    return Match(text).holds(seen_of(side, event), FakeDesk())


UPDATED: Json = {"type": "session.updated", "session": {"instructions": "Speak French."}}


@pytest.mark.parametrize(
    "text",
    ["type:session.updated", "session.instructions~speak", '"speak french"', "from:server", ""],
)
def test_message_that_comes_by_fits_a_filter(text: str) -> None:
    assert _holds(text, UPDATED)


@pytest.mark.parametrize(
    "text", ["type:session.created", "from:client", "session.instructions~sing", "Paris"]
)
def test_message_that_comes_by_does_not_fit_a_filter(text: str) -> None:
    assert not _holds(text, UPDATED)


def test_words_of_a_message_that_is_no_json_are_found() -> None:
    assert _holds("hello", b"hello\nworld")


def test_name_of_a_call_is_known_from_the_events_before() -> None:
    crossing = Crossing()
    crossing.server_says({"type": "response.created", "response": {"id": "resp_1"}})
    crossing.server_says(
        {"type": "response.output_item.added", "response_id": "resp_1", "item": CALL}
    )
    output = {"type": "function_call_output", "call_id": "call_1", "output": "12"}
    seen = seen_of(Side.CLIENT, {"type": "conversation.item.create", "item": output}, seq=3)
    assert Match("name:get_weather from:client").holds(seen, crossing.desk)
    assert not Match("name:get_time").holds(seen, crossing.desk)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("type:session.updated from:server", {"session.updated"}),
        ("type:response.audio.delta", {"response.output_audio.delta"}),
        ("kind:response.audio.delta", {"response.output_audio.delta"}),
        ("type:error OR type:response.done", {"error", "response.done"}),
        ("type:response.* (type:error OR type:response.done)", {"response.*"}),
        ("(type:error at>5) OR type:response.done", {"error", "response.done"}),
        ('type="session.updated"', {"session.updated"}),
        ("type:response.d?ne", {"response.d*ne"}),
    ],
)
def test_types_that_a_filter_names_are_known(text: str, kinds: set[str]) -> None:
    assert Match(text).kinds == frozenset(kinds)


@pytest.mark.parametrize("text", ["", "-type:*.delta", "Paris", "type:error OR Paris", "type~^err"])
def test_filter_that_names_no_types_may_want_any(text: str) -> None:
    assert Match(text).kinds is None


@pytest.mark.parametrize("name", ["response.audio.delta", "response.audio.done"])
def test_pattern_over_beta_s_names_covers_the_names_of_ga(name: str) -> None:
    match = Match("type:response.audio.*")
    assert fits(normal_type(name), match.kinds)
    assert match.holds(seen_of(Side.SERVER, {"type": name}), FakeDesk())


def test_findings_cannot_be_asked_for() -> None:
    with pytest.raises(UsageError, match="asks for findings, which are known only later"):
        Match("finding:error")


def test_equal_texts_are_equal_matches() -> None:
    assert Match("type:error") == Match("type:error")
    assert Match("type:error") != Match("type:error at>1")


# What can be told from the bytes alone.

EVENTS: list[Json | bytes] = [
    UPDATED,
    {"type": "conversation.item.added", "item": CALL},
    {"type": "conversation.item.added", "item": CALL | {"name": "get_time"}},
    {"type": "response.output_audio_transcript.delta", "delta": "Umbrella"},
    {"type": "response.output_audio.delta", "delta": "Umbrella"},
    {"type": "response.done", "response": {"id": "r", "output": [{"arguments": '{"n": 1.50}'}]}},
    b'{"type":"a","item":{"name":"g\\u0065t_weather"}}',
    b'{"type":"a","item":{"arguments":"{\\"city\\":\\"\\\\u0050aris \\\\u65e5\\"}"}}',
    b"get_weather, UMBRELLA",
]
FILTERS = [
    "item.name=get_weather",
    "item.name!=get_weather",
    "item.name=get_*",
    "item.arguments.city=Paris*",
    "response.output.arguments.n=1.5",
    "umbrella",
    "Paris",
    "日",
    "delta=Umbrella",
    "(umbrella OR item.name=get_weather)",
    "(from:server OR umbrella)",
    "-umbrella",
    "item.name~weather umbrella",
    "call.name=get_weather",
    "type:a",
    "",
]


@pytest.mark.parametrize("text", FILTERS)
def test_message_that_fits_has_one_of_the_needles(text: str) -> None:
    match = Match(text)
    needles = Needles(match.needles or ())
    for event in EVENTS:
        seen = seen_of(Side.SERVER, event)
        if match.needles is not None and match.holds(seen, FakeDesk()):
            assert needles.may_be_in(without_audio(seen.type, seen.event.payload)), event


@pytest.mark.parametrize(
    ("text", "needles"),
    [
        ("item.name=get_weather", [b"get_weather"]),
        ("from:server item.name!=a", [b"name"]),
        ("(umbrella OR item.name=get_weather)", [b"umbrella", b"get_weather"]),
        ("(umbrella OR from:server)", None),
        ("-umbrella", None),
        ("call.name=get_weather", None),
        ("type:response.done", None),
    ],
)
def test_needles_are_known_where_the_bytes_can_tell(text: str, needles: list[bytes] | None) -> None:
    found = Match(text).needles
    assert (None if found is None else [each.text for each in found]) == needles
