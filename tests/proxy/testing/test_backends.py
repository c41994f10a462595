"""Which recordings of a test are sessions to be replayed."""

from pathlib import Path

from rest_calls import MINTED
from scenes import session
from transcript import closed, transcript, write_recording

from realtap.proxy.rest_notes import note_call
from realtap.proxy.testing.backends import in_order
from realtap.recordings.folder import RecordingsFolder


def test_a_noted_request_is_no_session_of_a_test(tmp_path: Path) -> None:
    folder = RecordingsFolder(tmp_path)
    note_call(MINTED, folder, print)
    recorded = write_recording(tmp_path / "session.jsonl", transcript(session(), closed()))
    assert in_order(folder.paths()) == [recorded]
