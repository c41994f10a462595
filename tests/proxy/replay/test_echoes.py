import json

import pytest
from replayed import header

from realtap.proxy.replay.echoes import Echoes
from realtap.proxy.simulator import faults
from realtap.recordings.conversation import Seen
from realtap.recordings.event import Event, Side
from realtap.recordings.replay.identities import Identities
from realtap.recordings.replay.script import FromClient, FromServer, Script

STARTED_S = 1795168800
"""When the recorded session started: 2026-11-20, 10:00 UTC."""


def echoes(*client_made: str, later_s: float = 0.0) -> tuple[Echoes, Identities]:
    identities = Identities(frozenset(client_made))
    script = Script("weather", header(), None, (), None, identities.client_made, ())
    return Echoes(script, identities, started_unix_s=STARTED_S + later_s), identities


def from_server(type_: str, payload: bytes) -> FromServer:
    return FromServer(1, 0.1, type_, payload, is_text=True)


def test_a_message_that_repeats_nothing_is_the_recorded_one() -> None:
    said, _ = echoes("mine")
    payload = b'{"type":"response.done",  "x": 1.0}'
    assert said.rewrite(from_server("response.done", payload)) is payload


@pytest.mark.parametrize("place", [b'{"session":{"expires_at": %d}}', b'{"expires_at":%d}'])
def test_expiry_moves_with_the_session(place: bytes) -> None:
    said, _ = echoes(later_s=3600.0)
    step = from_server("session.created", place % (STARTED_S + 1800))
    assert said.rewrite(step) == place % (STARTED_S + 3600 + 1800)


def test_an_expiry_that_is_no_time_stays() -> None:
    said, _ = echoes(later_s=3600.0)
    payload = b'{"expires_at":null,"text":"\\"expires_at\\": soon"}'
    assert said.rewrite(from_server("session.created", payload)) == payload


def test_an_error_about_a_nameless_event_names_none() -> None:
    said, _ = echoes("mine")
    recorded = FromClient(1, 0.0, "x", {"event_id": "mine"}, b"", None)
    said.receive(recorded, Seen.of(Event(1, 0.0, Side.CLIENT, "x", b'{"type":"x"}')))
    payload = b'{"type":"error","error":{"event_id":"mine"}}'
    assert json.loads(said.rewrite(from_server("error", payload)))["error"]["event_id"] is None


def test_an_error_of_our_own_is_told_as_the_real_server_does() -> None:
    said, _ = echoes()
    errors = [json.loads(said.error(faults.commit_empty(0), "mine")) for _ in range(2)]
    assert errors[0]["error"]["code"] == "input_audio_buffer_commit_empty"
    assert errors[0]["error"]["event_id"] == "mine"
    assert errors[0]["event_id"] != errors[1]["event_id"]
