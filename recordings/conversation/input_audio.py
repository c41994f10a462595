"""The user's audio: how much was appended, what was committed, when there was speech."""

from collections import deque
from dataclasses import dataclass
from typing import Literal

from ..audio import AudioFormat
from ..plain import number_of
from .seen import Seen

_COMMITS_KEPT = 100


@dataclass(slots=True)
class Speech:
    """One stretch of speech that the server heard."""

    item_id: str
    started_seq: int
    started_at: float
    audio_start_ms: float | None
    """Position in all audio appended in this session; includes the padding before."""
    stopped_seq: int | None = None
    stopped_at: float | None = None
    audio_end_ms: float | None = None
    committed_seq: int | None = None
    committed_at: float | None = None


@dataclass(slots=True)
class Commit:
    """The appended audio became an item."""

    seq: int
    at: float
    item_id: str
    by: Literal["client", "vad", "idle_timeout"]
    audio_ms: float
    """Appended since the commit before."""
    commit_seq: int | None = None
    """The client's `input_audio_buffer.commit`."""


class InputAudio:
    """Fed the events of `input_audio_buffer`; see `Conversation`."""

    def __init__(self) -> None:
        self.appended_ms = 0.0
        """All audio that the client appended."""
        self.uncommitted_ms = 0.0
        """Since the last commit or clear."""
        self.uncommitted_bytes = 0
        self.bytes_total = 0
        self.appends = 0
        """How many events appended audio."""
        self.first_append_at: float | None = None
        self.last_append_at: float | None = None
        self.speech: str | None = None
        """The id of the item that is being spoken; None while there is silence."""
        self.speech_started_at: float | None = None
        self.speech_stopped_at: float | None = None
        self.last_speech: Speech | None = None
        """The current stretch of speech, or the last one."""
        self.commits: deque[Commit] = deque(maxlen=_COMMITS_KEPT)
        """What was committed, oldest first; the latest hundred."""
        self.pending_commits: deque[Seen] = deque(maxlen=_COMMITS_KEPT)
        """The client's commits that the server has not answered."""
        self.timeout: Seen | None = None
        """The last `timeout_triggered`."""

    def append(self, seen: Seen, audio_format: AudioFormat) -> None:
        """The client appends audio."""
        length_ms = seen.audio_bytes / audio_format.bytes_per_ms
        self.appends += 1
        self.bytes_total += seen.audio_bytes
        self.appended_ms += length_ms
        self.uncommitted_ms += length_ms
        self.uncommitted_bytes += seen.audio_bytes
        self.last_append_at = seen.at
        if self.first_append_at is None:
            self.first_append_at = seen.at

    def clear(self) -> None:
        """The client or the server empties the buffer."""
        self.uncommitted_ms, self.uncommitted_bytes = 0.0, 0

    def receive_commit(self, seen: Seen) -> None:
        """The client commits: from now on the buffer is empty."""
        self.pending_commits.append(seen)
        self.clear()

    def refuse_commit(self, event_seq: int | None) -> None:
        """An `error` answers a commit."""
        for seen in self.pending_commits:
            if seen.seq == event_seq:
                self.pending_commits.remove(seen)
                return

    def start_speech(self, seen: Seen) -> None:
        """`speech_started`."""
        start = number_of(seen.fields.get("audio_start_ms"))
        self.last_speech = Speech(seen.item_id, seen.seq, seen.at, start)
        self.speech = seen.item_id
        self.speech_started_at = seen.at

    def stop_speech(self, seen: Seen) -> None:
        """`speech_stopped`."""
        self.speech = None
        self.speech_stopped_at = seen.at
        if self.last_speech is not None and self.last_speech.item_id == seen.item_id:
            self.last_speech.stopped_seq, self.last_speech.stopped_at = seen.seq, seen.at
            self.last_speech.audio_end_ms = number_of(seen.fields.get("audio_end_ms"))

    def receive_committed(self, seen: Seen) -> Commit:
        """`committed`: by the client's own commit if one waits, else by the server."""
        by: Literal["client", "vad", "idle_timeout"] = "vad"
        commit_seq = None
        if self.timeout is not None and self.timeout.item_id == seen.item_id:
            by = "idle_timeout"
        elif self.pending_commits:
            by, commit_seq = "client", self.pending_commits.popleft().seq
        commit = Commit(seen.seq, seen.at, seen.item_id, by, self.uncommitted_ms, commit_seq)
        self.commits.append(commit)
        if by != "client":
            self.clear()
        if self.last_speech is not None and self.last_speech.item_id == seen.item_id:
            self.last_speech.committed_seq, self.last_speech.committed_at = seen.seq, seen.at
        if self.speech == seen.item_id:
            self.speech = None
        return commit
