"""The table of keys."""

from collections import Counter

import click
import pytest
from textual.binding import Binding

from realtap.tui.app.app import RealtapApp
from realtap.tui.app.keys import KEYS, Key, Place, bindings
from realtap.tui.app.screens.held import HeldScreen
from realtap.tui.app.screens.inject_form import Form
from realtap.tui.app.screens.request import RequestScreen
from realtap.tui.app.screens.rules import RulesScreen
from realtap.tui.app.screens.session import SessionScreen
from realtap.tui.app.screens.sessions import Sessions
from realtap.tui.app.widgets.field_tree import FieldTree
from realtap.tui.app.widgets.line_list import LineList
from realtap.tui.cli.main import main

HOLDERS = {
    Place.EVERYWHERE: RealtapApp,
    Place.SESSIONS: Sessions,
    Place.SESSION: SessionScreen,
    Place.LINES: LineList,
    Place.FIELDS: FieldTree,
    Place.SENDING: Form,
    Place.HELD: HeldScreen,
    Place.RULES: RulesScreen,
    Place.REQUEST: RequestScreen,
}


@pytest.mark.parametrize("place", Place)
def test_every_action_is_there(place: Place) -> None:
    for key in KEYS[place]:
        namespace, _, name = key.action.partition("(")[0].rpartition(".")
        holder = {"app": RealtapApp, "screen": SessionScreen}.get(namespace, HOLDERS[place])
        assert hasattr(holder, f"action_{name}"), key.id


def test_ids_are_unique_in_a_place() -> None:
    for keys in KEYS.values():
        assert max(Counter(key.id for key in keys).values()) == 1


def test_no_key_does_two_things_in_one_place() -> None:
    for place, keys in KEYS.items():
        names = Counter(name for key in keys for name in key.keys.split(","))
        assert max(names.values()) == 1, place


def test_every_action_has_a_sentence_and_a_label_of_one_word() -> None:
    for keys in KEYS.values():
        for key in keys:
            assert key.sentence.endswith(".")
            assert " " not in key.label


def test_twins_are_commands_with_options_that_there_are() -> None:
    for twin in {key.twin for keys in KEYS.values() for key in keys}:
        program, *words = twin.split("|")[0].split() or [""]
        if program != "realtap" or words[0] in {"--help", "--color"}:
            continue
        command = main.commands[words[0]]
        if isinstance(command, click.Group) and words[1:]:
            command = command.commands[words[1]]
        known = {option for each in command.params for option in each.opts}
        used = {word for word in words if word.startswith("--")}
        assert used <= known, twin


def test_bindings_are_made_from_the_table() -> None:
    made = [each for each in bindings(Place.SESSION) if isinstance(each, Binding)]
    assert [each.id for each in made] == [key.id for key in KEYS[Place.SESSION]]
    assert all(each.tooltip for each in made)


def test_keys_are_written_as_people_write_them() -> None:
    assert Key("id", "a,b", "act", "Act", "Act.", "twin").display == "a b"


def test_browsers_keep_their_keys() -> None:
    used = {name for keys in KEYS.values() for key in keys for name in key.keys.split(",")}
    assert used.isdisjoint({"ctrl+w", "ctrl+n", "ctrl+c"})
