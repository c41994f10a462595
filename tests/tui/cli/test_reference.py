"""The list of all events and what a search finds, on terminals of several widths."""

import pytest

from realtap.tui.cli.reference import print_event, print_found, print_list
from realtap.tui.cli.rows import Page


def put_on(monkeypatch: pytest.MonkeyPatch, page: Page) -> None:
    """Let the commands print on this page."""
    monkeypatch.setattr(Page, "of_stdout", lambda: page)


@pytest.mark.parametrize("width", [80, 120, 160])
def test_list_fits_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    put_on(monkeypatch, Page(width, has_colour=False))
    print_list(as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    assert any(line.startswith("  ← S response.text.delta") for line in lines)


def test_search_tells_alike_fields_once_with_their_events(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put_on(monkeypatch, Page(80, has_colour=False))
    print_found("silence_duration_ms", as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert (
        lines.count(
            "session.audio.input.turn_detection.silence_duration_ms  when type is server_vad"
        )
        == 1
    )
    assert "  in session.update, session.created, session.updated" in lines


def test_page_of_another_servers_event(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put_on(monkeypatch, Page(80, has_colour=False))
    print_event("ping", as_json=False)
    assert "Added by xAI" in capsys.readouterr().out
