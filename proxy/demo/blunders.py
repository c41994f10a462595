"""The same app with one classic mistake, made at the place where apps make it."""

import secrets

from .connection import Json
from .mistakes import Mistake, Turn
from .voice_app import Report, VoiceApp


class BlunderingApp(VoiceApp):
    """Commits one mistake, waits for what never comes, and ends."""

    def __init__(self, report: Report, speed: float, mistake: Mistake) -> None:
        super().__init__(report, speed)
        self._mistake = mistake

    async def hold_conversation(self) -> None:
        """Begin as the correct app does, and end with the turn of the mistake."""
        await self.configure()
        match self._mistake.turn:
            case None:
                return
            case Turn.INTERRUPTION:
                # The script's second spoken turn is the one that interrupts.
                await self.take(Turn.SPOKEN)
            case Turn.CALL | Turn.PARALLEL_CALLS | Turn.SPOKEN | Turn.TEXT:
                await self.take(Turn.TEXT)
        await self.take(self._mistake.turn)

    def session_fields(self) -> Json:
        """The session, in the field names of the beta API for that mistake."""
        if self._mistake is not Mistake.BETA_FIELDS:
            return super().session_fields()
        self._announce()
        return {
            "modalities": ["text", "audio"],
            "voice": "alloy",
            "input_audio_format": "pcm16",
            "output_audio_format": "pcm16",
            "turn_detection": {"type": "server_vad"},
            "tools": super().session_fields()["tools"],
        }

    async def send_audio(self, pcm: bytes) -> None:
        """Microphone audio, as it comes from the sound card for that mistake."""
        if self._mistake is Mistake.BINARY_AUDIO:
            self._announce()
            await self.connection.send_frame(pcm)
        else:
            await super().send_audio(pcm)

    async def hear_answer_to_speech(self, start: int) -> None:
        """The answer to a spoken turn, after a commit by hand for that mistake."""
        if self._mistake is Mistake.COMMIT_UNDER_VAD:
            await self.connection.hear("input_audio_buffer.committed", since=start)
            self._announce()
            await self.connection.send("input_audio_buffer.commit")
        await super().hear_answer_to_speech(start)

    async def fall_silent(self) -> None:
        """The loudspeaker stops; for that mistake the server is told nothing."""
        if self._mistake is not Mistake.NO_TRUNCATE:
            await super().fall_silent()
        elif self._loudspeaker.stop(self._clock()) is not None:
            self._announce()

    async def answer_to_interruption(self, start: int) -> None:
        """An app that truncates nothing waits for no acknowledgement either."""
        if self._mistake is Mistake.NO_TRUNCATE:
            await self.hear_answer_to_speech(start)
        else:
            await super().answer_to_interruption(start)

    async def answer_call(self, start: int) -> None:
        """The function call, which most mistakes are about."""
        call = await self.connection.hear("response.function_call_arguments.done", since=start)
        self._announce()
        match self._mistake:
            case Mistake.NO_RESPONSE_CREATE:
                await self.send_output(call)
                await self._wait_for_an_answer_after(start)
            case Mistake.RESPONSE_CREATE_TOO_EARLY:
                await self.send_output(call)
                await self.connection.send("response.create")
                await self._wait_for_an_answer_after(start)
            case Mistake.CALL_NEVER_ANSWERED:
                await self._wait_for_an_answer_after(start)
            case Mistake.UNKNOWN_CALL_ID:
                await self._answer(start, call, call_id=f"call_{secrets.token_hex(8)}")
            case Mistake.ITEM_ID_AS_CALL_ID:
                await self._answer(start, call, call_id=call["item_id"])
            case Mistake.OUTPUT_NOT_A_STRING:
                await self._answer(start, call, output=self.run_function(call))
            case Mistake.SECOND_OUTPUT:
                await self.send_output(call)
                await self._answer(start, call)
            case _:
                raise AssertionError(f"{self._mistake} is not committed in this turn")

    async def answer_parallel_calls(self, calls: list[Json]) -> None:
        """The two mistakes with parallel calls."""
        self._announce()
        if self._mistake is Mistake.ONE_OUTPUT_OF_TWO:
            await super().answer_parallel_calls(calls[:1])
            return
        start = self.connection.now
        for call in calls:
            await self.send_output(call)
            await self.connection.send("response.create")
        await self.connection.hear("response.done", since=start)

    # What they are made of.

    def _announce(self) -> None:
        """Say once what is done wrong, right before it is done."""
        if not self._has_announced:
            self._has_announced = True
            self.report(f"the mistake: the app {self._mistake.does}")

    _has_announced = False

    async def _answer(self, start: int, call: Json, **different: object) -> None:
        """The correct app's steps, with another output."""
        await self.send_output(call, **different)
        await self.connection.hear("response.done", since=start)
        await self.ask_for_answer()

    async def _wait_for_an_answer_after(self, start: int) -> None:
        """Wait for a second response, which a correct app would have got; somebody may help."""
        done = await self.connection.hear("response.done", since=start)
        await self.connection.hear("response.done", since=self.connection.after(done))
