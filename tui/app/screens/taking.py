"""Takes something away from a session: copies, and files with the events that are shown."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

from textual import on, work
from textual.message import Message

from ....recordings import lines
from ....recordings.conversation import Seen
from ....recordings.errors import RecordingError
from ....recordings.event import Event, Side
from ....recordings.ids import ids_of
from ....recordings.plain import object_of, size
from ..clipboard import copy
from .one_key import OneKey
from .reading import Reading

MOST_EXPORTED_NAMES = 1000
"""So many names are tried for a file that is not there yet."""


class Taking(Reading):
    """The part that copies and exports."""

    class Copied(Message):
        """A text was copied."""

        def __init__(self, what: str, size_bytes: int, way: str) -> None:
            super().__init__()
            self.what = what
            self.size_bytes = size_bytes
            self.way = way

    class Exported(Message):
        """A file was written, or could not be."""

        def __init__(self, path: Path, count: int, trouble: str = "") -> None:
            super().__init__()
            self.path = path
            self.count = count
            self.trouble = trouble

    # Copying.

    def action_yank(self) -> None:
        """Ask what to copy, and copy it."""
        event = self.inspector.event
        if event is None:
            self.notify("select an event to copy something of it", timeout=2)
            return
        choices = {"e": "the event, as it was on the wire", "p": "the event, indented"}
        node = self.inspector.field
        if node is not None and node.path:
            choices["f"] = f"the field {node.path}"
            choices["P"] = f"the path {node.path}"
        ids = ids_of(event)
        if ids.nearest:
            choices["i"] = f"the id {ids.nearest}"
        if ids.call:
            choices["o"] = f"a function_call_output for {ids.call}"
        choices["s"] = "the command that shows this event"
        choices["I"] = "the command that sends this"

        def chosen(key: str | None) -> None:
            if key is not None:
                self._copy(choices[key], self.text_to_copy(key, event))

        self.app.push_screen(OneKey("copy", choices), chosen)

    def text_to_copy(self, choice: str, event: Event) -> str:
        """What a choice of `action_yank` copies."""
        ids = ids_of(event)
        texts: dict[str, Callable[[], str]] = {
            "e": lambda: event.payload.decode(errors="replace"),
            "p": lambda: json.dumps(Seen.of(event).fields, indent=2, ensure_ascii=False),
            "f": self._field_value,
            "P": self._field_path,
            "i": lambda: ids.nearest,
            "o": lambda: json.dumps(output_skeleton(ids.call), indent=2),
            "I": lambda: injection_line(event, self.session.index.header.id),
            "s": lambda: f"realtap show {self.session.path} --expand --where seq:{event.seq}",
        }
        return texts[choice]()

    def _field_value(self) -> str:
        node = self.inspector.field
        if node is None:
            return ""
        value = node.value
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def _field_path(self) -> str:
        node = self.inspector.field
        return node.path if node is not None else ""

    @work(thread=True, group="copy")
    def _copy(self, what: str, text: str) -> None:
        # A program of the system may take its time.
        way = copy(
            text, lambda copied: self.app.call_from_thread(self.app.copy_to_clipboard, copied)
        )
        self.post_message(self.Copied(what, len(text.encode(errors="replace")), way))

    @on(Copied)
    def _copied(self, message: Copied) -> None:
        self.notify(
            f"{message.what} ({size(message.size_bytes)}) by {message.way}",
            title="copied",
            markup=False,
        )

    # Files.

    def action_export(self) -> None:
        """Write the events that are shown into a new file in the working folder."""
        self._export(list(self.session.lines.rows))

    @work(thread=True, exclusive=True, group="export")
    def _export(self, rows: list[int]) -> None:
        path = _free_name(Path.cwd(), self.session.path.stem)
        try:
            with path.open("xb") as file:
                file.write(lines.encode(self.session.index.header))
                file.writelines(self.session.index.line(row) for row in rows)
        except (OSError, RecordingError) as error:
            self.post_message(self.Exported(path, 0, str(error)))
            return
        self.post_message(self.Exported(path, len(rows)))

    @on(Exported)
    def _exported(self, message: Exported) -> None:
        if message.trouble:
            self.notify(message.trouble, title="not written", severity="error", markup=False)
            return
        self.notify(f"{message.count:,} events in {message.path}", title="written", markup=False)


def output_skeleton(call_id: str) -> dict[str, object]:
    """The event that answers a call, to be filled in."""
    item = {"type": "function_call_output", "call_id": call_id, "output": "{}"}
    return {"type": "conversation.item.create", "item": item}


def injection_line(event: Event, session_id: str) -> str:
    """The command that sends this into the live session: a call's output, or the event itself."""
    fields = Seen.of(event).fields
    item = object_of(fields.get("item"))
    is_call = ids_of(event).call and item.get("type") != "function_call_output"
    if event.side is Side.SERVER and is_call:
        words = ["output", ids_of(event).call, "{}"]
    else:
        fields = {name: value for name, value in fields.items() if name != "event_id"}
        listener = str(event.side.other)
        words = ["event", json.dumps(fields, ensure_ascii=False), "--to", listener]
    return shlex.join(["realtap", "inject", *words, "--session", session_id])


def _free_name(folder: Path, stem: str) -> Path:
    names = (f"{stem}-shown{'' if not n else f'-{n}'}.jsonl" for n in range(MOST_EXPORTED_NAMES))
    paths = [folder / name for name in names]
    return next((path for path in paths if not path.exists()), paths[-1])
