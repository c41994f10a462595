"""Every key of the interface: one table, from which bindings, footer, palette and help are made.

Each has its headless twin: what a script, a screen reader or an agent types instead.
"""

from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType


class Place(StrEnum):
    """Where a key works. The values head the sections of the help."""

    EVERYWHERE = "Everywhere"
    SESSIONS = "Sessions"
    SESSION = "A session"
    LINES = "Moving"
    FIELDS = "Fields of an event"
    SENDING = "Sending into a session"
    HELD = "Held messages and breakpoints"
    RULES = "Mocks and faults"
    REQUEST = "A plain HTTP request"


@dataclass(frozen=True, slots=True)
class Key:
    """One action with its keys."""

    id: str
    """The name in a keymap."""
    keys: str
    """Textual's names, with commas between them."""
    action: str
    label: str
    """One word."""
    sentence: str
    twin: str
    """The command that does the same without the interface; empty where there is nothing to do."""
    shown: str = ""
    """How the keys are written; Textual's names if empty."""
    in_footer: bool = False
    pair: str = ""
    """How the footer writes the key together with the one that does the same backwards."""

    @property
    def display(self) -> str:
        """The keys as people write them."""
        return self.shown or self.keys.replace(",", " ")


_SHOW = "realtap show ID"
KEYS: dict[Place, tuple[Key, ...]] = {
    Place.EVERYWHERE: (
        Key("help", "question_mark,f1", "app.help", "Help", "Show every key.", "realtap --help", "? F1", True),
        Key("palette", "ctrl+p,colon", "app.command_palette", "Palette", "Find any action by its name.", "realtap --help", "ctrl+p :"),
        Key("theme", "ctrl+t", "app.change_theme", "Theme", "Choose the colours.", "realtap --color never …", "ctrl+t"),
        Key("next-pane", "tab", "app.focus_next", "Next", "Go to the next pane.", "", "tab"),
        Key("previous-pane", "shift+tab", "app.focus_previous", "Previous", "Go to the previous pane.", "", "shift+tab"),
        Key("quit", "ctrl+q", "app.quit", "Quit", "Leave. A recording goes on without you.", "", "ctrl+q"),
    ),
    Place.SESSIONS: (
        Key("open", "enter", "open", "Open", "Open the session.", _SHOW, "enter"),
        Key("search-sessions", "slash", "search", "Search", "Show only sessions with these words.", "realtap ls | grep WORDS", "/", True),
        Key("reload", "r", "reload", "Reload", "Read the folder again.", "realtap ls", "r"),
        Key("name", "n", "label('name')", "Name", "Give the session a name; empty takes it off.", "realtap label ID --name TEXT", "n", True),
        Key("note", "N", "label('note')", "Note", "Write a line to remember on the session.", "realtap label ID --note TEXT", "N"),
        Key("delete", "x", "delete", "Delete", "Delete the recording; asks before.", "rm FILE", "x"),
        Key("leave", "q,escape", "leave", "Quit", "Take back the search, then leave.", "", "q esc", True),
    ),
    Place.SESSION: (
        Key("filter", "f", "filter", "Filter", "Show only events that a filter wants.", f"{_SHOW} --where FILTER", "f", True),
        Key("filter-toggle", "F", "toggle_filter", "Unfilter", "Take the filter off, or put it on again.", _SHOW, "F"),
        Key("search", "slash", "search", "Search", "Find words in the events.", f"{_SHOW} --where WORDS", "/", True),
        Key("search-next", "n", "found(1)", "Next", "Go to the next event that was found.", f"{_SHOW} --where WORDS", "n"),
        Key("search-previous", "N", "found(-1)", "Previous", "Go to the previous event that was found.", f"{_SHOW} --where WORDS", "N"),
        Key("view", "v", "next_view(1)", "View", "Show the next view: list, ladder, dialogue, calls, timeline.", f"{_SHOW} --fold", "v"),
        Key("view-back", "V", "next_view(-1)", "View", "Show the view before.", f"{_SHOW} --fold", "V"),
        Key("view-list", "1", "view('list')", "List", "One line an event.", f"{_SHOW} --fold", "1"),
        Key("view-ladder", "2", "view('ladder')", "Ladder", "Client and server as columns, with arrows.", _SHOW, "2"),
        Key("view-dialogue", "3", "view('dialogue')", "Dialogue", "What was said, and the calls between.", "realtap conversation ID", "3"),
        Key("view-calls", "4", "view('calls')", "Calls", "One line a function call.", "realtap calls ID", "4"),
        Key("view-timeline", "5", "view('timeline')", "Timeline", "Who spoke and what ran, on one time axis.", "realtap conversation ID", "5"),
        Key("follow", "space", "follow", "Follow", "Follow what comes, or stand still (the recording never does); go on with what esc stopped.", f"{_SHOW} --follow", "space", True),
        Key("next-finding", "right_square_bracket", "finding(1)", "Finding", "Go to the next finding.", "realtap check ID", "]", True, "] ["),
        Key("previous-finding", "left_square_bracket", "finding(-1)", "Finding", "Go to the previous finding.", "realtap check ID", "["),
        Key("next-related", "o", "related(1)", "Related", "Go to the next event of the same call, item or response.", f"{_SHOW} --where item:ITEM", "o"),
        Key("previous-related", "O", "related(-1)", "Related", "Go to the previous one.", f"{_SHOW} --where item:ITEM", "O"),
        Key("times", "t", "times", "Times", "Count times from the start, from the event before, by the clock, from a mark.", _SHOW, "t"),
        Key("mark", "m", "mark", "Mark", "Mark this event with a letter.", f"{_SHOW} --where seq:N", "m"),
        Key("go-to-mark", "apostrophe", "go_to_mark", "Jump", "Jump to a mark.", f"{_SHOW} --where seq:N", "'"),
        Key("fold", "z", "fold", "Fold", "Fold runs of deltas and audio to one line each, or show all.", f"{_SHOW} --fold", "z"),
        Key("yank", "y", "yank", "Copy", "Copy the event, a field, an id, or the answer to a call.", f"{_SHOW} --raw --where seq:N", "y"),
        Key("export", "e", "export", "Export", "Write the events that are shown into a file.", f"{_SHOW} --json --where FILTER > FILE", "e"),
        Key("inject", "i", "inject", "Inject", "Answer a pending call by hand; without one, choose what to send.", "realtap inject output --call NAME TEXT", "i", True),
        Key("inject-menu", "I", "inject_menu", "Send", "Choose what to send: a response.create, a made-up call, any event, an event again.", "realtap inject event @FILE --to server", "I"),
        Key("held", "b", "held", "Held", "See what waits at breakpoints, and set them.", "realtap held", "b"),
        Key("rules", "R", "rules", "Rules", "See the mocks and faults, and switch them.", "realtap faults", "R"),
        Key("findings", "exclamation_mark", "findings", "Findings", "Go to the findings.", "realtap check ID", "!"),
        Key("zoom", "backslash", "zoom", "Zoom", "Give the pane all of the screen, or take it back.", f"{_SHOW} --expand", "\\"),
        Key("next-tab", "full_stop", "next_tab(1)", "Tab", "Next tab of the event: tree, JSON, reference, related, findings.", "realtap docs TYPE", "."),
        Key("previous-tab", "comma", "next_tab(-1)", "Tab", "Previous tab.", f"{_SHOW} --raw", ","),
        Key("back", "escape,q", "back", "Back", "Stop what runs, or peel off one layer: prompt, zoom, search, filter, session.", "", "esc q", True),
    ),
    Place.LINES: (
        Key("down", "j,down", "move(1)", "Down", "One line down.", _SHOW, "j ↓"),
        Key("up", "k,up", "move(-1)", "Up", "One line up.", _SHOW, "k ↑"),
        Key("half-down", "ctrl+d", "move_pages(0.5)", "Down", "Half a page down.", _SHOW, "ctrl+d"),
        Key("half-up", "ctrl+u", "move_pages(-0.5)", "Up", "Half a page up.", _SHOW, "ctrl+u"),
        Key("page-down", "pagedown", "move_pages(1)", "Down", "A page down.", _SHOW, "pgdn"),
        Key("page-up", "pageup", "move_pages(-1)", "Up", "A page up.", _SHOW, "pgup"),
        Key("first", "g,home", "first", "First", "The first line.", f"{_SHOW} | head", "g home"),
        Key("last", "G,end", "last", "Last", "The last line; there it follows what comes.", f"{_SHOW} | tail", "G end"),
        Key("choose", "enter,l,right", "choose", "Open", "Open a run, or go to what the line is about.", f"{_SHOW} --expand", "enter l", True),
        Key("unchoose", "h,left", "unchoose", "Close", "Close a run or a field.", f"{_SHOW} --fold", "h"),
    ),
    Place.FIELDS: (
        Key("filter-to", "equals_sign", "screen.filter_field('')", "Only", "Show only events with this value in this field.", f"{_SHOW} --where PATH=VALUE", "="),
        Key("filter-away", "minus", "screen.filter_field('-')", "Without", "Show only events without it.", f"{_SHOW} --where -PATH=VALUE", "-"),
    ),
    Place.SENDING: (
        Key("send", "ctrl+s", "send", "Send", "Send it, as the preview says.", "realtap inject response", "ctrl+s", True),
        Key("when", "ctrl+r", "option('when')", "When", "Choose when the response.create goes: in its time, never, at once.", "realtap inject output --now TEXT", "ctrl+r", True),
        Key("check", "ctrl+o", "option('check')", "Check", "Choose whether the event is checked before it is sent.", "realtap inject event @FILE --to server --unchecked", "ctrl+o", True),
        Key("listener", "ctrl+l", "option('listener')", "To", "Choose who hears the event: the server or the app.", "realtap inject event @FILE --to client", "ctrl+l", True),
        Key("leave-form", "escape", "leave", "Leave", "Leave without sending; asks when something was typed.", "", "esc", True),
    ),
    Place.HELD: (
        Key("release", "r", "release('forward')", "Release", "Let the selected message go on as it is.", "realtap release SEQ", "r", True),
        Key("edit-held", "e", "edit", "Edit", "Let it go on with another text.", "realtap release SEQ --edit @FILE", "e", True),
        Key("drop", "x", "release('drop')", "Drop", "Drop it: the other side never gets it.", "realtap release SEQ --drop", "x", True),
        Key("add-breakpoint", "a", "add", "Break", "Hold from now on what a filter wants.", "realtap breakpoints on FILTER", "a", True),
        Key("remove-breakpoint", "d", "remove", "Remove", "Take the selected breakpoint away; what waits for it goes on.", "realtap breakpoints off FILTER", "d", True),
        Key("leave-held", "q,escape,b", "leave", "Back", "Back to the session; what waits goes on waiting.", "", "q esc", True),
    ),
    Place.RULES: (
        Key("switch", "space", "switch", "Switch", "Switch the selected fault on, or off.", "realtap faults on NAME", "space", True),
        Key("values", "p", "values", "Values", "Switch it on with other values.", "realtap faults on NAME:KEY=VALUE", "p", True),
        Key("mocks", "m", "mocks", "Mocks", "Put a file of mocks in force, or none.", "realtap mocks FILE", "m", True),
        Key("leave-rules", "q,escape,R", "leave", "Back", "Back to the session; the rules stay as they are.", "", "q esc", True),
    ),
    Place.REQUEST: (
        Key("leave-request", "q,escape", "leave", "Back", "Back to the list of sessions.", "", "q esc", True),
    ),
}  # fmt: skip
"""By place, in the order in which the help tells them."""


def bindings(place: Place, *, hidden: bool = False) -> list[BindingType]:
    """Textual's form of the keys of a place.

    Args:
        place: Where they work.
        hidden: Keep them out of the footer.
    """
    return [
        Binding(
            each.keys,
            each.action,
            each.label,
            show=each.in_footer and not hidden,
            key_display=each.pair or each.display.split()[0],
            tooltip=each.sentence,
            id=each.id,
        )
        for each in KEYS[place]
    ]
