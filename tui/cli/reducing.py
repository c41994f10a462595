"""Reads a whole recording into the conversation that it is."""

from pathlib import Path

from ...recordings.conversation import Conversation
from ...recordings.reader import Recording
from . import talk


def conversation_of(path: Path) -> Conversation:
    """The conversation of a recording with all its items, responses and calls.

    Raises:
        RecordingError: As `Recording`.
    """
    recording = Recording(path)
    conversation = Conversation(recording.header, keep=None)
    with talk.Progress("events read") as progress:
        for entry in recording.entries():
            conversation.receive(entry)
            progress.advance()
    for warning in recording.warnings:
        talk.complain(f"{path.name}: {warning}")
    return conversation
