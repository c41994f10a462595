"""Models that OpenAI will shut down, with the day and what replaces them.

From OpenAI's deprecations page, as it was in October 2026. `GET /v1/models` tells the same in
`shutdown_date`. A model that is not here is not known to end.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Retirement:
    """The end of a model."""

    on: date
    replacement: str


_REALTIME_ENDS = date(2027, 1, 20)
_TRANSCRIPTION_ENDS = date(2027, 2, 26)
_REALTIME = Retirement(_REALTIME_ENDS, "gpt-realtime-2.1")
_REALTIME_MINI = Retirement(_REALTIME_ENDS, "gpt-realtime-2.1-mini")
_TRANSCRIPTION = Retirement(_TRANSCRIPTION_ENDS, "gpt-live-transcribe or gpt-transcribe")

_RETIREMENTS = {
    "gpt-realtime": _REALTIME,
    "gpt-realtime-2025-08-28": _REALTIME,
    "gpt-realtime-mini": _REALTIME_MINI,
    "gpt-realtime-mini-2025-12-15": _REALTIME_MINI,
    "whisper-1": _TRANSCRIPTION,
    "gpt-4o-transcribe": _TRANSCRIPTION,
    "gpt-4o-mini-transcribe": _TRANSCRIPTION,
    "gpt-4o-transcribe-diarize": _TRANSCRIPTION,
}


def retirement_of(model: str) -> Retirement | None:
    """When the model of this exact name ends; None when that is not known."""
    return _RETIREMENTS.get(model)
