"""Everything a Realtime server can complain about, in its own words.

A `Fault` is the content of one `error` event and, where the server hangs up after it, the close code.
The functions are the errors, one each; who finds the fault is somebody else: `validation` for what
an event alone shows, the session for what depends on its state, the server for the handshake.

The wording follows what clients of OpenAI's server have reported, because apps match on it. Where no
report is known, it follows the pattern of the others.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ...recordings.event import Json

CLOSE_EXPIRED = 1001
CLOSE_UNAUTHENTICATED = 3000
CLOSE_REJECTED = 4000
"""The server checks key and model after the 101, so it refuses with an error and a close code."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with what a client did."""

    code: str | None
    message: str
    param: str | None = None
    """Path of the field at fault, such as `session.tools[0].name`."""
    type: str = "invalid_request_error"
    close_code: int | None = None
    """The server closes with this code right after the error; None when the session goes on."""

    def event(self, event_id: str, client_event_id: str | None = None) -> Json:
        """The `error` event; `client_event_id` is the `event_id` of the event at fault, if it had one."""
        return {
            "type": "error",
            "event_id": event_id,
            "error": {
                "type": self.type,
                "code": self.code,
                "message": self.message,
                "param": self.param,
                "event_id": client_event_id,
            },
        }

    def status_details(self) -> Json:
        """The `status_details` of a response that ended `failed` because of this."""
        error = {"type": self.type, "code": self.code, "message": self.message}
        return {"type": "failed", "error": error}

    @property
    def close_reason(self) -> str:
        """The close frame's reason: `type.code`, but for a session too old the message itself."""
        if self.close_code == CLOSE_EXPIRED:
            return self.message
        return self.type if self.code is None else f"{self.type}.{self.code}"


# The message as such.


def invalid_json() -> Fault:
    """A text message that is not JSON."""
    return Fault("invalid_json", "Invalid event: failed to parse JSON value.")


def binary_frame() -> Fault:
    """A binary WebSocket message."""
    message = "Expected a text WebSocket message; binary frames are not supported."
    return Fault("invalid_event", message)


def not_an_object(got: str) -> Fault:
    """JSON, but not an object; `got` is what it is, such as "an array"."""
    return Fault("invalid_type", f"Invalid event: expected an object, but got {got} instead.")


# Fields.


def unknown_parameter(path: str) -> Fault:
    """A field that the protocol does not have at this place."""
    return Fault("unknown_parameter", f"Unknown parameter: '{path}'.", path)


def missing_required_parameter(path: str) -> Fault:
    """A field that must be there is not."""
    message = f"Missing required parameter: '{path}'."
    return Fault("missing_required_parameter", message, path)


def invalid_type(path: str, expected: str, got: str) -> Fault:
    """A value of the wrong JSON type; both in words, such as "a string" and "an object"."""
    message = f"Invalid type for '{path}': expected {expected}, but got {got} instead."
    return Fault("invalid_type", message, path)


def unsupported_value(path: str, value: str, supported: Iterable[str]) -> Fault:
    """A word that is not in the list; also an event type that the server does not know."""
    message = f"Invalid value: '{value}'. Supported values are: {listed(supported)}."
    return Fault("invalid_value", message, path)


def unsupported_modalities(
    path: str, modalities: list[str], combinations: Iterable[tuple[str, ...]]
) -> Fault:
    """A combination of modalities that is not offered."""
    offered = " and ".join(str(list(combination)) for combination in combinations)
    message = f"Invalid modalities: {modalities}. Supported combinations are: {offered}."
    return Fault("invalid_value", message, path)


def pattern_mismatch(path: str, pattern: str) -> Fault:
    """A string with characters or a shape that is not allowed, as in a tool's name or a `call_id`."""
    message = (
        f"Invalid '{path}': string does not match pattern. "
        f"Expected a string that matches the pattern '{pattern}'."
    )
    return Fault("invalid_value", message, path)


def empty_string(path: str) -> Fault:
    """A string that must not be empty is."""
    message = (
        f"Invalid '{path}': empty string. "
        "Expected a string with minimum length 1, but got an empty string instead."
    )
    return Fault("empty_string", message, path)


def string_above_max_length(path: str, longest: int, length: int) -> Fault:
    """A string longer than allowed, in characters."""
    message = (
        f"Invalid '{path}': string too long. Expected a string with maximum length {longest}, "
        f"but got a string with length {length} instead."
    )
    return Fault("string_above_max_length", message, path)


def array_above_max_length(path: str, longest: int, length: int) -> Fault:
    """A list with more entries than allowed."""
    message = (
        f"Invalid '{path}': array too long. Expected an array with maximum length {longest}, "
        f"but got an array with length {length} instead."
    )
    return Fault("array_above_max_length", message, path)


def object_above_max_properties(path: str, most: int, count: int) -> Fault:
    """An object with more keys than allowed: `metadata` has room for 16."""
    message = (
        f"Invalid '{path}': too many properties. Expected an object with at most {most} "
        f"properties, but got an object with {count} properties instead."
    )
    return Fault("object_above_max_properties", message, path)


def below_min_value(path: str, smallest: float, value: float, *, kind: str = "integer") -> Fault:
    """A number under its range: a PCM rate below 24000 gets this. `kind` is integer or decimal."""
    message = (
        f"Invalid '{path}': {kind} below minimum value. "
        f"Expected a value >= {smallest}, but got {value} instead."
    )
    return Fault(f"{kind}_below_min_value", message, path)


def above_max_value(path: str, largest: float, value: float, *, kind: str = "integer") -> Fault:
    """A number over its range. `kind` is integer or decimal."""
    message = (
        f"Invalid '{path}': {kind} above maximum value. "
        f"Expected a value <= {largest}, but got {value} instead."
    )
    return Fault(f"{kind}_above_max_value", message, path)


def invalid_audio(path: str) -> Fault:
    """Audio that is not base64, or no whole samples."""
    message = f"Invalid '{path}'. Expected base64-encoded audio bytes (mono PCM16 at 24kHz)."
    return Fault("invalid_value", message, path)


def translation_event(type: str) -> Fault:  # noqa: A002 -- the protocol's word
    """An event of translation sessions, which the server lists, sent to another kind of session."""
    message = f"Event type '{type}' is only supported in translation sessions."
    return Fault("invalid_value", message, "type")


# What depends on the session's state.


def commit_empty(buffered_ms: float) -> Fault:
    """`input_audio_buffer.commit` with less than 100 ms in the buffer."""
    message = (
        "Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, "
        f"but buffer only has {buffered_ms:.2f}ms of audio."
    )
    return Fault("input_audio_buffer_commit_empty", message)


def active_response(response_id: str) -> Fault:
    """`response.create` for the default conversation while a response of it runs."""
    message = (
        f"Conversation already has an active response in progress: {response_id}. "
        "Wait until the response is finished before creating a new one."
    )
    return Fault("conversation_already_has_active_response", message)


def response_cancel_not_active() -> Fault:
    """`response.cancel` when there is nothing to cancel: harmless."""
    message = "Cancellation failed: no active response found"
    return Fault("response_cancel_not_active", message)


def invalid_tool_call_id(call_id: str) -> Fault:
    """A `function_call_output` for a call that the conversation does not have."""
    message = f"Tool call ID '{call_id}' not found in conversation."
    return Fault("invalid_tool_call_id", message)


def duplicate_item_id(item_id: str) -> Fault:
    """`conversation.item.create` with an id that is taken."""
    message = f"Error adding item: an item with id '{item_id}' already exists."
    return Fault("item_create_duplicate_item_id", message)


def unknown_previous_item(item_id: str) -> Fault:
    """`conversation.item.create` behind an item that does not exist. The code is not verified."""
    message = f"Error adding item: the previous item with id '{item_id}' does not exist."
    return Fault("item_create_invalid_previous_item_id", message)


def unknown_item_to_truncate(item_id: str) -> Fault:
    """`conversation.item.truncate` of an unknown item."""
    message = f"Error truncating item: the item with id '{item_id}' does not exist."
    return Fault("item_truncate_invalid_item_id", message)


def unknown_item_to_delete(item_id: str) -> Fault:
    """`conversation.item.delete` of an unknown item."""
    message = f"Error deleting item: the item with id '{item_id}' does not exist."
    return Fault("item_delete_invalid_item_id", message)


def unknown_item_to_retrieve(item_id: str) -> Fault:
    """`conversation.item.retrieve` of an unknown item."""
    message = f"Error retrieving item: the item with id '{item_id}' does not exist."
    return Fault("item_retrieve_invalid_item_id", message)


def unknown_item_reference(path: str, item_id: str) -> Fault:
    """An `item_reference` in `response.input` to an unknown item. The code is not verified."""
    return Fault("invalid_value", f"Item with id '{item_id}' not found.", path)


def truncate_beyond_audio(audio_ms: int, audio_end_ms: int) -> Fault:
    """`conversation.item.truncate` behind the end of the item's audio."""
    message = f"Audio content of {audio_ms}ms is already shorter than {audio_end_ms}ms"
    return Fault("invalid_value", message, "audio_end_ms")


def truncate_unsupported() -> Fault:
    """`conversation.item.truncate` of anything but assistant audio, or at 0 ms."""
    message = "Only model output audio messages can be truncated"
    return Fault("unsupported_content_type", message)


def cannot_update_voice() -> Fault:
    """Another voice after the assistant's first audio."""
    message = "Cannot update a conversation's voice if assistant audio is present."
    return Fault("cannot_update_voice", message)


def cannot_update_model() -> Fault:
    """`session.update` with another model than the connection's. The code is not verified."""
    message = "Cannot update the model of a session that has started."
    return Fault("cannot_update_model", message, "session.model")


def session_type_mismatch(current: str, requested: str) -> Fault:
    """`session.update` with the other session type: the connection's query has settled it."""
    message = f"Passing a {requested} session update event to a {current} session is not allowed."
    return Fault("invalid_parameter", message)


def turn_detection_unsupported() -> Fault:
    """Turn detection in a transcription session whose model leaves the commits to the client.

    `gpt-realtime-whisper` and `gpt-live-transcribe` do; as the transcriber of a realtime session
    they go with turn detection.
    """
    message = "Turn detection is not supported for this transcription model."
    return Fault("invalid_value", message, "session.audio.input.turn_detection")


def session_expired(minutes: int) -> Fault:
    """The session has lived its time; the server closes with the same text."""
    message = f"Your session hit the maximum duration of {minutes} minutes."
    return Fault("session_expired", message, close_code=CLOSE_EXPIRED)


# The handshake, refused after the 101.


def invalid_api_key(key: str) -> Fault:
    """A key that is not valid. The message shows no more of it than its first three characters."""
    message = (
        f"Incorrect API key provided: {key[:3] if len(key) > 8 else ''}***. You can find your API "
        "key at https://platform.openai.com/account/api-keys."
    )
    return Fault("invalid_api_key", message, close_code=CLOSE_UNAUTHENTICATED)


def missing_api_key() -> Fault:
    """No key in any of the places for it."""
    message = "Missing bearer or basic authentication in header"
    return Fault(None, message, close_code=CLOSE_UNAUTHENTICATED)


def missing_model() -> Fault:
    """No `model` in the query."""
    message = (
        "You must provide a model parameter, for example "
        "wss://api.openai.com/v1/realtime?model=gpt-realtime"
    )
    return Fault("missing_model", message, close_code=CLOSE_REJECTED)


def invalid_model(model: str) -> Fault:
    """A `model` that is no realtime model."""
    message = (
        f'Model "{model}" is not supported in realtime mode. Supported models are listed at '
        "https://platform.openai.com/docs/models."
    )
    return Fault("invalid_model", message, close_code=CLOSE_REJECTED)


def model_in_transcription_query() -> Fault:
    """`intent=transcription` together with a `model`, which belongs into `session.update`."""
    message = "You must not provide a model parameter for transcription sessions."
    return Fault("invalid_model", message, close_code=CLOSE_REJECTED)


def beta_api_shape_disabled() -> Fault:
    """`OpenAI-Beta: realtime=v1`, or the subprotocol of that name, on a GA server."""
    message = (
        "The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API."
    )
    return Fault("beta_api_shape_disabled", message, close_code=CLOSE_REJECTED)


# Calls, refused by HTTP.


def unknown_call() -> Fault:
    """A `call_id` that is no call, one that has ended, or one that nobody has accepted yet."""
    return Fault("call_id_not_found", "No session found for the provided call_id")


def invalid_offer() -> Fault:
    """What was sent is no SDP offer. The wording is not verified."""
    return Fault("invalid_offer", "The body is not a valid SDP offer.", "sdp")


def invalid_form() -> Fault:
    """Neither SDP nor a form with it. The wording is not verified."""
    message = "Expected an SDP offer as application/sdp, or as the part 'sdp' of a multipart form."
    return Fault("invalid_content_type", message)


def not_ringing() -> Fault:
    """`accept` or `reject` of a call that was answered before. The code is not verified."""
    return Fault("call_already_accepted", "The call has been accepted already.")


# Responses that end `failed`.

_RESPONSE_FAILURES = {
    fault.code: fault
    for fault in (
        Fault(
            "rate_limit_exceeded",
            "Rate limit reached on tokens per min. Please try again later.",
        ),
        Fault(
            "inference_rate_limit_exceeded",
            "The inference rate limit of this deployment is exceeded. Please try again later.",
        ),
        Fault(
            "insufficient_quota",
            "You exceeded your current quota, please check your plan and billing details. For "
            "more information on this error, read the docs: "
            "https://platform.openai.com/docs/guides/error-codes/api-errors.",
            type="insufficient_quota",
        ),
        Fault("credit_balance_exhausted", "Your credit balance is exhausted."),
        Fault("account_deactivated", "The account associated with this key is deactivated."),
        Fault("billing_hard_limit_reached", "Billing hard limit has been reached."),
        Fault(
            "server_error",
            "The server had an error while processing your request. Sorry about that!",
            type="server_error",
        ),
    )
}

RESPONSE_FAILURE_CODES = tuple(code for code in _RESPONSE_FAILURES if code is not None)
"""Codes seen inside the `status_details` of failed responses."""


def response_failure(code: str) -> Fault:
    """Why a response failed: one of RESPONSE_FAILURE_CODES, or any other code as a server error."""
    known = _RESPONSE_FAILURES.get(code)
    return known or Fault(code, f"The response failed: {code}.", type="server_error")


def listed(values: Iterable[str]) -> str:
    """Values as the server lists them: `'a', 'b', and 'c'`."""
    quoted = [f"'{value}'" for value in values]
    if len(quoted) < 3:
        return " and ".join(quoted)
    return f"{', '.join(quoted[:-1])}, and {quoted[-1]}"
