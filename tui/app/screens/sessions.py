"""All sessions of a folder: live ones first, then what was recorded, the newest first."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import ScreenResume
from textual.message import Message
from textual.widgets import Footer, Static
from textual.worker import get_current_worker

from ....recordings.errors import RecordingError
from ....recordings.labels import Label, write_label
from ....recordings.plain import safe
from ....recordings.reader import outline
from ...cli.clients import pointers
from ..ink import text_of_spans
from ..keys import Place, bindings
from ..shelf import Shelved, shelved
from ..shelf_lines import aged, head
from ..widgets.line_list import LineList
from ..widgets.prompt import Prompt
from ..widgets.session_list import SessionList
from ..wording import count
from .counting import CountingPart
from .one_key import OneKey

LOOK_EVERY_S = 1.0
"""Live sessions grow, and new ones come."""
BIG_BYTES = 20_000_000
"""Such a recording takes a while to read: not once a second."""
SEARCH = "search sessions"
QUESTIONS = {
    Label.NAME: ("name of the session", "what people call it; empty takes the name off"),
    Label.NOTE: ("note on the session", "one line to remember; empty takes it off"),
}
"""What is asked for each label, and what is said to it."""
DEFAULT_ADDRESS = ("127.0.0.1", 8484)
"""Where `realtap proxy` listens unless told otherwise."""
SHOWN_CLIENTS = 2
"""So many client libraries are told how to be pointed at the proxy; `realtap proxy` tells all."""

type Source = Callable[[], Sequence[Path]]
"""Lists the recordings, newest first."""


class Sessions(CountingPart):
    """The list of sessions.

    Args:
        source: Lists the recordings.
        place: Where they lie, in words.
        listens_at: Host and port of the proxy behind the interface; None when there is none.
    """

    PLACES: ClassVar[tuple[Place, ...]] = (Place.SESSIONS, Place.LINES, Place.EVERYWHERE)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.SESSIONS)

    class Listed(Message):
        """The folder was listed."""

        def __init__(self, paths: Sequence[Path]) -> None:
            super().__init__()
            self.paths = paths

    class Read(Message):
        """A recording was read."""

        def __init__(self, found: Shelved, size_bytes: int) -> None:
            super().__init__()
            self.found = found
            self.size_bytes = size_bytes

    class Failed(Message):
        """The folder cannot be read."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Labelled(Message):
        """A recording has another name or note; or why not."""

        def __init__(self, trouble: str = "") -> None:
            super().__init__()
            self.trouble = trouble

    def __init__(
        self, source: Source, place: str, *, listens_at: tuple[str, int] | None = None
    ) -> None:
        super().__init__()
        self._source = source
        self._place = place
        self._listens_at = listens_at
        self._sizes: dict[Path, int] = {}
        """How long each was when it was read: what did not grow is not read again."""
        self._labelled: Shelved | None = None
        """The recording that the person is writing a name or a note for."""

    def compose(self) -> ComposeResult:
        yield Static("", id="title")
        yield Static("", id="columns")
        yield SessionList(id="sessions")
        yield Static("", id="welcome")
        yield Prompt(id="prompt")
        yield Static("", id="about")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#welcome").display = False
        self.query_one("#columns").display = False
        self._tell()
        self._read()
        if self.app.is_polling:
            self.set_interval(LOOK_EVERY_S, self._read_again)

    # Reading.

    @work(thread=True, exclusive=True, group="shelf")
    def _read(self) -> None:
        worker, known = get_current_worker(), dict(self._sizes)
        try:
            paths = self._source()
        except RecordingError as error:
            self.post_message(self.Failed(str(error)))
            return
        self.post_message(self.Listed(paths))
        for path in paths:
            if worker.is_cancelled:
                return
            size_bytes = _size(path)
            if has_changed(known.get(path), size_bytes):
                self.post_message(self.Read(shelved(path, self.app.liveness), size_bytes))

    def _read_again(self) -> None:
        if self.is_in_front and not self._is_reading:
            self._read()

    @on(ScreenResume)
    def _is_in_front_again(self) -> None:
        """It was not kept up to date behind a session."""
        if self.app.is_polling:
            self._read_again()

    @property
    def _is_reading(self) -> bool:
        return any(each.group == "shelf" and not each.is_finished for each in self.workers)

    @on(Listed)
    def _listed(self, message: Listed) -> None:
        self._list.set_order(message.paths)
        self._list.judge(self.app.liveness)
        self._welcome(is_wanted=not message.paths)
        self._tell()

    @on(Read)
    def _was_read(self, message: Read) -> None:
        self._sizes[message.found.path] = message.size_bytes
        self._list.add(message.found, self.known_counts(message.found))
        self._tell()
        self.count()

    @on(Failed)
    def _failed(self, message: Failed) -> None:
        self._welcome(is_wanted=True)
        self.notify(message.text, severity="error", markup=False)

    # What is shown.

    @property
    def _list(self) -> SessionList:
        return self.query_one(SessionList)

    def _tell(self) -> None:
        shown = self._list.shown
        live = sum(each.is_live for each in shown)
        told = f"{live} live, " if live else ""
        self.query_one("#title", Static).update(
            Content.assemble(
                (" realtap ", "bold $background on $primary"),
                ("  sessions  ", "bold"),
                (f"{told}{count(len(shown), 'recording')} in {self._place}", "$quiet"),
            )
        )
        self.query_one("#columns", Static).update(Content(text_of_spans(head(self.size.width - 1))))
        self._tell_about()

    def _tell_about(self) -> None:
        """The line below: the selected session in full."""
        chosen = self._list.chosen
        about = self.query_one("#about", Static)
        if chosen is None or chosen.found is None:
            about.update("")
            return
        header = chosen.found.header
        agent = header.client.get("agent")
        about.update(
            Content.assemble(
                (f" {chosen.path.stem}  ", "bold"),
                (f"{safe(chosen.found.note)}  " if chosen.found.note else "", "$accent"),
                (f"{agent if isinstance(agent, str) else 'unknown client'} ", "$primary"),
                (f"{self.app.glyphs.leads_to} {header.upstream}  ", "$quiet"),
                (aged(chosen, self.app.now_s()), "$quiet"),
            )
        )

    def _welcome(self, *, is_wanted: bool) -> None:
        """Without sessions: how to make one."""
        welcome = self.query_one("#welcome", Static)
        welcome.display = is_wanted
        self._list.display = not is_wanted
        self.query_one("#columns").display = not is_wanted
        if is_wanted:
            welcome.update(_first_steps(self._place, self._listens_at))
        elif self.focused is None:
            self._list.focus()

    def on_resize(self) -> None:
        self._tell()

    # What the person does.

    @on(LineList.Moved)
    def _moved(self) -> None:
        self._tell_about()

    @on(LineList.Chosen)
    def _chosen(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Open the selected session."""
        chosen = self._list.chosen
        if chosen is None:
            return
        if chosen.found is None:
            self.notify(chosen.trouble, severity="error", markup=False)
            return
        self._list.keep_chosen()
        self.app.open_session(chosen.path)

    def action_search(self) -> None:
        """Ask for words."""
        self.query_one(Prompt).ask(
            SEARCH,
            "",
            "words of the id, name, note, model, client, upstream or state",
            check=lambda _text: None,
        )

    @on(Prompt.Answered)
    def _answered(self, message: Prompt.Answered) -> None:
        self._list.focus()
        if message.purpose == SEARCH:
            self._search_for(message.text)
            return
        label = next(each for each, (asked, _) in QUESTIONS.items() if asked == message.purpose)
        if self._labelled is not None:
            self._write(self._labelled.path, label, message.text)

    @on(Prompt.Cancelled)
    def _cancelled(self, message: Prompt.Cancelled) -> None:
        self._list.focus()
        if message.purpose == SEARCH:
            self._search_for("")

    def _search_for(self, words: str) -> None:
        self._list.search(words)
        self._tell()

    def action_label(self, kind: str) -> None:
        """Ask for a name, or for a note."""
        self._labelled = chosen = self._list.chosen
        if chosen is None or chosen.found is None:
            return
        label = Label(kind)
        purpose, hint = QUESTIONS[label]
        text = chosen.found.name if label is Label.NAME else chosen.found.note
        self.query_one(Prompt).ask(purpose, text, hint, check=lambda _text: None)

    @work(thread=True, group="label")
    def _write(self, path: Path, label: Label, text: str) -> None:
        # A long recording has to be read to know its last line's time.
        try:
            write_label(path, label, text, at=outline(path).last_at)
        except RecordingError as error:
            self.post_message(self.Labelled(str(error)))
        else:
            self.post_message(self.Labelled())

    @on(Labelled)
    def _was_labelled(self, message: Labelled) -> None:
        if message.trouble:
            self.notify(message.trouble, severity="error", markup=False)
        self._read()

    def action_reload(self) -> None:
        """Read the folder again."""
        self._sizes.clear()
        self._read()

    def action_delete(self) -> None:
        """Ask, and delete the selected recording."""
        chosen = self._list.chosen
        if chosen is None:
            return
        if chosen.is_live:
            self.notify("it is live: end the session first", severity="warning", timeout=3)
            return
        choices = {"y": f"delete {chosen.path.name} for ever", "n": "keep it"}

        def answered(key: str | None) -> None:
            if key == "y":
                self._delete(chosen.path)

        self.app.push_screen(OneKey("delete?", choices), answered)

    def _delete(self, path: Path) -> None:
        try:
            path.unlink()
        except OSError as error:
            self.notify(f"not deleted: {error.strerror}", severity="error", markup=False)
            return
        self.action_reload()

    def action_leave(self) -> None:
        """Take back the search, then leave."""
        if self._list.is_searched:
            self._search_for("")
        else:
            self.app.exit()


def has_changed(before: int | None, now: int) -> bool:
    """Whether a recording is worth reading again; a big one only when it has grown by a tenth."""
    if before is None or now < before:
        return True
    return now > before and (now < BIG_BYTES or now > before * 1.1)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _first_steps(place: str, listens_at: tuple[str, int] | None) -> Content:
    """What makes the first session, to be copied."""
    parts: list[tuple[str, str]] = [
        ("No sessions yet\n\n", "bold $accent"),
        (f"They are recorded in {place}\n\n", "$quiet"),
    ]
    if listens_at is None:
        parts += [
            ("See a whole conversation now; no key, no network:\n", ""),
            ("    realtap demo\n\n", "bold $primary"),
            ("Or record your own app: start the proxy, and point the app at it:\n", ""),
            ("    realtap proxy\n\n", "bold $primary"),
        ]
    else:
        parts.append(("The proxy listens. Point the app at it; it keeps its own key:\n\n", ""))
    for each in pointers(*(listens_at or DEFAULT_ADDRESS))[:SHOWN_CLIENTS]:
        parts += [(f"    {each.client}\n", "$quiet"), (f"    {each.line}\n", "bold $primary")]
    teller = "it" if listens_at is None else "realtap proxy --headless"
    parts.append((f"    {teller} tells how to point every other client\n", "$quiet"))
    return Content.assemble(*parts)
