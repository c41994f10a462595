"""Items: their order, their text, and what becomes of them."""

import pytest
from reduced import reduced
from scenes import (
    added,
    assistant_message,
    audio_answer,
    session,
    spoken_turn,
    text_answer,
    text_turn,
    user_message,
)
from transcript import Said, client, server, transcript

from realtap.recordings.conversation import Conversation, Item
from realtap.recordings.conversation.items import TEXT_LIMIT
from realtap.recordings.event import Entry, Json

TRANSCRIPTION = "conversation.item.input_audio_transcription"


def item_of(conversation: Conversation, item_id: str) -> Item:
    item = conversation.items.get(item_id)
    assert item is not None
    return item


def order(conversation: Conversation) -> list[str]:
    return [item.id for item in conversation.items.in_order()]


def user(item_id: str, **fields: object) -> Json:
    return {"id": item_id, "type": "message", "role": "user", "status": "completed", **fields}


def text_delta(delta: str, index: object = 0, item_id: str = "a") -> Said:
    ids: Json = {"response_id": "r", "item_id": item_id, "content_index": index}
    return server("response.output_text.delta", **ids, delta=delta)


# Order.


def test_items_are_in_the_order_of_their_predecessors() -> None:
    conversation = reduced(
        added(user("a")),
        added(user("c"), previous="a"),
        added(user("b"), previous="a"),
        added(user("d"), previous="c"),
    )
    assert order(conversation) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("previous", [None, "0", "item_nobody_knows"])
def test_item_without_a_known_predecessor_is_the_last(previous: str | None) -> None:
    conversation = reduced(added(user("a")), added(user("b"), previous=previous))
    assert order(conversation) == ["a", "b"]


def test_item_that_the_client_put_in_front_is_the_first() -> None:
    conversation = reduced(
        added(user("a")),
        client("conversation.item.create", previous_item_id="root", item=user("b")),
        added(user("b")),
    )
    assert order(conversation) == ["b", "a"]


def test_done_event_without_predecessor_does_not_move_an_item() -> None:
    """OpenAI says null in `item.done` where it named the predecessor in `item.added`."""
    item = user("b")
    conversation = reduced(
        added(user("a")),
        server("conversation.item.added", previous_item_id="a", item=item),
        added(user("c"), previous="b"),
        server("conversation.item.done", previous_item_id=None, item=item),
    )
    assert order(conversation) == ["a", "b", "c"]


def test_deleted_item_stays_in_its_place_and_is_marked() -> None:
    conversation = reduced(
        added(user("a")),
        added(user("b"), previous="a"),
        server("conversation.item.deleted", item_id="b"),
        added(user("c"), previous="a"),
    )
    assert order(conversation) == ["a", "b", "c"]
    assert item_of(conversation, "b").is_deleted


def test_items_that_the_client_made_are_told_from_the_others() -> None:
    conversation = reduced(session(), user_message("Hi"), text_answer("Hello"))
    mine, its = conversation.items.in_order()
    assert (mine.by, mine.text, its.by, its.text) == ("client", "Hi", "server", "Hello")
    assert mine.create_seq is not None


def test_creations_are_matched_by_the_clients_own_ids() -> None:
    conversation = reduced(
        client("conversation.item.create", event_id="e1", item=user("one")),
        client("conversation.item.create", event_id="e2", item=user("two")),
        added(user("two")),
    )
    assert item_of(conversation, "two").create_seq == 2


def test_unknown_items_of_the_server_are_accepted() -> None:
    """The idle timeout makes the server write a system message."""
    prompt = [{"type": "input_text", "text": "The user is silent."}]
    conversation = reduced(
        added({"id": "y", "type": "message", "role": "system", "content": prompt})
    )
    (item,) = conversation.items.in_order()
    assert (item.role, item.by, item.text) == ("system", "server", "The user is silent.")


# Text.


def test_text_is_there_before_it_is_done() -> None:
    steps = text_answer("Hello there", item_id="a")
    partial = reduced(steps[:-5])
    assert item_of(partial, "a").text == "Hello there"
    assert not item_of(partial, "a").is_done
    assert item_of(reduced(steps), "a").is_done


def test_final_text_replaces_what_the_deltas_said() -> None:
    conversation = reduced(
        text_delta("lo"),
        server("response.output_text.done", response_id="r", item_id="a", text="Hello"),
        text_delta("?"),
    )
    assert item_of(conversation, "a").text == "Hello"


def test_emptied_content_part_does_not_empty_the_text() -> None:
    """Voice Live tells the text in `text.done` and an empty part after it."""
    ids = {"response_id": "r", "item_id": "a", "content_index": 0}
    conversation = reduced(
        server("response.text.done", **ids, text="Foggy."),
        server("response.content_part.done", **ids, part={"type": "text", "text": ""}),
    )
    assert item_of(conversation, "a").text == "Foggy."


def test_parts_are_kept_apart_and_read_in_their_order() -> None:
    conversation = reduced(text_delta("world", 1), text_delta("Hello", 0), text_delta("!", 1))
    item = item_of(conversation, "a")
    assert item.text == "Hello\nworld!"
    assert item.content_types == ["text", "text"]


def test_interleaved_items_of_a_response_keep_their_own_text() -> None:
    conversation = reduced(
        text_delta("He", item_id="a"), text_delta("Wo", item_id="b"), text_delta("llo", item_id="a")
    )
    assert item_of(conversation, "a").text == "Hello"
    assert item_of(conversation, "b").text == "Wo"


@pytest.mark.parametrize("index", [None, "x", -1, 10**9, True, [], 1.5])
def test_any_content_index_is_taken(index: object) -> None:
    assert item_of(reduced(text_delta("x", index)), "a").text == "x"


def test_long_text_is_cut_and_its_size_is_told() -> None:
    conversation = reduced(*[text_delta("x" * 9_000) for _ in range(3)])
    item = item_of(conversation, "a")
    assert (len(item.text), item.text_size) == (TEXT_LIMIT, 27_000)


# The user's speech.


def test_transcript_finds_its_item_however_late_it_comes() -> None:
    conversation = reduced(
        session(),
        spoken_turn("u"),
        audio_answer("Good", asked=False),
        text_turn("And now?"),
        server(f"{TRANSCRIPTION}.delta", item_id="u", content_index=0, delta="How "),
        server(
            f"{TRANSCRIPTION}.completed", item_id="u", content_index=0, transcript="How are you?"
        ),
    )
    item = item_of(conversation, "u")
    assert (item.role, item.text, item.transcript_done) == ("user", "How are you?", True)
    assert order(conversation)[0] == "u"


def test_transcript_may_come_before_the_item() -> None:
    conversation = reduced(
        server("input_audio_buffer.speech_started", item_id="u", audio_start_ms=0),
        server(f"{TRANSCRIPTION}.delta", item_id="u", delta="Hi"),
    )
    assert item_of(conversation, "u").text == "Hi"
    assert order(conversation) == []
    assert conversation.items.knows("u")


def test_cumulative_transcripts_replace_each_other() -> None:
    """xAI tells the text so far again and again."""
    told = [
        ("Hello?", "in_progress"),
        ("Hello, my", "in_progress"),
        ("Hello, my name", "completed"),
    ]
    steps = [
        server(f"{TRANSCRIPTION}.completed", item_id="u", transcript=text, status=status)
        for text, status in told
    ]
    assert item_of(reduced(steps[:2]), "u").text == "Hello, my"
    assert not item_of(reduced(steps[:2]), "u").transcript_done
    assert item_of(reduced(steps), "u").text == "Hello, my name"
    assert item_of(reduced(steps), "u").transcript_done


def test_silence_gives_an_empty_transcript_that_is_done() -> None:
    conversation = reduced(
        spoken_turn("u"), server(f"{TRANSCRIPTION}.completed", item_id="u", transcript="")
    )
    item = item_of(conversation, "u")
    assert (item.text, item.transcript_done) == ("", True)


def test_failed_transcription_keeps_its_error() -> None:
    error = {"code": "DeploymentNotFound"}
    conversation = reduced(
        spoken_turn("u"), server(f"{TRANSCRIPTION}.failed", item_id="u", error=error)
    )
    assert item_of(conversation, "u").transcript_error == error


# Audio and truncation.


def test_audio_of_the_assistant_is_measured() -> None:
    item = item_of(reduced(session(), audio_answer(seconds=2.0, item_id="a")), "a")
    assert item.audio_ms == pytest.approx(2000)
    assert item.has_audio
    assert item.first_audio_at is not None
    assert item.last_audio_at is not None
    assert item.last_audio_at > item.first_audio_at


def test_truncated_item_has_lost_its_text() -> None:
    """The server drops the transcript: nobody knows which words were heard."""
    conversation = reduced(
        session(),
        audio_answer("A long story", seconds=4.0, item_id="a"),
        client("conversation.item.truncate", item_id="a", content_index=0, audio_end_ms=1500),
        server("conversation.item.truncated", item_id="a", content_index=0, audio_end_ms=1500),
    )
    item = item_of(conversation, "a")
    assert (item.text, item.dropped_text, item.truncated_ms) == ("", "A long story", 1500)


def test_beta_items_are_the_same() -> None:
    steps = [session(), user_message("Hi"), text_answer("Hello")]
    beta = reduced(*steps, beta=True)
    assert [item.text for item in beta.items.in_order()] == ["Hi", "Hello"]
    assert all(item.is_done for item in beta.items.in_order())


# What is kept.


def test_old_items_are_forgotten_but_for_their_kind() -> None:
    conversation = Conversation(keep=3)
    for entry in _entries(10):
        conversation.receive(entry)
    assert order(conversation) == ["i7", "i8", "i9"]
    assert conversation.items.get("i0") is None
    assert conversation.items.knows("i0")
    assert conversation.items.kind_of("i0") == "message"
    assert conversation.items.count == 10


def _entries(count: int) -> list[Entry]:
    steps = [added(user(f"i{n}"), previous=f"i{n - 1}") for n in range(count)]
    return transcript(*steps)


def test_forgotten_item_does_not_come_back() -> None:
    conversation = Conversation(keep=1)
    for entry in [*_entries(3), *_entries(1)]:
        conversation.receive(entry)
    assert conversation.items.get("i0") is None


def test_item_of_a_response_knows_its_response() -> None:
    item = item_of(reduced(text_answer(response_id="resp_1", item_id="a")), "a")
    assert item.response_id == "resp_1"
    assert item.kind == "message"
    assert assistant_message("a", [])["role"] == item.role


def test_list_of_mcp_tools_is_an_item() -> None:
    tools = [{"name": "search"}, {"name": "fetch"}]
    conversation = reduced(
        server("mcp_list_tools.in_progress", item_id="m"),
        server(
            "conversation.item.added", item={"id": "m", "type": "mcp_list_tools", "tools": tools}
        ),
        server("mcp_list_tools.completed", item_id="m"),
    )
    item = item_of(conversation, "m")
    assert (item.kind, item.status, item.tools) == (
        "mcp_list_tools",
        "completed",
        ("search", "fetch"),
    )


def test_retrieved_item_tells_its_text() -> None:
    content = [{"type": "input_audio", "transcript": "Hello", "audio": "AAAA"}]
    conversation = reduced(
        client("conversation.item.retrieve", item_id="u"),
        server("conversation.item.retrieved", item=user("u", content=content)),
    )
    assert item_of(conversation, "u").text == "Hello"
    assert conversation.client_events.last_client_events[0].is_answered


def test_last_item_of_the_conversation_is_known() -> None:
    assert reduced().items.last is None
    last = reduced(added(user("a")), added(user("b"), previous="a")).items.last
    assert last is not None
    assert last.id == "b"


def test_only_so_many_items_and_parts_stay_open() -> None:
    conversation = Conversation(keep=1)
    begun = [
        server("conversation.item.added", item={"id": f"i{n}", "type": "message"})
        for n in range(20)
    ]
    creates = [client("conversation.item.create", item={}) for _ in range(300)]
    for entry in transcript(begun, creates, [text_delta("x", n, "i19") for n in range(100)]):
        conversation.receive(entry)
    assert len(conversation.items.in_order()) == 8
    assert conversation.items.knows("i0")
    assert len(item_of(conversation, "i19").parts) == 64


def test_items_without_an_id_are_no_items() -> None:
    conversation = reduced(
        server("conversation.item.added", item={"type": "message"}),
        server("conversation.item.done", item={}),
        server("conversation.item.truncated", item_id="a"),
        server("conversation.item.deleted", item_id="a"),
        server("response.output_item.added", response_id="r", item={}),
        server("response.content_part.added", response_id="r", part={}),
        server("response.output_text.delta", delta="x"),
        server(f"{TRANSCRIPTION}.delta", delta="x"),
        server("mcp_list_tools.completed"),
        server("response.done", response={"id": "r", "output": [{}]}),
    )
    assert order(conversation) == []
