"""A response carries the metadata that the app's request would have given it."""

import json
from typing import Any

from desk import seen_of

from realtap.proxy.injection.echoes import WHY, Echoes, metadata_of
from realtap.proxy.injection.verdict import FORWARD, Verdict, drop, edit
from realtap.recordings.conversation import Seen
from realtap.recordings.event import Side


def told(type_: str = "response.created", metadata: Any = None) -> Seen:
    response = {"id": "resp_1", "metadata": metadata}
    return seen_of(Side.SERVER, {"type": type_, "response": response})


def echoes(**metadata: str) -> Echoes:
    made = Echoes()
    made.give("resp_1", metadata)
    return made


def metadata_in(verdict: Verdict) -> Any:
    assert verdict.sent is not None
    return json.loads(verdict.sent)["response"]["metadata"]


def test_response_gets_the_metadata_from_its_beginning_to_its_end() -> None:
    made = echoes(a="1")
    for type_ in ("response.created", "response.done"):
        verdict = made.edited(told(type_), FORWARD)
        assert (metadata_in(verdict), verdict.why) == ({"a": "1"}, WHY)


def test_several_requests_share_a_response_and_its_own_metadata_stays() -> None:
    made = echoes(a="1", b="2")
    made.give("resp_1", {"c": "3"})
    verdict = made.edited(told(metadata={"a": "own"}), FORWARD)
    assert metadata_in(verdict) == {"a": "own", "b": "2", "c": "3"}


def test_what_another_rule_has_changed_stays_changed() -> None:
    before = edit(b'{"type":"response.created","response":{"id":"resp_1"},"x":1}', "rule x")
    verdict = echoes(a="1").edited(told(), before)
    assert verdict.sent is not None
    assert json.loads(verdict.sent)["x"] == 1
    assert verdict.why == f"rule x; {WHY}"


def test_other_events_go_on_as_they_are() -> None:
    made = echoes(a="1")
    assert made.edited(told("response.output_item.added"), FORWARD) is FORWARD
    assert echoes().edited(told(), FORWARD) is FORWARD
    dropped = drop("rule")
    assert made.edited(told(), dropped) is dropped
    broken = Verdict(why="rule", fate=edit(b"", "").fate, sent=b'{"response":1}')
    assert made.edited(told(), broken) is broken


def test_metadata_is_whatever_object_stands_there() -> None:
    assert metadata_of({"response": {"metadata": {"a": "1"}}}) == {"a": "1"}
    assert metadata_of({"response": {"metadata": "a"}}) == metadata_of({}) == {}
