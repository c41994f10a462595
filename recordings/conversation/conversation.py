"""The reducer: a session's entries in, what is known of the conversation out.

It serves live sessions and old ones alike, and never raises, whatever the events hold. It keeps no
audio and forgets the detail of what is long over, so that it stays small over a million events.
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import ClassVar

from ..dialects import Dialect, Profile, profile_for
from ..event import Closed, Entry, Event, Fate, Header, Json, Note, Opened, Origin, Released, Side
from ..plain import object_of, objects_of, text_of
from .calls import CALL_TYPES, Calls
from .client_events import ClientEvents
from .errors_seen import ErrorSeen, error_seen
from .input_audio import InputAudio
from .interventions import Interventions, Route
from .items import Item, Items
from .made_up import MadeUp
from .responses import Create, Response, Responses, add_call, add_output
from .seen import Seen
from .session_dialect import SessionDialect
from .session_state import SessionState

KEEP = 512
"""Closed items, responses and calls that are kept in detail, unless told otherwise."""
TRANSCRIPT_LIMIT = 20_000
"""Characters that are kept of each transcript of a translation session."""
_ERRORS_KEPT = 200


class Conversation:
    """What is known of a session after the events so far.

    Args:
        header: The recording's; it tells the server's profile. Also taken by `receive`.
        keep: How many closed items, responses and calls stay in detail; None keeps all.
        profile: Overrules the header's.
    """

    def __init__(
        self,
        header: Header | None = None,
        *,
        keep: int | None = KEEP,
        profile: Profile | None = None,
    ) -> None:
        self.header = header
        self._chosen_profile = profile
        self.profile = profile or profile_for(header)
        self._dialect = SessionDialect()
        self.keep = keep
        self.opened: Opened | None = None
        self.closed: Closed | None = None
        self.last_seq = 0
        """The number of the last event."""
        self.last_at = 0.0
        """The time of the last entry."""
        self.session = SessionState()
        self.items = Items(keep)
        self.responses = Responses(keep)
        self.calls = Calls(keep)
        self.input_audio = InputAudio()
        self.client_events = ClientEvents()
        self.errors: deque[ErrorSeen] = deque(maxlen=_ERRORS_KEPT)
        self.input_transcript = ""
        """The end of what a translation session heard."""
        self.output_transcript = ""
        """The end of what a translation session said."""
        self.interventions = Interventions()
        """What realtap made, kept back, changed and held."""
        self._made_up = MadeUp(self)

    @property
    def dialect(self) -> Dialect:
        """The session's, by its most telling event so far."""
        return self._dialect.value

    @property
    def creates(self) -> list[Create]:
        """The client's `response.create`s that nothing has answered yet, oldest first."""
        return self.responses.creates

    # Taking entries.

    def receive(self, entry: Entry | Seen) -> None:
        """Take the next entry of the recording, or an event that was looked at already."""
        if isinstance(entry, Event):
            entry = Seen.of(entry)
        if isinstance(entry, Seen):
            self._receive_event(entry)
            return
        match entry:
            case Header():
                self.header = entry
                self.profile = self._chosen_profile or profile_for(entry)
            case Opened():
                self.opened, self.last_at = entry, entry.at
            case Closed():
                self.closed, self.last_at = entry, entry.at
            case Released():
                self.last_at = entry.at
                if (seen := self.release(entry)) is not None:
                    self._receive_event(seen)
            case Note():
                self.last_at = entry.at
            case _:
                # A line that a newer version wrote.
                return

    def tick(self, now: float) -> None:
        """Time has passed without an event."""
        self.last_at = max(self.last_at, now)
        self.responses.tick(now)

    def release(self, released: Released) -> Seen | None:
        """The client's event that was held until now, as it went on; to be given to `receive` then."""
        return self.interventions.release(released, last_seq=self.last_seq)

    def _receive_event(self, seen: Seen) -> None:
        self.last_at, self.last_seq = seen.at, seen.seq
        if self._dialect.value is Dialect.LIVE:
            return
        event = seen.event
        if event.fate is Fate.FORWARDED and event.origin is Origin.WIRE:
            self.take(seen)
            return
        match self.interventions.receive(seen):
            case Route.REAL:
                self.take(seen)
            case Route.MADE_UP:
                self._made_up.receive(seen)
            case Route.WAITING:
                return

    def take(self, seen: Seen) -> None:
        """Take an event for what it says, whoever made it and whatever became of it."""
        if seen.is_audio:
            self._receive_audio(seen)
            return
        self._dialect.receive(seen)
        self.responses.tick(seen.at)
        if seen.side is Side.CLIENT:
            self._receive_from_client(seen)
        elif (handle := self._FROM_SERVER.get(seen.kind)) is not None:
            handle(self, seen)

    # Audio: most of the events.

    def _receive_audio(self, seen: Seen) -> None:
        kind = seen.kind
        if kind == "input_audio_buffer.append":
            self._append(seen)
        elif kind == "response.output_audio.delta":
            self._output_audio(seen)
        else:
            self._dialect.receive(seen)
            if seen.side is Side.CLIENT:
                self._append(seen)

    def _append(self, seen: Seen) -> None:
        if seen.side is Side.CLIENT:
            self.input_audio.append(seen, self.session.input_format)
            self.client_events.receive_append(seen)

    def _output_audio(self, seen: Seen) -> None:
        if self._dialect.value is Dialect.UNKNOWN:
            self._dialect.receive(seen)
        response = self.responses.get(seen.response_id) or self._response(seen)
        audio_format = self.session.output_format
        if response is not None:
            audio_format = response.audio_format or audio_format
        length_ms = seen.audio_bytes / audio_format.bytes_per_ms
        if response is not None:
            response.receive_audio(seen.at, length_ms)
        item = self.items.get(seen.item_id) or self.items.announce(seen.item_id, seen)
        if item is not None:
            item.receive_audio(seen.at, length_ms, seen.response_id)

    # From the client.

    def _receive_from_client(self, seen: Seen) -> None:
        self.client_events.receive(seen)
        match seen.kind:
            case "session.update":
                self.session.receive_update(seen)
            case "conversation.item.create":
                self._item_create(seen)
            case "response.create":
                if not self.responses.receive_create(seen).is_out_of_band:
                    self.calls.receive_create(seen)
            case "response.cancel":
                self.responses.receive_cancel(seen)
            case "input_audio_buffer.commit":
                self.input_audio.receive_commit(seen)
            case "input_audio_buffer.clear":
                self.input_audio.clear()
            case _:
                return

    def _item_create(self, seen: Seen) -> None:
        self.items.receive_create(seen)
        item = object_of(seen.fields.get("item"))
        match item.get("type"):
            case "function_call_output":
                self.calls.receive_output(item, seen)
            case "function_call":
                self.calls.announce(item, seen, item_id=text_of(item.get("id")), response_id="")
            case _:
                return

    # From the server: session and errors.

    def _session(self, seen: Seen) -> None:
        self.session.receive_session(seen)
        if seen.kind == "session.updated":
            self.client_events.acknowledge("session.update")

    def _error(self, seen: Seen) -> None:
        error = error_seen(seen, self.client_events)
        self.errors.append(error)
        if error.answers_seq is None:
            return
        self.responses.refuse(error.answers_seq, seen.seq)
        self.items.refuse(error.answers_seq)
        self.calls.refuse_output(error.answers_seq, seen.seq)
        self.calls.refuse_create(error.answers_seq)
        self.input_audio.refuse_commit(error.answers_seq)
        for update in self.session.updates:
            if update.seq == error.answers_seq:
                self.session.refuse(update, seen.seq)

    def _translation(self, seen: Seen) -> None:
        delta = text_of(seen.fields.get("delta"))
        if seen.kind == "session.input_transcript.delta":
            self.input_transcript = (self.input_transcript + delta)[-TRANSCRIPT_LIMIT:]
        else:
            self.output_transcript = (self.output_transcript + delta)[-TRANSCRIPT_LIMIT:]

    # From the server: the user's audio.

    def _speech_started(self, seen: Seen) -> None:
        self.input_audio.start_speech(seen)
        self.responses.interrupt(seen)
        self._announce_user_audio(seen)

    def _speech_stopped(self, seen: Seen) -> None:
        self.input_audio.stop_speech(seen)
        if self.session.creates_responses and not self.input_audio.pending_commits:
            self.responses.end_turn("vad", seen)

    def _timeout_triggered(self, seen: Seen) -> None:
        self.input_audio.timeout = seen
        self.responses.end_turn("idle_timeout", seen)
        self._announce_user_audio(seen)

    def _committed(self, seen: Seen) -> None:
        commit = self.input_audio.receive_committed(seen)
        if commit.by == "client":
            self.client_events.acknowledge("input_audio_buffer.commit")
        elif commit.by == "idle_timeout" or self.session.creates_responses:
            self.responses.end_turn(commit.by, seen)
        item = self._announce_user_audio(seen)
        if item is not None and item.is_listed:
            # xAI adds the item when speech starts, and never tells that it is done.
            self.items.close(item, seen)

    def _announce_user_audio(self, seen: Seen) -> Item | None:
        item = self.items.announce(seen.item_id, seen)
        if item is not None and not item.kind:
            item.kind, item.role, item.status = "message", "user", "in_progress"
        return item

    def _cleared(self, _seen: Seen) -> None:
        self.input_audio.clear()
        self.client_events.acknowledge("input_audio_buffer.clear")

    def _transcription(self, seen: Seen) -> None:
        item = self._announce_user_audio(seen)
        if item is None:
            return
        part = item.part(seen.fields.get("content_index"))
        part.type = part.type or "input_audio"
        if seen.kind.endswith(".delta"):
            part.add(text_of(seen.fields.get("delta")))
        elif seen.kind.endswith(".failed"):
            item.transcript_error = object_of(seen.fields.get("error"))
        else:
            # xAI tells the text so far again and again, and says so in `status`.
            is_final = seen.kind.endswith(".completed") and (
                seen.fields.get("status") != "in_progress"
            )
            part.finish(seen.fields.get("transcript"), is_final=is_final)
            item.transcript_done = item.transcript_done or is_final

    # From the server: items.

    def _item_added(self, seen: Seen) -> None:
        value = object_of(seen.fields.get("item"))
        item = self.items.add(value, seen)
        if item is None:
            return
        if item.create_seq is not None:
            self.client_events.acknowledge("conversation.item.create")
        if value.get("type") == "function_call_output":
            self.calls.acknowledge(value, seen)
            item.call = self.calls.get(text_of(value.get("call_id")))
        else:
            self._take_call(item, value, seen)

    def _item_told(self, seen: Seen) -> None:
        """`item.done` and `item.retrieved`: the item as a whole."""
        value = object_of(seen.fields.get("item"))
        item = self.items.announce(seen.item_id, seen)
        if item is not None:
            self.items.update(item, value, seen, is_final=True)
            if not item.is_listed and not item.response_id:
                self.items.place(item)
            self._take_call(item, value, seen)
        if seen.kind == "conversation.item.retrieved":
            self.client_events.acknowledge("conversation.item.retrieve")

    def _take_call(self, item: Item, value: Json, seen: Seen) -> None:
        if text_of(value.get("type")) not in CALL_TYPES:
            return
        call = self.calls.announce(value, seen, item_id=item.id, response_id=item.response_id)
        item.call = call
        response = self.responses.get(call.response_id) if call is not None else None
        if call is not None and response is not None:
            add_call(response, call)

    def _deleted(self, seen: Seen) -> None:
        self.items.delete(seen.item_id)
        self.client_events.acknowledge("conversation.item.delete")

    def _truncated(self, seen: Seen) -> None:
        self.items.truncate(seen)
        self.client_events.acknowledge("conversation.item.truncate")

    # From the server: responses.

    def _response(self, seen: Seen) -> Response | None:
        """The response that an event is part of, begun when it was never created."""
        if not seen.response_id:
            return None
        response = self.responses.get(seen.response_id)
        if response is None:
            response = self.responses.begin_unseen(seen)
        if response is not None:
            response.last_event_at = seen.at
        return response

    def _response_created(self, seen: Seen) -> None:
        response = self.responses.receive_created(
            seen, echoes_conversation_id=self.profile.echoes_conversation_id
        )
        if response is None:
            return
        create = response.create
        if create is not None:
            self.client_events.acknowledge("response.create")
        if not response.is_out_of_band:
            create_seq = create.seq if create else None
            self.calls.answer(response.id, response.at, create_seq=create_seq)

    def _response_done(self, seen: Seen) -> None:
        response = self.responses.receive_done(seen)
        if response is None:
            return
        value = object_of(seen.fields.get("response"))
        for each in objects_of(value.get("output")):
            item = self.items.announce(text_of(each.get("id")), seen)
            if item is not None:
                self._take_output_item(response, item, each, seen, is_final=True)
        for item_id in response.output_item_ids:
            if (left := self.items.get(item_id)) is not None:
                self.items.close(left, seen)

    def _output_item(self, seen: Seen) -> None:
        response = self._response(seen)
        item = self.items.announce(seen.item_id, seen)
        if item is None:
            return
        value = object_of(seen.fields.get("item"))
        is_final = seen.kind.endswith(".done")
        self._take_output_item(response, item, value, seen, is_final=is_final)

    def _take_output_item(
        self, response: Response | None, item: Item, value: Json, seen: Seen, *, is_final: bool
    ) -> None:
        self.items.update(item, value, seen, is_final=is_final)
        if response is not None:
            add_output(response, item.id)
            if not item.is_listed and not response.is_out_of_band:
                self.items.place(item)
        self._take_call(item, value, seen)

    def _content_part(self, seen: Seen) -> None:
        self._response(seen)
        item = self.items.announce(seen.item_id, seen)
        if item is None:
            return
        value = object_of(seen.fields.get("part"))
        part = item.part(seen.fields.get("content_index"))
        part.type = part.type or text_of(value.get("type"))
        text = text_of(value.get("text")) or text_of(value.get("transcript"))
        # Voice Live empties the text here, after it has told it in `output_text.done`.
        if seen.kind.endswith(".done") and text:
            part.finish(text)

    def _output_text(self, seen: Seen) -> None:
        response = self._response(seen)
        item = self.items.announce(seen.item_id, seen)
        fields = seen.fields
        is_transcript = "transcript" in seen.kind
        part = item.part(fields.get("content_index")) if item is not None else None
        if seen.kind.endswith(".delta"):
            delta = text_of(fields.get("delta"))
            if response is not None:
                response.receive_delta(seen.at)
                response.text_size += len(delta)
            if part is not None:
                part.type = part.type or ("audio" if is_transcript else "text")
                part.add(delta)
        elif part is not None and item is not None:
            part.finish(fields.get("transcript" if is_transcript else "text"))
            item.transcript_done = item.transcript_done or is_transcript

    def _output_audio_done(self, seen: Seen) -> None:
        self._response(seen)

    def _arguments(self, seen: Seen) -> None:
        response = self._response(seen)
        item = self.items.announce(seen.item_id, seen)
        call = self.calls.receive_arguments(seen)
        if call is None:
            return
        if item is not None:
            item.kind = item.kind or ("mcp_call" if call.is_mcp else "function_call")
            item.call = call
        if response is not None:
            call.response_id = call.response_id or response.id
            add_call(response, call)
            response.receive_delta(seen.at)

    def _mcp_call(self, seen: Seen) -> None:
        if (call := self.calls.by_item(seen.item_id)) is not None:
            self.calls.set_status(call, seen.kind.rpartition(".")[2])

    def _mcp_list_tools(self, seen: Seen) -> None:
        item = self.items.announce(seen.item_id, seen)
        if item is not None:
            item.kind = item.kind or "mcp_list_tools"
            item.status = seen.kind.rpartition(".")[2]

    _FROM_SERVER: ClassVar[Mapping[str, "Callable[[Conversation, Seen], None]"]] = {
        "conversation.item.added": _item_added,
        "conversation.item.deleted": _deleted,
        "conversation.item.done": _item_told,
        "conversation.item.input_audio_transcription.completed": _transcription,
        "conversation.item.input_audio_transcription.delta": _transcription,
        "conversation.item.input_audio_transcription.failed": _transcription,
        "conversation.item.input_audio_transcription.updated": _transcription,
        "conversation.item.retrieved": _item_told,
        "conversation.item.truncated": _truncated,
        "error": _error,
        "input_audio_buffer.cleared": _cleared,
        "input_audio_buffer.committed": _committed,
        "input_audio_buffer.speech_started": _speech_started,
        "input_audio_buffer.speech_stopped": _speech_stopped,
        "input_audio_buffer.timeout_triggered": _timeout_triggered,
        "mcp_list_tools.completed": _mcp_list_tools,
        "mcp_list_tools.failed": _mcp_list_tools,
        "mcp_list_tools.in_progress": _mcp_list_tools,
        "response.content_part.added": _content_part,
        "response.content_part.done": _content_part,
        "response.created": _response_created,
        "response.done": _response_done,
        "response.function_call_arguments.delta": _arguments,
        "response.function_call_arguments.done": _arguments,
        "response.mcp_call.completed": _mcp_call,
        "response.mcp_call.failed": _mcp_call,
        "response.mcp_call.in_progress": _mcp_call,
        "response.mcp_call_arguments.delta": _arguments,
        "response.mcp_call_arguments.done": _arguments,
        "response.output_audio.done": _output_audio_done,
        "response.output_audio_transcript.delta": _output_text,
        "response.output_audio_transcript.done": _output_text,
        "response.output_item.added": _output_item,
        "response.output_item.done": _output_item,
        "response.output_text.delta": _output_text,
        "response.output_text.done": _output_text,
        "session.created": _session,
        "session.input_transcript.delta": _translation,
        "session.output_transcript.delta": _translation,
        "session.updated": _session,
    }
