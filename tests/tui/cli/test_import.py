"""`realtap import`."""

import json
import re
import sys
from pathlib import Path

import pytest
from archives import archive, page, received, sent, websocket
from click.testing import CliRunner, Result

from realtap.recordings.event import Event
from realtap.recordings.reader import Recording
from realtap.tui.cli.main import main

KEY = "sk-proj-AAAAbbbbCCCCddddEEEE1111"
SESSION = websocket(received({"type": "session.created"}, 0.5), sent({"type": "response.create"}))
OTHER = websocket(sent("tick"), url="wss://example.org/hmr")
WIRE = Path(__file__).resolve().parents[4] / "shared" / "wire"
"""Real sessions, where the checkout has them beside it."""
WIRE_SESSIONS = sorted(WIRE.glob("*/*.jsonl"))


def run(tmp_path: Path, *arguments: object) -> Result:
    folder = str(tmp_path / "recordings")
    return CliRunner().invoke(main, ["import", *map(str, arguments), "--recordings", folder])


def har(tmp_path: Path, *entries: object, name: str = "chrome.har") -> Path:
    path = tmp_path / name
    path.write_bytes(archive(*entries))
    return path


def made(result: Result) -> list[Path]:
    assert result.exit_code == 0, result.output
    return [Path(line) for line in result.stdout.splitlines()]


def test_each_session_of_a_har_becomes_a_recording(tmp_path: Path) -> None:
    path = har(tmp_path, page(), SESSION, OTHER, SESSION)
    result = run(tmp_path, path)
    paths = made(result)
    assert [len(list(Recording(each).events())) for each in paths] == [2, 2]
    assert result.stderr == (
        f"imported 2 sessions of {path}, skipped 1 other request and 1 other WebSocket\n"
    )


def test_all_takes_every_websocket(tmp_path: Path) -> None:
    assert len(made(run(tmp_path, har(tmp_path, SESSION, OTHER), "--all"))) == 2


def test_json_tells_what_was_made_of_what(tmp_path: Path) -> None:
    path = har(tmp_path, page(), SESSION)
    told = json.loads(run(tmp_path, path, "--json").stdout)
    assert (told["file"], told["format"], told["place"]) == (str(path), "har", "log.entries[1]")
    assert (told["events"], told["id"]) == (2, Path(told["path"]).stem)


def test_secrets_of_the_browser_are_not_in_the_recording(tmp_path: Path) -> None:
    secrets = [KEY, "queryKEYqueryKEY42", "cookieValue123456", "setCookieValue98765"]
    entry = websocket(
        sent({"type": "session.update", "note": " and ".join(secrets)}),
        sent(" ".join(secrets).encode()),
        url=f"wss://h/v1/realtime?api-key={secrets[1]}",
    )
    entry["request"]["headers"] = [
        {"name": "Cookie", "value": f"session={secrets[2]}"},
        {"name": "Sec-WebSocket-Protocol", "value": f"realtime, openai-insecure-api-key.{KEY}"},
    ]
    entry["response"]["headers"] = [{"name": "Set-Cookie", "value": f"a={secrets[3]}; path=/"}]
    (path,) = made(run(tmp_path, har(tmp_path, entry)))
    assert [each for each in secrets if each in path.read_text()] == []
    assert all(event.redacted for event in Recording(path).events())


def test_plain_lines_of_the_docs_can_be_imported(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "import.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```jsonl\n(.*?)```", text, re.DOTALL)
    plain = tmp_path / "plain.jsonl"
    plain.write_text(shown)
    (path,) = made(run(tmp_path, plain))
    assert [each.type for each in Recording(path).events()] == [
        "session.created",
        "response.create",
    ]


def test_plain_lines_are_imported_with_the_server_that_is_named(tmp_path: Path) -> None:
    path = tmp_path / "plain.jsonl"
    path.write_text('{"from":"client","at":1,"event":{"type":"response.create"}}\n')
    url = "wss://api.openai.com/v1/realtime?model=gpt-realtime"
    (recording,) = made(run(tmp_path, path, "--upstream", url))
    assert Recording(recording).header.upstream == url
    assert "gpt-realtime" in recording.name


@pytest.mark.skipif(not WIRE_SESSIONS, reason="shared/wire is not beside this checkout")
def test_real_sessions_come_in_with_every_event(tmp_path: Path) -> None:
    paths = made(run(tmp_path, *WIRE_SESSIONS))
    for source, path in zip(WIRE_SESSIONS, paths, strict=True):
        lines = [json.loads(line) for line in source.read_text().splitlines()]
        events = list(Recording(path).events())
        assert [(each.side, each.fields()) for each in events] == [
            (line["from"], line["event"]) for line in lines
        ]


def test_format_can_be_said(tmp_path: Path) -> None:
    result = run(tmp_path, har(tmp_path, SESSION), "--format", "jsonl")
    assert result.exit_code == 4
    assert 'line 1: expected {"from":"client"|"server"' in result.stderr


def test_nothing_is_imported_when_one_file_cannot_be_read(tmp_path: Path) -> None:
    good, bad = har(tmp_path, SESSION), tmp_path / "bad.har"
    bad.write_text("{")
    result = run(tmp_path, good, bad)
    assert result.exit_code == 4
    assert "bad.har: it is not JSON: " in result.stderr
    assert not (tmp_path / "recordings").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("hello", "it is neither a HAR, nor plain lines of JSON, nor a flow file of mitmproxy"),
        ('{"realtap":1,"id":"x","started":""}\n', "it is a recording of realtap already"),
        ('{"log":{"entries":[]}}', "there is no Realtime session in it: it is empty"),
        (archive(page()).decode(), "no Realtime session in it, only 1 other request\n"),
        (archive(OTHER).decode(), "only 1 other WebSocket; add --all to take every WebSocket\n"),
    ],
)
def test_file_without_a_session_ends_with_4_and_what_is_in_it(
    tmp_path: Path, content: str, words: str
) -> None:
    path = tmp_path / "odd"
    path.write_text(content)
    result = run(tmp_path, path)
    assert result.exit_code == 4
    assert f"{path}: " in result.stderr
    assert words in result.stderr


def test_missing_file_ends_with_4(tmp_path: Path) -> None:
    result = run(tmp_path, tmp_path / "none.har")
    assert result.exit_code == 4
    assert "none.har: cannot be read: No such file or directory" in result.stderr


def test_flow_file_needs_mitmproxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mitmproxy.exceptions", None)
    path = tmp_path / "saved.flows"
    path.write_bytes(b"5:hello,")
    result = run(tmp_path, path)
    assert result.exit_code == 2
    assert 'run pip install "realtap[mitm]"' in result.stderr


def test_imported_session_is_not_taken_for_a_live_one(tmp_path: Path) -> None:
    (path,) = made(run(tmp_path, har(tmp_path, SESSION)))
    last = max(each.at for each in Recording(path).entries() if isinstance(each, Event))
    assert path.stat().st_mtime == pytest.approx(1795184112 + last)
