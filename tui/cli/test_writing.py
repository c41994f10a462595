"""A recording as the text of a test: what the app did is what the test expects."""

import json
import re
import shutil
from keyword import iskeyword
from pathlib import Path
from typing import Final

from ...recordings.conversation import Call
from ...recordings.paths import json_in
from ...recordings.replay.outcome import Outcome

_FOLDER: Final = "recordings"


def default_name(recording: Path) -> str:
    """The file name of a recording's test."""
    return f"test_{_identifier(recording.stem)}.py"


def copied_beside(recording: Path, test: Path) -> Path:
    """The recording in the folder beside the test, copied there if it is elsewhere."""
    target = test.parent / _FOLDER / recording.name
    if target.resolve() != recording.resolve():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(recording, target)
    return target


def written_test(recording: Path) -> str:
    """The text of a test that passes as it is.

    Raises:
        RecordingError: The recording cannot be read.
    """
    outcome = Outcome.read(recording)
    calls = [call for call in outcome.calls if not call.is_mcp and _arguments(call) is not None]
    answered = all(call.output is not None and call.answered_by for call in outcome.calls)
    checks = [_check(call) for call in calls]
    names = ["play_app"]
    if calls:
        names.append("assert_called")
    if outcome.calls and answered:
        names.append("assert_answered")
        checks.append("    assert_answered(realtap_session)")
    imports = ", ".join(sorted(names))
    return _TEST.format(
        imports=imports,
        recording=json.dumps(recording.name),
        name=_identifier(recording.stem),
        checks="\n".join(checks) + "\n" if checks else "",
    )


_TEST = '''"""The app does what it did when the session was recorded."""

import pytest

from realtap.proxy.testing import {imports}


@pytest.mark.realtap({recording})
def test_{name}(realtap_session):
    # Run your app here instead: OPENAI_BASE_URL points at the recording, as does realtap_session.url.
    play_app(realtap_session)

{checks}    realtap_session.assert_finished()
'''


def _check(call: Call) -> str:
    """A line that expects the call, with the arguments that can be written as keywords."""
    arguments = _arguments(call) or {}
    keywords = "".join(
        f", {name}={value!r}"
        for name, value in arguments.items()
        if name.isidentifier() and not iskeyword(name) and name not in _TAKEN
    )
    return f"    assert_called(realtap_session, {call.name!r}{keywords})"


_TAKEN = frozenset({"times"})


def _arguments(call: Call) -> dict[str, object] | None:
    value = json_in(call.arguments or "{}")
    return value if isinstance(value, dict) else None


def _identifier(text: str) -> str:
    return re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_").lower()
