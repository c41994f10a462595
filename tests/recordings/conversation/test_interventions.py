"""What realtap did in a session, and what of it counts."""

import pytest
from reduced import reduced
from scenes import WEATHER, function_call, output, session, text_answer, user_message
from transcript import STEP_S, Step, client, marked, release, server, transcript, wait

from realtap.recordings.conversation import Conversation, Intervention
from realtap.recordings.event import Event, Fate, Origin, Side
from realtap.recordings.findings.engine import Judge

ASKED: list[Step] = [
    session(tools=[WEATHER]),
    user_message("Weather?"),
    function_call("get_weather", {"city": "Oslo"}, call_id="call_1"),
]


def done_to(conversation: Conversation, type_: str) -> Intervention:
    (found,) = [each for each in conversation.interventions.all() if each.type == type_]
    return found


def test_held_event_of_the_client_counts_when_it_is_released() -> None:
    held = marked(client("response.create"), fate=Fate.HELD, why="breakpoint")
    assert reduced(session(), held).creates == []
    waiting = reduced(session(), held).interventions.held
    assert [each.type for each in waiting] == ["response.create"]
    (create,) = reduced(session(), held, wait(3), release()).creates
    assert create.at == pytest.approx(3.2)


def test_event_that_is_edited_at_its_release_counts_as_it_was_sent() -> None:
    sent = {"type": "response.create", "response": {"instructions": "Be brief."}}
    held = marked(client("response.cancel"), fate=Fate.HELD)
    (create,) = reduced(session(), held, release(Fate.EDITED, sent=sent)).creates
    assert create.response == {"instructions": "Be brief."}


def test_event_that_is_dropped_at_its_release_never_counts() -> None:
    held = marked(client("response.create"), fate=Fate.HELD)
    conversation = reduced(session(), held, release(Fate.DROPPED, why="by hand"))
    assert conversation.creates == []
    found = done_to(conversation, "response.create")
    assert (found.fate, found.why) == (Fate.DROPPED, "by hand")


def test_edited_event_counts_as_it_was_sent() -> None:
    sent = {"type": "response.create", "response": {"conversation": "none"}}
    edited = marked(client("response.create"), fate=Fate.EDITED, sent=sent)
    (create,) = reduced(session(), edited).creates
    assert create.is_out_of_band


@pytest.mark.parametrize("fate", [Fate.DROPPED, Fate.EDITED, Fate.HELD])
def test_what_the_server_said_counts_whatever_the_app_got(fate: Fate) -> None:
    lost = marked(function_call("f", call_id="call_1"), fate=fate, side=Side.SERVER)
    conversation = reduced(session(), lost)
    assert [call.name for call in conversation.calls.pending()] == ["f"]
    assert conversation.responses.active == []


def test_held_audio_counts_at_once() -> None:
    append = client("input_audio_buffer.append", audio="AAAA")
    held = marked(append, fate=Fate.HELD, why="behind 12")
    assert reduced(session(), held, release()).input_audio.appends == 1


def test_intervention_says_what_was_done_and_by_whom() -> None:
    conversation = reduced(
        session(),
        marked(client("a"), fate=Fate.DROPPED, why="rule x"),
        marked(server("b"), fate=Fate.DROPPED),
        marked(client("c"), fate=Fate.EDITED, sent={"type": "c"}, why="rule y"),
        marked(server("d"), origin=Origin.FAULT, why="fault z"),
        marked(client("e"), fate=Fate.HELD, why="breakpoint"),
        wait(2 - STEP_S),
        release(),
        marked(client("f"), fate=Fate.HELD),
    )
    assert [each.in_words() for each in conversation.interventions.all()] == [
        "was kept from the server by realtap (rule x)",
        "was kept from the app by realtap",
        "was changed on its way by realtap (rule y)",
        "was made by realtap (fault z)",
        "was held for 2.0 s by realtap (breakpoint)",
        "is held by realtap",
    ]


def test_audio_and_deltas_are_no_interventions_worth_listing() -> None:
    delta = server("response.output_text.delta", delta="x")
    append = client("input_audio_buffer.append", audio="AAAA")
    conversation = reduced(session(), marked(delta, append, fate=Fate.DROPPED))
    assert conversation.interventions.all() == []
    assert conversation.interventions.disturb([1], conversation.last_at)


def test_a_replayed_session_is_no_intervention() -> None:
    conversation = reduced(marked(ASKED, origin=Origin.REPLAY))
    assert conversation.interventions.all() == []
    assert [call.name for call in conversation.calls.pending()] == ["get_weather"]


def test_nobody_is_blamed_for_a_time_in_which_something_was_kept_back() -> None:
    kept = reduced(session(), marked(server("x"), fate=Fate.DROPPED), wait(60), client("y"))
    (dropped,) = kept.interventions.all()
    assert kept.interventions.disturb([dropped.seq], 90.0)
    assert kept.interventions.disturb([dropped.seq + 1], dropped.at + 1)
    assert not kept.interventions.disturb([dropped.seq + 1], 90.0)
    waiting = reduced(session(), marked(server("x"), fate=Fate.HELD))
    assert waiting.interventions.disturb([99], 90.0)


def test_judge_and_reader_know_the_same_after_a_release() -> None:
    held = marked(client("response.create"), fate=Fate.HELD)
    judge = Judge()
    for entry in transcript(session(), held, release(), text_answer(asked=False)):
        judge.receive(entry)
    (answer,) = judge.conversation.responses.all()
    assert (answer.cause.kind, judge.conversation.creates) == ("client", [])


def test_release_of_an_event_that_nobody_knows_does_nothing() -> None:
    conversation = reduced(session(), marked(client("x"), fate=Fate.HELD))
    for entry in transcript(marked(*[client("x")] * 9, fate=Fate.HELD), release()):
        if not isinstance(entry, Event):
            conversation.receive(entry)
    assert len(conversation.interventions.held) == 1


def test_mock_answers_in_place_of_the_app() -> None:
    own = marked(output("call_1", "own", is_taken=False), fate=Fate.DROPPED, why="mock f")
    mock = marked(output("call_1", "mocked"), origin=Origin.MOCK, why="mock f", side=Side.CLIENT)
    call = reduced(*ASKED, own, mock).calls.get("call_1")
    assert call is not None
    assert call.output is not None
    assert (call.output.text, call.output.by, call.output.why) == ("mocked", Origin.MOCK, "mock f")
    assert call.output.is_accepted
    (dropped,) = call.dropped_outputs
    assert (dropped.text, dropped.by, dropped.is_dropped) == ("own", Origin.WIRE, True)
