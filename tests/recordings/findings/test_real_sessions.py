"""What is found in real sessions of four servers: what is really there, and nothing else."""

from pathlib import Path

import pytest
from transcript import AZURE, OPENAI, VOICE_LIVE, XAI, entries_of_wire, slugs

from realtap.recordings.event import Entry
from realtap.recordings.findings.engine import Judge, findings_of
from realtap.recordings.findings.finding import Severity
from realtap.recordings.profiles import GENERIC

WIRE = Path(__file__).resolve().parents[4] / "shared" / "wire"
"""Real sessions, where the checkout has them beside it."""

UPSTREAMS = {
    "openai-ga": OPENAI,
    "openai-ga-sideband": f"{OPENAI}&call_id=rtc_1",
    "azure-ga": AZURE,
    "azure-voice-live": VOICE_LIVE,
    "xai": XAI,
}
"""The servers that the folders are named after."""

EXPECTED = {
    # The session names a model for transcription that the Azure resource has not deployed: the
    # server answers each turn with `…transcription.failed`, code DeploymentNotFound.
    "azure-ga/audio_in_server_vad_transcription_requires_deployment": ["transcription-failed"],
    # The client sends `instructions: ""` to clear them, and the server puts its default prompt back.
    "openai-ga/message_history_seeding": ["instructions-not-cleared"],
}
"""The errors and warnings of each session; all others have none."""

SESSIONS = sorted(WIRE.glob("*/*.jsonl"))

pytestmark = pytest.mark.skipif(not SESSIONS, reason="shared/wire is not beside this checkout")


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def _entries(path: Path) -> list[Entry]:
    return entries_of_wire(path, upstream=UPSTREAMS.get(path.parent.name, ""))


@pytest.mark.parametrize("path", SESSIONS, ids=_name)
def test_a_real_session_has_only_the_findings_that_are_really_there(path: Path) -> None:
    found = findings_of(_entries(path))
    assert slugs(found, at_least=Severity.WARNING) == EXPECTED.get(_name(path), [])


@pytest.mark.parametrize("path", SESSIONS, ids=_name)
def test_an_unknown_server_is_not_judged_more_strictly(path: Path) -> None:
    found = findings_of(_entries(path), profile=GENERIC)
    assert slugs(found, at_least=Severity.WARNING) == EXPECTED.get(_name(path), [])


@pytest.mark.parametrize("path", SESSIONS, ids=_name)
def test_the_silence_after_a_real_session_is_no_fault(path: Path) -> None:
    judge = Judge()
    for entry in _entries(path):
        judge.receive(entry)
    last_at = judge.conversation.last_at
    later = [each for minute in range(1, 4) for each in judge.tick(last_at + 60 * minute)]
    assert slugs([*later, *judge.finish()], at_least=Severity.WARNING) == []


@pytest.mark.parametrize("path", SESSIONS, ids=_name)
def test_no_rule_fails_on_a_real_session_that_is_cut_anywhere(path: Path) -> None:
    entries = _entries(path)
    for start in range(0, len(entries), max(1, len(entries) // 20)):
        assert "rule-failed" not in slugs(findings_of([entries[0], *entries[start:]]))
