from realtap.recordings.event import Side
from realtap.recordings.replay.identities import Identities, Spoken, client_made_ids


def test_an_id_that_the_client_says_first_is_made_by_the_client() -> None:
    events: list[Spoken] = [
        (Side.CLIENT, {"type": "conversation.item.create", "item": {"id": "mine"}}),
        (Side.SERVER, {"type": "conversation.item.added", "item": {"id": "mine"}}),
        (Side.SERVER, {"type": "conversation.item.added", "item": {"id": "theirs"}}),
        (Side.CLIENT, {"type": "conversation.item.delete", "item_id": "theirs"}),
    ]
    assert client_made_ids(events) == {"mine"}


def test_the_id_of_a_stored_prompt_is_not_made_by_the_client() -> None:
    event = {"type": "session.update", "session": {"prompt": {"id": "pmpt_1"}}}
    assert client_made_ids([(Side.CLIENT, event)]) == frozenset()


def test_an_id_in_metadata_is_made_by_the_client() -> None:
    event = {"type": "response.create", "response": {"metadata": {"client_event_id": "c1"}}}
    assert client_made_ids([(Side.CLIENT, event)]) == {"c1"}


def test_a_live_id_stands_for_a_recorded_one_for_good() -> None:
    identities = Identities(frozenset({"a", "b"}))
    assert identities.agree("a", "x")
    assert identities.agree("a", "x")
    assert not identities.agree("a", "y")
    assert not identities.agree("b", "x")


def test_an_id_of_the_server_must_come_back_as_it_is() -> None:
    identities = Identities(frozenset())
    assert identities.agree("call_1", "call_1")
    assert not identities.agree("call_1", "call_2")


def test_a_trial_agrees_on_nothing() -> None:
    identities = Identities(frozenset({"a"}))
    identities.trial().agree("a", "x")
    assert identities.agree("a", "y")


def test_live_ids_are_written_into_the_recorded_event_and_nothing_else_changes() -> None:
    identities = Identities(frozenset({"item_1"}))
    identities.agree("item_1", 'odd"id')
    payload = b'{"item": {"id":"item_1", "text":"not item_1"},  "n":1.50}'
    assert identities.rewrite(payload) == (
        b'{"item": {"id":"odd\\"id", "text":"not item_1"},  "n":1.50}'
    )


def test_an_event_without_client_ids_is_the_same_object() -> None:
    identities = Identities(frozenset({"item_1"}))
    identities.agree("item_1", "item_1")
    payload = b'{"item":{"id":"item_1"}}'
    assert identities.rewrite(payload) is payload


def test_ids_that_have_changed_places_are_all_written() -> None:
    identities = Identities(frozenset({"item_1", "item_2"}))
    identities.agree("item_1", "item_2")
    identities.agree("item_2", "item_1")
    assert identities.rewrite(b'["item_1","item_2"]') == b'["item_2","item_1"]'


def test_ids_that_are_agreed_on_later_are_written_too() -> None:
    identities = Identities(frozenset({"item_1", "item_2"}))
    for recorded, live in (("item_1", "a"), ("item_2", "b")):
        identities.agree(recorded, live)
        assert identities.rewrite(f'["{recorded}"]'.encode()) == f'["{live}"]'.encode()
