"""The stand-in for an app says all of a recording, whatever there is in it."""

from dataclasses import replace
from pathlib import Path

import pytest
from transcript import client, entries_of_wire, frame, server, transcript

from realtap.proxy.testing.backends import replaying
from realtap.proxy.testing.session import RealtapSession
from realtap.proxy.testing.settings import Settings
from realtap.proxy.testing.stand_in import play_app
from realtap.recordings.event import Entry, Opened, Side
from realtap.recordings.replay.script import Script

SHARED_WIRE = Path(__file__).resolve().parents[4] / "shared" / "wire"
SESSIONS = sorted(SHARED_WIRE.glob("*/*.jsonl"))


def assert_played(*sessions: list[Entry]) -> None:
    scripts = [Script.of(entries, Path("session.jsonl")) for entries in sessions]
    with replaying(scripts, Settings()) as backend:
        session = RealtapSession(backend, Settings())
        play_app(session)
        session.assert_finished()


@pytest.mark.skipif(not SESSIONS, reason="no recorded sessions beside this checkout")
@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_real_sessions_are_played_to_their_end(path: Path) -> None:
    assert_played(entries_of_wire(path))


def test_sessions_are_played_one_after_the_other() -> None:
    one = transcript(server("session.created"), client("response.create"), server("response.done"))
    assert_played(one, one)


def test_a_binary_message_is_played() -> None:
    assert_played(transcript(server("session.created"), frame(Side.CLIENT, b"\x00\xff")))


def test_a_session_that_was_refused_is_refused() -> None:
    entries = transcript(status=401)
    refused = [replace(each, body="{}") if isinstance(each, Opened) else each for each in entries]
    assert_played(refused)
