"""What a made-up call is made with."""

import msgspec
import pytest
from scenes import WEATHER, session
from transcript import server, transcript

from realtap.proxy.injection.ledger import Ledger
from realtap.proxy.injection.made_call import (
    MadeCall,
    check_text,
    checked_arguments,
    undeclared,
)
from realtap.recordings.conversation import Conversation, Seen
from realtap.recordings.errors import InjectionError
from realtap.recordings.event import Event


def test_call_is_told_as_json() -> None:
    call = MadeCall("get_weather", '{"city":"Paris"}', None, 1.5, "call_1", "pending")
    assert msgspec.json.decode(msgspec.json.encode(call), type=MadeCall) == call
    assert call.why == "made-up call get_weather"


@pytest.mark.parametrize("arguments", ["", "  ", "{}"])
def test_call_without_arguments_has_an_empty_object(arguments: str) -> None:
    assert checked_arguments("get_time", arguments, Conversation()) == {}


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("get_weather", '{"city":', r"are not JSON: .*; write an object such as \{"),
        ("get_weather", "NaN", "are not JSON"),
        ("get_weather", "[1]", r"\[1\].* are no JSON object"),
        ("", "{}", "needs the name of a function"),
        ("get_\ud83d", "{}", "half of a character"),
        ("get_weather", r'{"city":"\ud83d"}', "half of a character"),
    ],
)
def test_what_cannot_be_called_is_refused(name: str, arguments: str, message: str) -> None:
    with pytest.raises(InjectionError, match=message):
        checked_arguments(name, arguments, Conversation())


@pytest.mark.parametrize("kind", ["transcription", "translation"])
def test_session_without_responses_has_no_calls(kind: str) -> None:
    conversation = Conversation()
    for entry in transcript(server("session.created", session={"type": kind})):
        conversation.receive(entry)
    with pytest.raises(InjectionError, match=f"a {kind} session has no function calls"):
        checked_arguments("get_weather", "{}", conversation)


def test_whole_characters_can_be_sent() -> None:
    check_text("", "Zürich 😀", "日本")


def test_function_that_is_not_declared_is_told_with_the_nearest() -> None:
    ledger = Ledger()
    assert undeclared("get_weather", ledger) == "; the session declares no get_weather"
    for entry in transcript(session(tools=[WEATHER])):
        if isinstance(entry, Event):
            ledger.receive(Seen.of(entry))
    assert undeclared("get_weather", ledger) == ""
    assert undeclared("get_wether", ledger).endswith("no get_wether, but get_weather")
