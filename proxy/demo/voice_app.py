"""A small voice app, written the way the protocol wants it.

It holds a text turn, a spoken turn, a function call, two parallel calls and an interruption. Each
step that apps get wrong is a method of its own; `blunders` overrides them.
"""

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from ..voice import synthesise_voice
from .connection import Connection, Json
from .loudspeaker import BYTES_PER_MS, Loudspeaker
from .mistakes import Turn

APPEND_MS = 100
APPEND_BYTES = APPEND_MS * BYTES_PER_MS
"""A piece of microphone audio."""

SILENCE_S = 0.9
"""What the microphone hears after the user stopped: longer than `silence_duration_ms`."""
HEARD_BEFORE_INTERRUPTION_S = 1.2

AUDIO_FORMAT = {"type": "audio/pcm", "rate": 24000}

TOOLS = [
    {
        "type": "function",
        "name": "get_weather",
        "description": "The weather in a city right now.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
    {
        "type": "function",
        "name": "get_time",
        "description": "The local time in a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
]


@dataclass(slots=True)
class Outcome:
    """How a conversation ended, as far as the app can tell."""

    is_complete: bool = False
    """False when the app gave up waiting."""
    ended_with: str = ""
    """Why it gave up, in words."""
    errors: list[str] = field(default_factory=list)
    """The codes of the error events that came; the app itself goes on in spite of them."""


type Report = Callable[[str], None]
"""Told what the app is about to do, in a sentence for people."""


class VoiceApp:
    """A correct app. `connection` is set when it is open."""

    connection: Connection

    def __init__(self, report: Report, speed: float) -> None:
        self.report = report
        self.outcome = Outcome()
        self._speed = speed
        self._loudspeaker = Loudspeaker()

    async def hold_conversation(self) -> None:
        """Configure the session and take all turns."""
        await self.configure()
        for turn in Turn:
            await self.take(turn)

    async def take(self, turn: Turn) -> None:
        """Take one turn."""
        match turn:
            case Turn.TEXT:
                await self.text_turn("Hello! What can you do for me?")
            case Turn.SPOKEN:
                await self.spoken_turn(1.4)
            case Turn.CALL:
                await self.call_turn("What is the weather in Paris?")
            case Turn.PARALLEL_CALLS:
                await self.parallel_calls_turn("What are the weather and the time in Rome?")
            case Turn.INTERRUPTION:
                await self.interruption_turn("Tell me a long story about a lighthouse.")

    # What the app does whenever it hears something.

    async def react(self, event: Json) -> None:
        """Play audio as it comes, and stop at once when the user begins to speak."""
        match event["type"]:
            case "response.output_audio.delta":
                self._loudspeaker.play(
                    event["item_id"], event["content_index"], event["delta"], at=self._clock()
                )
            case "input_audio_buffer.speech_started":
                await self.fall_silent()
            case "error":
                self.outcome.errors.append(event["error"].get("code") or event["error"]["type"])

    async def fall_silent(self) -> None:
        """Stop playing, and tell the server how much the user has heard.

        Over a WebSocket the server cannot know: without this it believes that all was heard.
        """
        heard = self._loudspeaker.stop(self._clock())
        if heard is None or heard.played_ms == 0:
            return
        await self.connection.send(
            "conversation.item.truncate",
            item_id=heard.item_id,
            content_index=heard.content_index,
            audio_end_ms=heard.played_ms,
        )

    # The session.

    async def configure(self) -> None:
        """Wait for the session, say what this app wants, and wait until it is in force."""
        await self.connection.hear("session.created", since=0)
        start = self.connection.now
        await self.connection.send("session.update", session=self.session_fields())
        await self.connection.hear("session.updated", since=start)

    def session_fields(self) -> Json:
        """The session in the GA dialect."""
        return {
            "type": "realtime",
            "instructions": "You are a friendly guide. Answer in one or two short sentences.",
            "output_modalities": ["audio"],
            "audio": {
                "input": {
                    "format": AUDIO_FORMAT,
                    "transcription": {"model": "gpt-4o-mini-transcribe"},
                    "turn_detection": {"type": "server_vad", "silence_duration_ms": 500},
                },
                "output": {"format": AUDIO_FORMAT, "voice": "marin"},
            },
            "tools": TOOLS,
            "tool_choice": "auto",
        }

    # Turns.

    async def text_turn(self, text: str) -> None:
        """The user types and reads."""
        self.report(f"text turn: the user types “{text}”")
        start = self.connection.now
        await self.say_in_text(text)
        await self.connection.send("response.create", response={"output_modalities": ["text"]})
        await self.connection.hear("response.done", since=start)

    async def spoken_turn(self, voice_s: float) -> None:
        """The user speaks; the server's VAD notices the end and answers by itself."""
        self.report(f"spoken turn: the user speaks for {voice_s:g} s")
        start = self.connection.now
        await self.speak(voice_s)
        await self.hear_answer_to_speech(start)

    async def call_turn(self, text: str) -> None:
        """The user asks something for which the model needs a function of the app."""
        self.report(f"function call: the user types “{text}”")
        start = self.connection.now
        await self.say_in_text(text)
        await self.connection.send("response.create")
        await self.answer_call(start)

    async def parallel_calls_turn(self, text: str) -> None:
        """The user asks for two things at once: one response with two calls."""
        self.report(f"two calls in one response: the user types “{text}”")
        start = self.connection.now
        await self.say_in_text(text)
        await self.connection.send("response.create")
        await self.connection.hear("response.done", since=start)
        calls = self.connection.heard("response.function_call_arguments.done", since=start)
        await self.answer_parallel_calls(calls)

    async def interruption_turn(self, text: str) -> None:
        """The user asks for a long answer and speaks into it."""
        self.report(f"interruption: the user types “{text}” and speaks into the answer")
        start = self.connection.now
        await self.say_in_text(text)
        await self.connection.send("response.create")
        await self.connection.hear("response.output_audio.delta", since=start)
        await self._sleep(HEARD_BEFORE_INTERRUPTION_S)
        await self.speak(1.0)
        await self.answer_to_interruption(start)

    # Steps that apps get wrong.

    async def answer_call(self, start: int) -> None:
        """Return a call's output, then ask for the answer: the server does not go on by itself."""
        call = await self.connection.hear("response.function_call_arguments.done", since=start)
        await self.send_output(call)
        # The output may go while the calling response is active; response.create may not.
        await self.connection.hear("response.done", since=start)
        await self.ask_for_answer()

    async def answer_parallel_calls(self, calls: list[Json]) -> None:
        """Return all outputs of a finished response, then ask once."""
        for call in calls:
            await self.send_output(call)
        await self.ask_for_answer()

    async def answer_to_interruption(self, start: int) -> None:
        """The rest of the old answer was cut; the new one belongs to what the user said into it."""
        await self.connection.hear("conversation.item.truncated", since=start)
        await self.hear_answer_to_speech(start)

    async def send_output(self, call: Json, **different: object) -> None:
        """Run the function and return its result, in the place right after its call."""
        item = {
            "type": "function_call_output",
            "call_id": call["call_id"],
            "output": json.dumps(self.run_function(call)),
            **different,
        }
        await self.connection.send(
            "conversation.item.create", previous_item_id=call["item_id"], item=item
        )

    async def ask_for_answer(self) -> None:
        """Ask for a response, and listen to it."""
        start = self.connection.now
        await self.connection.send("response.create")
        await self.connection.hear("response.done", since=start)
        await self.listen_to_the_end()

    # What everything is made of.

    def run_function(self, call: Json) -> Json:
        """The app's own functions: this guide looks nothing up."""
        city = json.loads(call["arguments"])["city"]
        if call["name"] == "get_time":
            return {"city": city, "time": "14:05"}
        return {"city": city, "sky": "sunny", "celsius": 21}

    async def say_in_text(self, text: str) -> None:
        """Put what the user typed into the conversation."""
        await self.connection.send(
            "conversation.item.create",
            item={
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": text}],
            },
        )

    async def speak(self, voice_s: float) -> None:
        """Send the microphone's audio in real time: a voice, then the silence after it."""
        pcm = synthesise_voice(voice_s) + bytes(int(SILENCE_S * 1000) * BYTES_PER_MS)
        for offset in range(0, len(pcm), APPEND_BYTES):
            await self.send_audio(pcm[offset : offset + APPEND_BYTES])
            await self._sleep(APPEND_MS / 1000)

    async def send_audio(self, pcm: bytes) -> None:
        """Send one piece of audio."""
        audio = base64.b64encode(pcm).decode()
        await self.connection.send("input_audio_buffer.append", audio=audio)

    async def hear_answer_to_speech(self, start: int) -> None:
        """Wait for what the server answers by itself once it has committed what it heard."""
        committed = await self.connection.hear("input_audio_buffer.committed", since=start)
        await self.connection.hear("response.done", since=self.connection.after(committed))
        await self.listen_to_the_end()

    async def listen_to_the_end(self) -> None:
        """Let the loudspeaker finish: a user who speaks now would interrupt."""
        await self._sleep(self._loudspeaker.left_s(self._clock()))

    def _clock(self) -> float:
        """Seconds, of the time in which the user speaks and listens."""
        return asyncio.get_running_loop().time() * self._speed

    async def _sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)
