"""The classic mistakes of Realtime apps that the demo app can commit, one at a time."""

from enum import StrEnum
from typing import Self


class Turn(StrEnum):
    """The turns of the demo's conversation, in their order."""

    TEXT = "text"
    SPOKEN = "spoken"
    CALL = "call"
    PARALLEL_CALLS = "parallel-calls"
    INTERRUPTION = "interruption"


class Mistake(StrEnum):
    """A classic mistake. Its value is the name that `realtap demo --mistake` takes."""

    turn: Turn | None
    """The turn in which it is committed; None when it comes before the first."""
    does: str
    """What the app does, as the rest of a sentence that begins with "the app"."""
    shows: str
    """How it shows in the events."""
    remedy: str
    """What a correct app does, as an order."""

    def __new__(cls, value: str, turn: Turn | None, does: str, shows: str, remedy: str) -> Self:
        """A member with its sentences."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.turn = turn
        member.does = does
        member.shows = shows
        member.remedy = remedy
        return member

    NO_RESPONSE_CREATE = (
        "no-response-create",
        Turn.CALL,
        "returns the function's output and waits for the answer, which never comes",
        "silence: no response.created follows the function_call_output",
        "send response.create after the output: the server does not go on by itself",
    )
    RESPONSE_CREATE_TOO_EARLY = (
        "response-create-too-early",
        Turn.CALL,
        "sends response.create when it has the arguments: the calling response is still active",
        "the error conversation_already_has_active_response, and then silence",
        "wait for response.done before response.create; the output itself may go earlier",
    )
    TWO_RESPONSE_CREATES = (
        "two-response-creates",
        Turn.PARALLEL_CALLS,
        "sends one response.create for each of two parallel calls",
        "the error conversation_already_has_active_response for the second one",
        "send all the outputs first, then one response.create",
    )
    ONE_OUTPUT_OF_TWO = (
        "one-output-of-two",
        Turn.PARALLEL_CALLS,
        "returns only the first of two outputs, and asks for the answer",
        "no error: the model answers without the second result",
        "send an output for every call of the response before response.create",
    )
    CALL_NEVER_ANSWERED = (
        "call-never-answered",
        Turn.CALL,
        "does not notice the function call: it waits for text or audio",
        "silence after a response.done whose output is a function_call",
        "look for calls in the output of response.done, and send a function_call_output for each",
    )
    UNKNOWN_CALL_ID = (
        "unknown-call-id",
        Turn.CALL,
        "returns the output under a call_id that it made up",
        "the error invalid_tool_call_id; the model never gets the output, and calls again",
        "copy call_id from response.function_call_arguments.done",
    )
    ITEM_ID_AS_CALL_ID = (
        "item-id-as-call-id",
        Turn.CALL,
        "returns the output under the id of the item instead of its call_id",
        "the error invalid_tool_call_id, with an item_… in its message",
        "use call_id (call_…), not item_id (item_…)",
    )
    OUTPUT_NOT_A_STRING = (
        "output-not-a-string",
        Turn.CALL,
        "returns the output as a JSON object",
        "an error that names item.output; the model never gets the output, and calls again",
        "make output a string: json.dumps(result)",
    )
    SECOND_OUTPUT = (
        "second-output",
        Turn.CALL,
        "returns the same output twice",
        "no error: two items with one call_id, and the model reads both",
        "send one function_call_output for each call_id",
    )
    BETA_FIELDS = (
        "beta-fields",
        None,
        "sends a session.update with the field names of the old beta API",
        "an error; the whole update is dropped, so the session has no instructions and no tools",
        "use the GA names: session.type, output_modalities, audio.input, audio.output",
    )
    COMMIT_UNDER_VAD = (
        "commit-under-vad",
        Turn.SPOKEN,
        "commits the audio buffer by hand although the server's VAD has just committed it",
        "a second input_audio_buffer.committed: a user turn that holds nothing but silence",
        "leave input_audio_buffer.commit out while turn_detection is on",
    )
    BINARY_AUDIO = (
        "binary-audio",
        Turn.SPOKEN,
        "sends the microphone's audio as binary frames",
        "the error invalid_event for each frame, and no speech_started",
        "send text frames: input_audio_buffer.append with the audio as base64",
    )
    NO_TRUNCATE = (
        "no-truncate",
        Turn.INTERRUPTION,
        "stops its loudspeaker when it is interrupted, and does not tell the server what was heard",
        "no error: the model believes that the user heard all that it sent",
        "send conversation.item.truncate with the milliseconds that were played",
    )
