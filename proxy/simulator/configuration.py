"""The effective session: what is in force, and how an update changes it.

An update is merged field by field and taken as a whole or not at all. The shape is the GA one; the
beta spelling is translated at the edge. Checks of types and ranges were made before
(`validation`); here are those that need to know what is in force.
"""

import copy
from typing import Any

from ...recordings.event import Json
from . import defaults, faults
from .faults import Fault
from .formats import AudioFormat


class Configuration:
    """The settings of one session."""

    def __init__(self, session: Json) -> None:
        self._session = session
        self.temperature = 0.8
        """Only the beta dialect has it; nothing here gets warmer."""

    def wire(self) -> Json:
        """The full session object of `session.created` and `session.updated`."""
        return copy.deepcopy(self._session)

    def update(
        self, fields: Json, *, has_assistant_audio: bool, is_responding: bool, has_items: bool
    ) -> Fault | None:
        """Merge a `session.update`; a fault leaves everything as it was.

        Args:
            fields: The `session` of the event, in GA spelling.
            has_assistant_audio: The assistant has spoken, which fixes the voice.
            is_responding: A response is active, which fixes the speed.
            has_items: The conversation has begun, which fixes the session's type.
        """
        fault = self._check_type(fields, has_items=has_items)
        if fault is not None:
            return fault
        updated = self._converted(fields)
        _merge(updated, fields, str(updated.get("model", "")))
        fault = _check_fixed(
            self._session, updated, voice=has_assistant_audio, speed=is_responding
        ) or check_tool_choice(updated, "session")
        if fault is None:
            self._session = updated
            self.temperature = fields.get("temperature") or self.temperature
        return fault

    def _check_type(self, fields: Json, *, has_items: bool) -> Fault | None:
        """A session can become a transcription session before it has talked; never the reverse."""
        old = self._session["type"]
        new = fields.get("type", old)
        if new == old or (new == "transcription" and not has_items):
            return None
        return faults.session_type_mismatch(str(old), str(new))

    def _converted(self, fields: Json) -> Json:
        if fields.get("type") != "transcription" or self.is_transcription:
            return self.wire()
        session = defaults.transcription_session(
            session_id=self._session["id"], expires_at=self._session["expires_at"]
        )
        session["audio"]["input"] = self.wire()["audio"]["input"]
        return session

    # What the rest of the simulator asks.

    @property
    def is_transcription(self) -> bool:
        """The session only writes down what it hears."""
        return bool(self._session["type"] == "transcription")

    @property
    def model(self) -> str:
        """The model's name; empty in a transcription session."""
        return str(self._session.get("model", ""))

    @property
    def instructions(self) -> str:
        """The prompt in force."""
        return self._session.get("instructions") or ""

    @property
    def tools(self) -> list[Json]:
        """The declared tools."""
        tools: list[Json] = self._session.get("tools") or []
        return tools

    @property
    def tool_choice(self) -> str | Json:
        """`auto`, `none`, `required` or a named tool."""
        choice: str | Json = self._session.get("tool_choice", "none")
        return choice

    @property
    def turn_detection(self) -> Json | None:
        """Settings of the voice activity detection; None for push-to-talk."""
        detection: Json | None = self._session["audio"]["input"]["turn_detection"]
        return detection

    @property
    def transcription(self) -> Json | None:
        """Settings of the input transcription; None when it is off."""
        transcription: Json | None = self._session["audio"]["input"]["transcription"]
        return transcription

    @property
    def includes_logprobs(self) -> bool:
        """Whether transcription events tell how sure they are."""
        return "item.input_audio_transcription.logprobs" in (self._session["include"] or ())

    @property
    def input_format(self) -> AudioFormat:
        """How the client's audio is encoded."""
        return AudioFormat.of(self._session["audio"]["input"]["format"])


def check_tool_choice(settings: Json, path: str) -> Fault | None:
    """A forced tool must be declared."""
    choice = settings.get("tool_choice")
    if not isinstance(choice, dict) or choice.get("type") != "function":
        return None
    names = [tool.get("name") for tool in settings.get("tools") or ()]
    if choice.get("name") in names:
        return None
    return Fault(
        code="invalid_value",
        message=f"Tool choice '{choice.get('name')}' not found in '{path}.tools'.",
        param=f"{path}.tool_choice",
    )


def _check_fixed(old: Json, new: Json, *, voice: bool, speed: bool) -> Fault | None:
    """What an update may not change."""
    if new.get("model") != old.get("model") and "model" in old and "model" in new:
        return faults.cannot_update_model()
    if new["type"] == "transcription":
        return None
    old_output, new_output = old["audio"]["output"], new["audio"]["output"]
    if voice and new_output["voice"] != old_output["voice"]:
        return faults.cannot_update_voice()
    if speed and new_output["speed"] != old_output["speed"]:
        return Fault(
            code="invalid_value",
            message="Cannot update a session's speed while a response is in progress.",
            param="session.audio.output.speed",
        )
    if old["tracing"] is not None and new["tracing"] != old["tracing"]:
        return Fault(
            code="invalid_value",
            message="Cannot update a session's tracing configuration once it has been set.",
            param="session.tracing",
        )
    return None


def _merge(session: Json, fields: Json, model: str) -> None:
    for name, value in fields.items():
        if name == "audio":
            _merge_audio(session["audio"], value or {}, model)
        elif name in session and name not in ("id", "object", "expires_at"):
            session[name] = _top_level(name, value)


def _top_level(name: str, value: Any) -> Any:
    match name:
        case "instructions":
            return value or defaults.INSTRUCTIONS
        case "tools":
            return [_tool(tool) for tool in value or ()]
        case "tool_choice":
            return "auto" if value is None else value
        case "max_output_tokens":
            return "inf" if value is None else value
        case _:
            return copy.deepcopy(value)


def _tool(tool: Json) -> Json:
    """A tool with its keys in the order in which the server gives them back."""
    order = ("type", "name", "description", "parameters")
    known = {key: tool[key] for key in order if key in tool}
    return copy.deepcopy(known | {key: value for key, value in tool.items() if key not in known})


def _merge_audio(audio: Json, fields: Json, model: str) -> None:
    for side in ("input", "output"):
        for name, value in (fields.get(side) or {}).items():
            if side in audio:
                audio[side][name] = _audio_field(audio[side], name, value, model)


def _audio_field(side: Json, name: str, value: Any, model: str) -> Any:
    if value is None:
        return None
    match name:
        case "format":
            return format_with_rate(value)
        case "transcription":
            return defaults.transcription() | value
        case "turn_detection":
            return _turn_detection(side["turn_detection"], value, model)
        case "speed":
            return float(value)
        case _:
            return copy.deepcopy(value)


def format_with_rate(format_: Json) -> Json:
    """An audio format as the server gives it back."""
    return defaults.pcm() if format_["type"] == "audio/pcm" else {"type": format_["type"]}


def _turn_detection(current: Json | None, fields: Json, model: str) -> Json:
    type_ = fields.get("type", "server_vad" if current is None else current["type"])
    if current is None or current["type"] != type_:
        is_semantic = type_ == "semantic_vad"
        current = defaults.semantic_vad() if is_semantic else defaults.server_vad(model)
    return current | fields
