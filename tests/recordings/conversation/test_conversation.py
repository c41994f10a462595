"""The whole: entries of every kind, dialects, and servers that behave otherwise."""

import pytest
from reduced import SHARED_WIRE, an_event, events_of_wire, reduced
from scenes import audio_answer, beta_session, ga_session, session, spoken_turn, text_answer
from transcript import AZURE, OPENAI, VOICE_LIVE, XAI, client, closed, server, transcript

from realtap.recordings.conversation import Conversation, Seen
from realtap.recordings.dialects import Dialect, profile_named
from realtap.recordings.event import Closed, Event, Fate, Header, Note, Opened, Side, Unknown


def test_entries_that_are_no_events_are_taken() -> None:
    conversation = Conversation()
    for entry in transcript(session(), closed(1001, "expired", by=Side.SERVER)):
        conversation.receive(entry)
    conversation.receive(Note(9.0, {"kind": "mark"}))
    conversation.receive(Unknown(b"{}"))
    assert isinstance(conversation.header, Header)
    assert isinstance(conversation.opened, Opened)
    assert isinstance(conversation.closed, Closed)
    assert conversation.closed.code == 1001
    assert conversation.last_at == 9.0


@pytest.mark.parametrize(
    ("upstream", "name"),
    [(OPENAI, "openai-ga"), (AZURE, "azure-ga"), (VOICE_LIVE, "azure-voice-live"), (XAI, "xai")],
)
def test_profile_is_the_headers(upstream: str, name: str) -> None:
    assert reduced(upstream=upstream).profile.name == name


def test_chosen_profile_overrules_the_header() -> None:
    conversation = Conversation(profile=profile_named("xai"))
    conversation.receive(transcript()[0])
    assert conversation.profile.name == "xai"


def test_looked_at_events_are_taken_as_well() -> None:
    conversation = Conversation()
    for entry in transcript(session(), text_answer()):
        conversation.receive(Seen.of(entry) if isinstance(entry, Event) else entry)
    assert [item.text for item in conversation.items.in_order()] == ["Hi there"]


def test_dropped_event_of_the_client_never_happened() -> None:
    event = an_event({"type": "response.create"}, Side.CLIENT)
    conversation = Conversation()
    conversation.receive(Event(1, 0.0, event.side, event.type, event.payload, fate=Fate.DROPPED))
    assert conversation.creates == []
    assert conversation.client_events.last_client_event is None


# Dialects.


def test_session_of_the_server_decides_the_dialect() -> None:
    beta = server("session.created", session=beta_session())
    mixed = server("conversation.item.done", item={"id": "a", "type": "message"})
    assert reduced(session()).dialect is Dialect.GA
    assert reduced(beta).dialect is Dialect.BETA
    # Voice Live speaks beta and sends GA's `conversation.item.done`.
    assert reduced(beta, mixed).dialect is Dialect.BETA


def test_server_knows_better_than_its_client() -> None:
    update = client("session.update", session={"modalities": ["text"]})
    assert reduced(update).dialect is Dialect.BETA
    assert reduced(update, session()).dialect is Dialect.GA
    assert reduced(session(), update).dialect is Dialect.GA


def test_one_event_of_its_own_tells_xai() -> None:
    created = server("session.created", session={"modalities": ["audio"], "voice": "ara"})
    ping = server("ping", timestamp=1)
    assert reduced(created, ping, text_answer()).dialect is Dialect.XAI


def test_side_band_has_no_session_created() -> None:
    updated = server("session.updated", session=ga_session())
    conversation = reduced(client("session.update", session={}), updated)
    assert conversation.dialect is Dialect.GA
    assert conversation.session.created_seq is None
    assert conversation.session.is_known


def test_dialect_without_a_session_is_the_events() -> None:
    done = server("response.text.done", response_id="r", item_id="a", text="x")
    assert reduced(done).dialect is Dialect.BETA
    delta = server("response.audio.delta", response_id="r", item_id="a", delta="AAAA")
    assert reduced(delta).dialect is Dialect.BETA


def test_live_session_is_recognised_and_not_reduced() -> None:
    conversation = reduced(
        client("session.start", session={"model": "gpt-live-1"}),
        server("session.started", session={"id": "live_1"}),
        client("session.input_audio.append", audio="AAAA"),
        server("session.output_audio.delta", delta="AAAA"),
        server("session.input_transcript.delta", delta="Hello"),
        client("response.create"),
        server("response.event", event={"type": "response.done", "response": {"id": "r"}}),
    )
    assert conversation.dialect is Dialect.LIVE
    assert conversation.creates == []
    assert conversation.responses.all() == []
    assert conversation.input_transcript == ""
    assert conversation.last_at > 0


def test_translation_session_has_two_running_texts() -> None:
    conversation = reduced(
        server("session.created", session={"type": "translation", "id": "s"}),
        client("session.input_audio_buffer.append", audio="A" * 64),
        server("session.input_transcript.delta", delta="Hello "),
        server("session.output_transcript.delta", delta="Bonjour "),
        server("session.output_audio.delta", delta="AAAA"),
        server("session.input_transcript.delta", delta="there"),
    )
    assert conversation.dialect is Dialect.TRANSLATION
    assert conversation.input_transcript == "Hello there"
    assert conversation.output_transcript == "Bonjour "
    assert conversation.input_audio.appended_ms == pytest.approx(1)


def test_transcription_session_has_items_and_no_responses() -> None:
    conversation = reduced(
        server("session.created", session={"type": "transcription"}),
        spoken_turn("u"),
        server(
            "conversation.item.input_audio_transcription.completed", item_id="u", transcript="Hello"
        ),
    )
    assert conversation.dialect is Dialect.TRANSCRIPTION
    assert [item.text for item in conversation.items.in_order()] == ["Hello"]
    assert conversation.responses.turn is None


# What is kept of a long session.


def test_detail_of_what_is_over_is_dropped() -> None:
    conversation = Conversation(keep=4)
    steps = [audio_answer(response_id=f"r{n}", item_id=f"i{n}") for n in range(20)]
    for entry in transcript(session(), *steps):
        conversation.receive(entry)
    assert [response.id for response in conversation.responses.all()] == [
        "r16",
        "r17",
        "r18",
        "r19",
    ]
    assert conversation.responses.knows("r0")
    assert conversation.responses.count == 20
    assert conversation.items.count == 20


def test_forgotten_response_does_not_come_back_with_a_late_event() -> None:
    conversation = Conversation(keep=1)
    late = server("response.output_text.delta", response_id="r0", item_id="i0", delta="x")
    steps = [text_answer(response_id=f"r{n}", item_id=f"i{n}") for n in range(3)]
    for entry in transcript(*steps, late):
        conversation.receive(entry)
    assert conversation.responses.get("r0") is None
    assert conversation.responses.active == []


@pytest.mark.skipif(not SHARED_WIRE.is_dir(), reason="the recorded sessions are not here")
def test_the_four_servers_are_told_apart() -> None:
    dialects: dict[str, set[Dialect]] = {}
    for path in sorted(SHARED_WIRE.glob("*/*.jsonl")):
        conversation = Conversation()
        for event in events_of_wire(path):
            conversation.receive(event)
        dialects.setdefault(path.parent.name, set()).add(conversation.dialect)
    assert dialects == {
        "azure-ga": {Dialect.GA},
        "azure-voice-live": {Dialect.BETA},
        "openai-ga": {Dialect.GA},
        "openai-ga-sideband": {Dialect.GA},
        "xai": {Dialect.XAI},
    }
