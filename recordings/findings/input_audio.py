"""Rules about the user's turn: commits, turn detection, echo, and how much audio is appended.

What is in the audio itself is judged by `audio_payload` (the text of an append), `audio_signal` (its
sound) and `audio_pace` (its speed).
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from ..conversation import Conversation, Seen
from ..event import Side
from ..plain import object_of, text_of
from . import audio_pace, audio_payload, audio_signal
from .facts import ChunkSizes, is_late_joined, is_vad_on, say_s, words_of
from .finding import Finding, Severity
from .rule import Rule
from .suspicion import Suspicion, Suspicions
from .verdict import is_strict

SHORTEST_COMMIT_MS = 100
"""The server refuses to commit less: "Expected at least 100ms of audio"."""

_COMMIT_EMPTY = "input_audio_buffer_commit_empty"


class CommitEmptyBuffer(Rule):
    """A commit of nothing, or of less than 100 ms."""

    slug = "commit-empty-buffer"
    severity = Severity.ERROR
    kinds = frozenset({"input_audio_buffer.commit", "input_audio_buffer.committed", "error"})

    def __init__(self) -> None:
        self._commits = Suspicions()
        self._last_commit_seq = 0

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Count what is in the buffer at a commit, and hear what the server says to it."""
        match seen.kind:
            case "input_audio_buffer.commit":
                self._last_commit_seq = seen.seq
                self._commits.add(_commit(seen, state))
            case "input_audio_buffer.committed":
                self._commits.acquit()
            case _:
                return self._refused(seen)
        return ()

    def _refused(self, seen: Seen) -> Iterable[Finding]:
        if commit := self._commits.convict(seen):
            return (self._told(commit, seen),)
        error = object_of(seen.fields.get("error"))
        if text_of(error.get("code")) != _COMMIT_EMPTY:
            return ()
        what = f"the server refused a commit: {text_of(error.get('message')) or _COMMIT_EMPTY}"
        return (self.finding(seen.at, (self._last_commit_seq, seen.seq), what, _COMMIT_TODO),)

    def tick(self, now: float, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # what waits has all that it needs
        """Tell of commits that were never answered."""
        return [self._told(each) for each in self._commits.overdue(now)]

    def finish(self, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # what waits has all that it needs
        """Tell of commits that will never be answered."""
        return [self._told(each) for each in self._commits.remaining()]

    def _told(self, commit: Suspicion, error: Seen | None = None) -> Finding:
        numbers = (commit.seq, error.seq if error else 0)
        at = error.at if error else commit.at
        return self.finding(at, numbers, commit.what, commit.todo)


_COMMIT_TODO = (
    "append at least 100 ms of audio before input_audio_buffer.commit, and send no commit while "
    "turn detection is on"
)


def _commit(seen: Seen, state: Conversation) -> Suspicion:
    """A commit as a suspicion; with enough audio behind it, only the server's refusal counts."""
    audio = state.input_audio
    length = f"{audio.uncommitted_ms:.0f} ms of audio" if audio.uncommitted_ms else "no audio"
    sizes = ChunkSizes(audio.appends, audio.bytes_total)
    is_trusted = (
        is_strict(state)
        and not is_late_joined(state)
        and sizes.are_plausible(state.session.input_format)
    )
    return Suspicion(
        seen.seq,
        seen.at,
        seen.event_id,
        what=f"input_audio_buffer.commit was sent with {length} appended since the buffer was last "
        f"empty; the server wants at least {SHORTEST_COMMIT_MS} ms",
        todo=_COMMIT_TODO,
        codes=frozenset({_COMMIT_EMPTY}),
        words=("committing input audio buffer", "buffer too small"),
        needs_error=audio.uncommitted_ms >= SHORTEST_COMMIT_MS or not is_trusted,
    )


class CommitUnderVad(Rule):
    """A manual commit where the server commits by itself."""

    slug = "commit-under-vad"
    severity = Severity.WARNING
    kinds = frozenset({"input_audio_buffer.commit"})
    side = Side.CLIENT

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Look at the turn detection in force."""
        if is_vad_on(state) is not True:
            return ()
        mode = text_of(object_of(state.session.turn_detection).get("type"))
        what = (
            f"input_audio_buffer.commit was sent while turn detection is {mode}: the server commits "
            "by itself, so this one cuts the user's turn in two or finds the buffer empty"
        )
        todo = (
            "do not commit under turn detection, or set audio.input.turn_detection to null for "
            "push-to-talk"
        )
        return (self.finding(seen.at, (seen.seq,), what, todo),)


class AudioNeverCommitted(Rule):
    """Audio is appended for long, nobody commits it, and the server will not either."""

    slug = "audio-never-committed"
    severity = Severity.WARNING
    blames_timing = True
    kinds = frozenset({"input_audio_buffer.append"})
    side = Side.CLIENT
    wants_audio = True

    LONG_MS: ClassVar[float] = 30_000
    """More than one turn of push-to-talk usually has."""
    GRACE_S: ClassVar[float] = 5.0
    """A file may be appended in a burst, and be committed after it."""
    SOME_MS: ClassVar[float] = 2_000
    """What somebody said who then gave up and closed."""

    def __init__(self) -> None:
        self._last_seq = 0
        self._long_since: float | None = None
        self._is_told = False

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Remember the append, and when there was too much."""
        self._last_seq = seen.seq
        if self._long_since is None and state.input_audio.uncommitted_ms > self.LONG_MS:
            self._long_since = seen.at
        return ()

    def tick(self, now: float, state: Conversation) -> Iterable[Finding]:
        """Tell when no commit came in time."""
        if self._is_told or self._long_since is None:
            return ()
        if state.input_audio.uncommitted_ms <= self.LONG_MS:
            self._long_since = None
        elif now - self._long_since >= self.GRACE_S:
            return self._told(now, state)
        return ()

    def finish(self, state: Conversation) -> Iterable[Finding]:
        """Tell when the client closed with its words in the buffer."""
        closed = state.closed
        if closed is None or self._is_told or state.input_audio.uncommitted_ms < self.SOME_MS:
            return ()
        return self._told(closed.at, state)

    def _told(self, at: float, state: Conversation) -> Iterable[Finding]:
        # An app that has committed once knows how to; then a long turn is just a long turn.
        if state.input_audio.commits or is_vad_on(state) is not False:
            return ()
        self._is_told = True
        length = say_s(state.input_audio.uncommitted_ms / 1000)
        what = (
            f"{length} of audio was appended, turn detection is off and no input_audio_buffer.commit "
            "was ever sent: the server never takes this audio for a turn"
        )
        todo = (
            "send input_audio_buffer.commit and response.create when the user has finished, or turn "
            "on audio.input.turn_detection"
        )
        return (self.finding(at, (self._last_seq,), what, todo),)


@dataclass(frozen=True, slots=True)
class _Turn:
    """A turn of the user that was committed, or began."""

    seq: int
    at: float
    item_id: str


class CommittedButNoResponse(Rule):
    """The user's turn is committed, the server does not answer by itself, and nobody asks it to."""

    slug = "committed-but-no-response"
    severity = Severity.WARNING
    blames_timing = True
    kinds = frozenset(
        {
            "input_audio_buffer.committed",
            "response.create",
            "response.created",
            "conversation.item.delete",
            "conversation.item.deleted",
        }
    )

    PATIENCE_S: ClassVar[float] = 5.0

    def __init__(self) -> None:
        self._turn: _Turn | None = None
        self._is_vad = False

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """A turn waits from its commit to any request or response."""
        if seen.kind != "input_audio_buffer.committed":
            is_other_item = "delete" in seen.kind and (
                self._turn is None or seen.item_id != self._turn.item_id
            )
            self._turn = self._turn if is_other_item else None
            return ()
        if self._turn is None and self._must_ask(state):
            self._is_vad = is_vad_on(state) is True
            self._turn = _Turn(seen.seq, seen.at, seen.item_id)
        return ()

    def tick(self, now: float, state: Conversation) -> Iterable[Finding]:
        """Tell when the turn has waited long enough."""
        turn = self._turn
        if turn is None or now - turn.at < self.PATIENCE_S or state.responses.active:
            return ()
        self._turn = None
        why = "turn_detection.create_response is false" if self._is_vad else "turn detection is off"
        what = (
            f"the user's audio {turn.item_id or '(no id)'} was committed and no response.create "
            f"followed within {say_s(now - turn.at)}; {why}, so the server does not answer by itself"
        )
        todo = "send response.create after input_audio_buffer.committed"
        return (self.finding(now, (turn.seq,), what, todo),)

    @staticmethod
    def _must_ask(state: Conversation) -> bool:
        if state.session.is_transcription or state.responses.active:
            return False
        is_on = is_vad_on(state)
        detection = object_of(state.session.turn_detection)
        return is_on is False or (is_on is True and detection.get("create_response") is False)


class SpeechNeverEnds(Rule):
    """Speech began and does not end."""

    slug = "speech-never-ends"
    severity = Severity.WARNING
    kinds = frozenset(
        {
            "input_audio_buffer.speech_started",
            "input_audio_buffer.speech_stopped",
            "input_audio_buffer.committed",
            "input_audio_buffer.cleared",
            "input_audio_buffer.clear",
            "input_audio_buffer.commit",
        }
    )

    PATIENCE_S: ClassVar[float] = 30.0
    PATIENCE_WITH_SEMANTIC_VAD_S: ClassVar[float] = 60.0
    """It waits for the end of the thought; so does who dictates in a transcription session."""
    QUIET_S: ClassVar[float] = 2.0
    """After so long without an append the server cannot hear that the user is silent."""

    def __init__(self) -> None:
        self._turn: _Turn | None = None

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:  # noqa: ARG002 # the event says it all
        """Speech runs from `speech_started` to whatever ends a turn."""
        is_start = seen.kind == "input_audio_buffer.speech_started"
        self._turn = _Turn(seen.seq, seen.at, seen.item_id) if is_start else None
        return ()

    def tick(self, now: float, state: Conversation) -> Iterable[Finding]:
        """Tell when it takes too long."""
        turn = self._turn
        if turn is None or now - turn.at < self.PATIENCE_S:
            return ()
        is_patient = state.session.is_transcription or (
            object_of(state.session.turn_detection).get("type") == "semantic_vad"
        )
        if is_patient and now - turn.at < self.PATIENCE_WITH_SEMANTIC_VAD_S:
            return ()
        self._turn = None
        what = (
            f"speech {turn.item_id or '(no id)'} began {say_s(now - turn.at)} ago and the server has "
            "not found its end"
        )
        last_append_at = state.input_audio.last_append_at
        if last_append_at is not None and now - last_append_at > self.QUIET_S:
            what += f"; no audio was appended for the last {say_s(now - last_append_at)}"
            todo = "keep appending audio, silence too: without it the server cannot hear the end"
        else:
            todo = (
                "turn on audio.input.noise_reduction or raise turn_detection.threshold: background "
                "noise is taken for speech"
            )
        return (self.finding(now, (turn.seq,), what, todo),)


class TurnCutShort(Rule):
    """The user is taken to have finished, and goes on at once: again and again."""

    slug = "turn-cut-short"
    severity = Severity.INFO
    kinds = frozenset({"input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped"})
    side = Side.SERVER

    GAP_S: ClassVar[float] = 0.6
    TIMES: ClassVar[int] = 3
    WITHIN_S: ClassVar[float] = 20.0

    def __init__(self) -> None:
        self._stopped_at = float("-inf")
        self._cuts: deque[tuple[float, int]] = deque(maxlen=self.TIMES)

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Count the short gaps between a stop and the next start."""
        if seen.kind == "input_audio_buffer.speech_stopped":
            self._stopped_at = seen.at
            return ()
        if seen.at - self._stopped_at >= self.GAP_S:
            return ()
        self._cuts.append((seen.at, seen.seq))
        if len(self._cuts) < self.TIMES or seen.at - self._cuts[0][0] > self.WITHIN_S:
            return ()
        numbers = [seq for _, seq in self._cuts]
        self._cuts.clear()
        detection = object_of(state.session.turn_detection)
        silence = detection.get("silence_duration_ms")
        setting = f" (silence_duration_ms is {silence})" if isinstance(silence, int) else ""
        what = (
            f"{self.TIMES} times the user went on less than {self.GAP_S * 1000:.0f} ms after the "
            f"server took the turn as finished{setting}"
        )
        todo = "raise turn_detection.silence_duration_ms, or use semantic_vad"
        return (self.finding(seen.at, numbers, what, todo),)


@dataclass(slots=True)
class _Cut:
    """A response that was cut off by speech soon after it began to sound."""

    response_id: str
    numbers: tuple[int, ...]
    user_item_id: str
    said: frozenset[str]
    """What the assistant said, in words."""
    is_echo: bool | None = None
    """What the user's transcript tells; None while there is none."""


class EchoInterruptsAssistant(Rule):
    """The assistant is interrupted again and again, just when it begins: it hears itself."""

    slug = "echo-interrupts-assistant"
    severity = Severity.INFO
    kinds = frozenset(
        {
            "input_audio_buffer.speech_started",
            "response.done",
            "conversation.item.input_audio_transcription.completed",
        }
    )
    side = Side.SERVER

    SOON_S: ClassVar[float] = 1.5
    OF_LAST: ClassVar[int] = 4
    SURE: ClassVar[int] = 2
    """So many of the last four, when transcripts show it; one more when there is no transcript."""
    ALIKE: ClassVar[float] = 0.6

    def __init__(self) -> None:
        self._started = _Turn(0, float("-inf"), "")
        self._last: deque[_Cut | None] = deque(maxlen=self.OF_LAST)

    def receive(self, seen: Seen, state: Conversation) -> Iterable[Finding]:
        """Look at each response's end, and at what the user seems to have said."""
        if seen.kind == "input_audio_buffer.speech_started":
            self._started = _Turn(seen.seq, seen.at, seen.item_id)
            return ()
        if seen.kind == "response.done":
            self._last.append(self._cut(seen, state))
        else:
            self._hear(seen)
        cuts = [each for each in self._last if each is not None and each.is_echo is not False]
        is_sure = sum(each.is_echo is True for each in cuts) >= self.SURE
        if not is_sure and len(cuts) <= self.SURE:
            return ()
        self._last.clear()
        numbers = [number for each in cuts for number in each.numbers]
        what = (
            f"{len(cuts)} of the last {self.OF_LAST} responses were cut off by speech within "
            f"{self.SOON_S} s of their first sound, the last one {cuts[-1].response_id}: the assistant "
            "probably hears itself through the microphone"
        )
        todo = (
            "use echo cancellation or headphones, and audio.input.noise_reduction near_field or "
            "far_field"
        )
        return (self.finding(seen.at, numbers, what, todo),)

    def _cut(self, seen: Seen, state: Conversation) -> _Cut | None:
        details = object_of(object_of(seen.fields.get("response")).get("status_details"))
        response = state.responses.get(seen.response_id)
        if details.get("reason") != "turn_detected" or response is None:
            return None
        began = response.first_audio_at
        if began is None or not 0 <= self._started.at - began < self.SOON_S:
            return None
        items = [state.items.get(each) for each in response.output_item_ids]
        said = words_of(" ".join(item.text for item in items if item is not None))
        return _Cut(seen.response_id, (self._started.seq, seen.seq), self._started.item_id, said)

    def _hear(self, seen: Seen) -> None:
        heard = words_of(text_of(seen.fields.get("transcript")))
        for cut in self._last:
            if cut is not None and cut.user_item_id == seen.item_id:
                cut.is_echo = not heard or len(heard & cut.said) / len(heard) > self.ALIKE


RULES: tuple[type[Rule], ...] = (
    CommitEmptyBuffer,
    CommitUnderVad,
    AudioNeverCommitted,
    CommittedButNoResponse,
    SpeechNeverEnds,
    TurnCutShort,
    EchoInterruptsAssistant,
    *audio_payload.RULES,
    *audio_pace.RULES,
    *audio_signal.RULES,
)
