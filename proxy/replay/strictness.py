"""What a real server refuses, also when it only plays a recording.

An app that sends `response.create` too early, answers a call that does not exist, or commits nothing
gets the error of the real server, in the words of the simulated one.
"""

from ...recordings.conversation import Conversation, Seen
from ...recordings.event import Header
from ...recordings.plain import object_of, text_of
from ...recordings.replay.script import FromClient, Script, seen_of
from ..simulator import faults
from ..simulator.faults import Fault

MIN_COMMIT_MS = 100
"""Less audio than this is no turn (protocol: `input_audio_buffer_commit_empty`)."""


class Strictness:
    """Knows what has been said in the live session so far.

    Args:
        header: The recording's; it tells the server's profile.
    """

    def __init__(self, header: Header) -> None:
        self._conversation = Conversation(header)
        self._count = 0

    def receive(self, seen: Seen) -> None:
        """Something was said, and nobody refused it."""
        self._count += 1
        seen.seq = self._count
        self._conversation.receive(seen)

    @property
    def is_calling(self) -> bool:
        """Whether a response is active that has made a function call."""
        return any(response.calls for response in self._conversation.responses.active)

    def fault(self, seen: Seen) -> Fault | None:
        """What the real server would say to a client's event, if it would complain."""
        match seen.kind:
            case "response.create":
                return self._active_response(seen)
            case "conversation.item.create":
                return self._unknown_call(seen)
            case "input_audio_buffer.commit":
                buffered_ms = self._conversation.input_audio.uncommitted_ms
                return faults.commit_empty(buffered_ms) if buffered_ms < MIN_COMMIT_MS else None
        return None

    def _active_response(self, seen: Seen) -> Fault | None:
        wanted = object_of(seen.fields.get("response"))
        active = self._conversation.responses.active
        if wanted.get("conversation") == "none" or not active:
            return None
        return faults.active_response(active[0].id)

    def _unknown_call(self, seen: Seen) -> Fault | None:
        item = object_of(seen.fields.get("item"))
        call_id = text_of(item.get("call_id"))
        is_output = item.get("type") == "function_call_output"
        if not is_output or self._conversation.calls.get(call_id) is not None:
            return None
        return faults.invalid_tool_call_id(call_id)


def recorded_mistakes(script: Script) -> frozenset[int]:
    """The steps that the real server may have refused when they were recorded.

    Its answer is in the recording: an app that makes the same mistake gets it again.
    """
    strictness = Strictness(script.header)
    mistakes = []
    for index, step in enumerate(script.steps):
        seen = seen_of(step, step.payload, step.at)
        if isinstance(step, FromClient) and strictness.fault(seen) is not None:
            mistakes.append(index)
        strictness.receive(seen)
    return frozenset(mistakes)
