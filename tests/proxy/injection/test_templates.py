"""Events to start from."""

import pytest
from dialogue import WEATHER_TOOL
from reduced import SimulatedSession

from realtap.proxy.injection.ids import is_made_up
from realtap.proxy.injection.ledger import Ledger
from realtap.proxy.injection.templates import choices, template
from realtap.proxy.injection.validation import validate
from realtap.proxy.simulator.dialect import Dialect as Spelling
from realtap.recordings.catalogue import catalogue
from realtap.recordings.conversation import Seen
from realtap.recordings.dialects import Dialect
from realtap.recordings.errors import InjectionError
from realtap.recordings.event import Json, Side

CALLING = '[[when]]\ntext = "*weather*"\ncall = "get_weather"\narguments = { city = "Oslo" }'

OVER_OTHER_TRANSPORTS = "output_audio_buffer.clear"


def a_ledger(*, spelling: Spelling = Spelling.GA) -> Ledger:
    """A session in which the model waits for a function's output."""
    session = SimulatedSession(dialect=spelling, script=CALLING)
    kind = {} if spelling is Spelling.BETA else {"type": "realtime"}
    session.say("session.update", session={"tools": [WEATHER_TOOL], **kind})
    session.ask("Hello.")
    session.ask("The weather?")
    ledger = Ledger()
    for event in session.events:
        ledger.receive(Seen.of(event))
    return ledger


def filled(type_: str, ledger: Ledger, side: Side = Side.SERVER) -> Json:
    return template(type_, side, ledger.dialect, ledger=ledger).event


@pytest.mark.parametrize("dialect", [Dialect.GA, Dialect.BETA])
@pytest.mark.parametrize("side", list(Side))
def test_every_type_has_a_template_that_could_be_sent(side: Side, dialect: Dialect) -> None:
    known = choices(side, dialect)
    assert {each.type for each in known} == catalogue().types(dialect, side)
    for each in known:
        event = template(each.type, side, dialect).event
        assert next(iter(event)) == "type"
        if each.type != OVER_OTHER_TRANSPORTS:
            assert validate(event, side, dialect) == []


@pytest.mark.parametrize("spelling", list(Spelling))
def test_templates_filled_from_a_session_could_be_sent(spelling: Spelling) -> None:
    ledger = a_ledger(spelling=spelling)
    for side in Side:
        for each in choices(side, ledger.dialect):
            if each.type != OVER_OTHER_TRANSPORTS:
                event = filled(each.type, ledger, side)
                assert validate(event, side, ledger.dialect) == []


def test_choices_tell_what_each_event_does() -> None:
    first = choices(Side.CLIENT, Dialect.GA)[0]
    assert (first.type, first.side) == ("session.update", Side.CLIENT)
    assert first.summary


def test_what_is_required_comes_first() -> None:
    event = template("conversation.item.truncate", Side.CLIENT, Dialect.GA).event
    assert list(event) == ["type", "item_id", "content_index", "audio_end_ms", "event_id"]


def test_output_is_for_the_pending_call() -> None:
    ledger = a_ledger()
    (call,) = ledger.pending_calls()
    event = filled("conversation.item.create", ledger, Side.CLIENT)
    assert event["item"]["call_id"] == call.call_id


def test_arguments_are_those_of_the_pending_call() -> None:
    ledger = a_ledger()
    (call,) = ledger.pending_calls()
    event = filled("response.function_call_arguments.done", ledger)
    assert (event["item_id"], event["name"]) == (call.item_id, "get_weather")
    assert event["response_id"] == call.response_id


def test_truncation_is_of_the_assistants_last_speech() -> None:
    ledger = a_ledger()
    spoken = [item for item in ledger.conversation.items.in_order() if item.role == "assistant"]
    assert filled("conversation.item.truncate", ledger, Side.CLIENT)["item_id"] == spoken[-1].id


def test_ids_of_what_is_new_are_made_and_the_others_exist() -> None:
    ledger = a_ledger()
    added = filled("response.output_item.added", ledger)
    done = filled("response.output_item.done", ledger)
    assert is_made_up(added["item"]["id"])
    assert done["item"]["id"] == ledger.last_item_id
    assert is_made_up(added["event_id"])
    assert is_made_up(filled("response.created", ledger)["response"]["id"])


def test_model_is_the_sessions() -> None:
    assert filled("session.updated", a_ledger())["session"]["model"] == "gpt-realtime"


def test_beta_template_is_flat() -> None:
    ledger = a_ledger(spelling=Spelling.BETA)
    assert filled("response.created", ledger)["response"]["modalities"] == ["audio", "text"]
    assert "type" not in filled("session.update", ledger, Side.CLIENT)["session"]
    assert filled("conversation.item.created", ledger)["item"]["object"] == "realtime.item"


def test_optional_fields_are_listed_with_what_they_mean() -> None:
    optional = {
        each.path: each for each in template("response.create", Side.CLIENT, Dialect.GA).optional
    }
    assert optional["response.conversation"].values == ("auto", "none")
    assert optional["response.instructions"].types == ("string",)
    assert optional["response.instructions"].meaning


def test_event_of_another_server_has_at_least_its_type() -> None:
    assert template("ping", Side.SERVER, Dialect.XAI).event == {"type": "ping"}


@pytest.mark.parametrize(
    ("type_", "near"), [("response.creat", "response.create"), ("zzz", "conversation.item.create")]
)
def test_unknown_type_is_refused_with_the_nearest(type_: str, near: str) -> None:
    with pytest.raises(InjectionError, match=f"no event of the client in the ga .*{near}"):
        template(type_, Side.CLIENT, Dialect.GA)


def test_templates_are_not_shared() -> None:
    template("response.create", Side.CLIENT, Dialect.GA).event["response"]["metadata"] = {}
    again = template("response.create", Side.CLIENT, Dialect.GA).event
    assert again["response"]["metadata"] == {"turn": "3"}
