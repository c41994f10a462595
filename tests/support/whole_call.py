"""What a recording tells after an app's conversation with one function call: a question, the call, the answer."""

import json

from realtap.recordings.conversation.calls import Call
from realtap.recordings.event import Header
from realtap.recordings.findings.engine import Judge, settled
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording


def assert_whole_call(folder: RecordingsFolder, *secrets: str) -> Header:
    """The one recording has the call with its name, output and answer, no finding, and no secret.

    Returns:
        Its header: which client it was, and how it came in.
    """
    [path] = folder.paths()
    recording, judge = Recording(path), Judge()
    found = [finding for entry in recording.entries() for finding in judge.receive(entry)]
    assert settled([*found, *judge.finish()]) == []
    assert recording.warnings == []
    [call] = judge.conversation.calls.all()
    assert_complete(call)
    data = path.read_text()
    assert [secret for secret in secrets if secret in data] == []
    return recording.header


def assert_complete(call: Call) -> None:
    """The call went its whole way, from its name to the response that used its output."""
    assert (call.name, json.loads(call.arguments)) == ("get_weather", {"city": "Paris"})
    assert call.output is not None
    assert call.output.is_accepted
    assert call.answered_by
