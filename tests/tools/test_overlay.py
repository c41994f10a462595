"""Which words a field gets."""

from tools.overlay import Key, Overlay, Place, Table

PLACE = Place("conversation.item.added", "server")
CALL = PLACE.below("item", "function_call")


def meaning(table: Table, place: Place, name: str) -> str | None:
    entry = table.entry(place, name)
    return entry.meaning if entry else None


def test_longest_key_wins() -> None:
    table = Table.of({"id": "short", "item.id": "long"})
    assert meaning(table, CALL, "id") == "long"
    assert meaning(table, PLACE, "id") == "short"


def test_kind_beats_no_kind() -> None:
    table = Table.of({"item(function_call).id": "a call's", "item.id": "any"})
    assert meaning(table, CALL, "id") == "a call's"
    assert meaning(table, PLACE.below("item", "message"), "id") == "any"


def test_whole_path_fits_nothing_deeper() -> None:
    table = Table.of({"^id": "the event's own"})
    assert meaning(table, PLACE, "id") == "the event's own"
    assert meaning(table, CALL, "id") is None


def test_output_of_a_response_is_items() -> None:
    table = Table.of({"item(message).role": "who speaks"})
    output = PLACE.below("response", "").below("output", "message")
    assert meaning(table, output, "role") == "who speaks"


def test_keys_that_were_never_asked_for_are_known() -> None:
    table = Table.of({"id": "used", "name": "unused"})
    table.entry(CALL, "id")
    assert table.unused == {"name"}


def test_client_has_its_own_words() -> None:
    overlay = Overlay.load()
    theirs = overlay.entry(Place("response.create", "client"), "event_id")
    ours = overlay.entry(Place("response.done", "server"), "event_id")
    assert theirs is not None
    assert theirs.joins == "error.error.event_id"
    assert theirs != ours


def test_wire_adds_a_field_only_where_it_was_seen() -> None:
    overlay = Overlay.load()
    added = [row["name"] for row in overlay.wire_fields(PLACE.below("item", "message"))]
    assert added == ["phase"]
    assert overlay.wire_fields(CALL) == []


def test_key_is_parsed_with_its_kinds() -> None:
    assert Key.parse("^item(message).role").steps == (("item", "message"), ("role", ""))
