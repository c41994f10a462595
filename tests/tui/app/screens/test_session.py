"""The screen of a session, driven with every key of its table."""

from collections.abc import Callable
from pathlib import Path

import pytest
from driven_app import driven, to_field
from scenes import audio_answer, function_call, session, text_turn
from transcript import client, server

from realtap.tui.app.screens.help import Help
from realtap.tui.app.screens.session import SessionScreen
from realtap.tui.app.screens.sessions import Sessions
from realtap.tui.app.widgets.field_tree import FieldTree
from realtap.tui.app.widgets.findings_panel import FindingsPanel
from realtap.tui.app.widgets.line_list import LineList

type Record = Callable[..., Path]


async def test_name_of_the_called_function_is_seen_in_the_inspector(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("f", *"type:response.output_item.added item.type=function_call", "enter")
        named = next(line for line in app.lines if " name " in line)
        assert '"get_weather"' in named
        assert "item" in app.lines[app.lines.index(named) - 4]


async def test_moving_goes_line_by_line_and_to_both_ends(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("j", "down", "k")
        assert app.seq == 2
        await app.press("G")
        assert app.seq == len(app.session)
        await app.press("g")
        assert app.seq == 1
        await app.press("end", "home")
        assert app.seq == 1


async def test_pages_and_half_pages_move_by_what_is_seen(tour: Path) -> None:
    async with driven(tour) as app:
        height = app.screen.events.size.height
        await app.press("pagedown")
        assert app.screen.events.cursor == height
        await app.press("ctrl+u", "ctrl+d", "pageup")
        assert app.screen.events.cursor == 0


async def test_run_of_deltas_is_one_line_that_opens_and_closes(record: Record) -> None:
    async with driven(record(session(), audio_answer("one two three", seconds=2.0))) as app:
        folded = app.screen.events.count
        place = next(n for n, line in enumerate(app.lines) if "output_audio.delta" in line)
        assert "x8 audio 2.0 s" in app.lines[place]
        await app.press(*"j" * (place - 3), "enter")
        assert app.screen.events.count == folded + 8
        await app.press("j", "j", "h")
        assert app.screen.events.count == folded


async def test_audio_of_a_run_is_drawn_as_a_waveform(record: Record) -> None:
    async with driven(record(session(), audio_answer("one two three", seconds=2.0))) as app:
        await app.press("f", *"type:response.output_audio.delta", "enter")
        waveform = app.screen.query_one("#waveform")
        assert waveform.display
        assert any("audio 2.0 s" in line[70:] for line in app.lines)


async def test_refused_session_tells_status_and_reason(record: Record) -> None:
    async with driven(record(status=401)) as app:
        assert "refused the session with status 401" in app.text


async def test_deltas_of_parallel_calls_are_folded_apart(record: Record) -> None:
    deltas = [
        server(
            "response.function_call_arguments.delta",
            item_id=f"item_{item}",
            call_id=f"call_{item}",
            response_id="resp_1",
            delta=text,
        )
        for item, text in [("a", '{"city'), ("b", '{"time'), ("a", '":"Rome"}'), ("b", '":"now"}')]
    ]
    async with driven(record(session(), *deltas), size=(200, 30)) as app:
        said = [line for line in app.lines if "arguments.delta" in line]
        assert '{"city":"Rome"}' in said[0]
        assert '{"time":"now"}' in said[1]
        assert all("x2 " in line for line in said[:2])


async def test_calls_are_counted_on_their_tab_also_without_findings(record: Record) -> None:
    path = record(session(), function_call("get_weather"))
    async with driven(path, now_s=path.stat().st_mtime + 1) as app:
        assert "4 calls 1" in app.text


async def test_folding_can_be_switched_off_without_losing_the_event(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("G", "k")
        before = app.seq
        await app.press("z")
        assert app.screen.events.count == len(app.session)
        assert app.seq == before
        await app.press("z")
        assert app.seq == before


async def test_filter_shows_only_what_fits_and_escape_takes_it_off(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("f", *"from:client", "enter")
        assert not any(" ← S " in line[:40] for line in app.lines[3:30])
        assert "from:client" in app.status
        await app.press("escape")
        assert "from:client" not in app.status


async def test_wrong_filter_is_refused_with_its_reason(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("f", *"from:nobody", "enter")
        assert app.screen.query_one("#prompt").has_class("-invalid")
        assert "nobody" in app.text
        await app.press("escape")
        assert app.screen.events.count > 0


async def test_filter_without_hits_tells_how_to_take_it_off(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("f", *"type:nothing.like.this", "enter")
        assert "F takes it off" in app.text


async def test_filter_can_be_switched_off_and_on_keeping_the_event(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("f", *"type:error", "enter")
        assert app.session.index.type(app.session.cursor) == "error"
        before = app.seq
        await app.press("F")
        assert "filter off" in app.status
        await app.press("F")
        assert app.seq == before


async def test_place_from_before_the_filter_comes_back_with_all_events(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("j", "j", "f", *"type:error", "enter", "escape")
        assert app.seq == 3


async def test_place_that_was_chosen_in_the_filter_stays_without_it(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("j", "j", "f", *"from:client", "enter", "G")
        chosen = app.seq
        await app.press("escape")
        assert app.seq == chosen


async def test_event_that_was_jumped_to_stays_without_the_filter(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("j", "f", *"type:response.*", "enter", "]")
        chosen = app.seq
        await app.press("F")
        assert app.seq == chosen


async def test_tab_completes_the_word_that_is_typed(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("f", *"type:vend")
        await app.press("tab", "enter")
        assert "type:vendor.unknown" in app.status


async def test_search_tells_how_many_and_goes_round(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("/", *"sunny", "enter")
        assert "/sunny 1 of" in app.status
        first = app.seq
        await app.press("n")
        assert app.seq > first
        await app.press("N", "N")
        assert app.seq > first
        await app.press("n")
        assert app.seq == first
        await app.press("escape")
        assert "sunny" not in app.status


async def test_search_for_what_is_not_there_says_so(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("/", *"xyzzy", "enter")
        assert "/xyzzy nowhere" in app.status
        assert app.seq == 1


@pytest.mark.parametrize("key", ["2", "3", "4", "5"])
async def test_selected_event_stays_selected_through_all_views(tour: Path, key: str) -> None:
    async with driven(tour) as app:
        await app.press("/", *"call_rome", "enter")
        before = app.seq
        await app.press(key)
        await app.press("1")
        assert app.seq == before


async def test_one_key_goes_through_the_views_and_another_back(tour: Path) -> None:
    async with driven(tour) as app:
        seen = []
        for _ in range(5):
            await app.press("v")
            seen.append(app.screen.view)
        assert seen == ["ladder", "dialogue", "calls", "timeline", "list"]
        await app.press("V")
        assert app.screen.view == "timeline"


async def test_ladder_draws_arrows_between_client_and_server(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("2")
        assert any("│ response.create ──" in line for line in app.lines)
        assert any("◀──" in line and "response.done │" in line for line in app.lines)


async def test_dialogue_tells_who_said_what_and_what_was_called(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("3")
        assert "What can you do?" in app.text
        assert 'get_weather({"city":"Paris"})' in app.text
        assert "It is sunny in Paris." in app.text


async def test_calls_tell_what_became_of_each(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("4")
        paris, rome = app.lines[3:5]
        assert "answered" in paris
        assert "no response yet" in rome


async def test_choosing_in_a_view_selects_the_event_everywhere(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("4", "j")
        call = app.session.calls[1]
        assert app.seq == call.announced_seq
        await app.press("1")
        assert app.seq == call.announced_seq


async def test_timeline_steps_and_zooms(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("5", "l")
        assert app.seq > 1
        await app.press("+", "+")
        assert "0 all" in app.lines[2]
        before = app.lines[2]
        await app.press("0")
        assert app.lines[2] != before


async def test_findings_are_walked_and_told(tour: Path) -> None:
    async with driven(tour) as app:
        assert "missing-response-create" in app.text
        await app.press("]")
        first = app.seq
        assert app.session.findings_of[first]
        await app.press("]", "[")
        assert app.seq == first


async def test_enter_on_a_finding_jumps_to_its_event(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("!")
        panel = app.screen.query_one(FindingsPanel)
        assert panel.has_focus
        finding = app.session.findings[0]
        panel.select(finding)
        await app.press("enter")
        assert app.seq == finding.events[0]


async def test_related_events_are_walked(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("/", *"call_paris", "enter")
        first = app.seq
        await app.press("o")
        assert app.seq > first
        assert "call_paris" in app.session.event(app.session.cursor).payload.decode()  # type: ignore[union-attr] # its line is there
        await app.press("O")
        assert app.seq == first


async def test_marks_are_set_jumped_to_and_times_counted_from_them(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("j", "j", "m", "a", "G", "'", "a")
        assert app.seq == 3
        await app.press("j")
        assert "◆a +0.050" in app.status


async def test_times_go_through_their_modes(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("t")
        assert "times since previous" in app.status
        await app.press("t")
        assert "00:00:00.100" in app.text
        await app.press("t", "t")
        assert "times" not in app.status


async def test_tabs_show_json_reference_related_and_findings(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("f", *"item.type=function_call_output", "enter", ".")
        assert '"type":"conversation.item.create"' in app.text.replace("\n", "")
        await app.press(".")
        assert "from the client" in app.text
        await app.press(".")
        assert "call call_paris" in app.text
        await app.press(".", ",")
        assert app.screen.inspector.tab == "related"


async def test_chosen_related_event_is_selected(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press(
            "/", *"call_paris", "enter", "escape", ".", ".", ".", "tab", "j", "j", "enter"
        )
        assert app.screen.inspector.tab == "related"
        assert app.seq in {app.session.index.seqs[row] for row in range(len(app.session))}


async def test_field_becomes_a_filter(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("f", *"item.type=function_call", "enter", "enter")
        tree = app.screen.query_one(FieldTree)
        assert tree.has_focus
        await to_field(app, "item.name")
        await app.press("=")
        assert 'item.name="get_weather"' in app.status
        assert tree.has_focus
        await to_field(app, "item.name")
        await app.press("-")
        assert app.screen.events.count == 0


async def test_fields_fold_and_open(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("enter")
        tree = app.screen.query_one(FieldTree)
        before = tree.count
        await to_field(app, "session")
        await app.press("h")
        assert tree.count < before
        await app.press("l")
        assert tree.count == before


async def test_other_event_is_read_from_its_top(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("enter")
        await to_field(app, "session.model")
        app.screen.select(4)
        await app.settle()
        assert app.screen.query_one(FieldTree).cursor == 0


async def test_help_lists_every_key(tour: Path) -> None:
    async with driven(tour, size=(120, 120)) as app:
        await app.press("?")
        assert app.is_at(Help)
        assert "Show only events that a filter wants." in app.text
        await app.press("j", "k", "escape")
        assert app.is_at(SessionScreen)


async def test_palette_runs_an_action_of_the_table(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("ctrl+p", *"client and server as columns")
        await app.press("enter")
        assert app.screen.view == "ladder"


async def test_escape_peels_layers_and_leaves_at_last(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("f", *"from:client", "enter", "/", *"output", "enter", "enter", "\\")
        for _ in range(3):
            await app.press("escape")
            assert app.is_at(SessionScreen)
        await app.press("escape")
        assert app.is_at(Sessions)


async def test_zoom_gives_a_pane_the_whole_screen(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("\\")
        assert app.screen.events.size.width == 120
        assert not app.screen.inspector.display
        await app.press("\\")
        assert app.screen.inspector.display


async def test_narrow_terminal_shows_the_inspector_on_its_own(tour: Path) -> None:
    async with driven(tour, size=(50, 24)) as app:
        seen = [app.screen.inspector.display]
        await app.press("enter")
        seen += [app.screen.inspector.display, app.screen.query_one("#left").display]
        await app.press("escape")
        seen.append(app.screen.inspector.display)
        assert seen == [False, True, False, False]


async def test_mouse_selects_lines_tabs_and_views(tour: Path) -> None:
    async with driven(tour) as app:
        await app.click("#events", at=(10, 4))
        assert app.seq == 5
        await app.click("#views", at=(14, 0))
        assert app.screen.view == "ladder"
        await app.click("#tabs", at=(9, 0))
        assert app.screen.inspector.tab == "json"


async def test_cursor_move_is_told_as_a_message(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("j")
        (moved,) = app.handled(LineList.Moved)
        assert moved.lines is app.screen.events


async def test_resizing_keeps_the_selected_event_in_sight(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("G")
        await app.resize(80, 24)
        assert any(f" {app.seq} " in line for line in app.lines)


async def test_unknown_event_and_control_characters_are_shown_harmlessly(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("f", *"type:vendor.unknown", "enter")
        assert "\\x1b[31mred\\x07" in app.text
        await app.press(".")
        assert "\x1b" not in app.text


async def test_torn_and_foreign_lines_are_no_trouble(record: Record) -> None:
    path = record(session(), text_turn())
    with path.open("ab") as file:
        file.write(b'{"at":1,"novelty":{}}\nnot json at all\n{"seq":99,"at":9,"from":"ser')
    async with driven(path) as app:
        assert len(app.session) > 5


async def test_junk_in_every_place_is_shown(record: Record) -> None:
    junk = {"item": 7, "response": [1, None], "delta": {"deep": [[[[]]]]}, "call_id": 3.5}
    steps = [
        server(type_, **junk) for type_ in ("response.done", "response.output_audio.delta", "error")
    ]
    async with driven(record(*steps, client("", **junk))) as app:
        for _ in range(4):
            await app.press("j", ".", ".", ".", ".", ".")
        for view in "2345":
            await app.press(view)
        assert len(app.session) == 4
