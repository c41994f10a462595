"""docs/testing.md does what it says: its files are written, its commands are run."""

import re
from pathlib import Path

import pytest
from plugin_user import OPTIONS

pytest_plugins = ["pytester"]

PAGE = (Path(__file__).parents[3] / "docs" / "testing.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def files() -> dict[str, str]:
    """The page's files by name: the first line of each names it."""
    named = [
        re.match(r"# (\w+\.py)\n(.*)", text, re.DOTALL) for kind, text in BLOCKS if kind == "python"
    ]
    return {found[1]: found[2] for found in named if found}


def commands() -> list[list[str]]:
    """The arguments of each `pytest` that the page runs."""
    lines = [text.strip().split() for kind, text in BLOCKS if kind == "console"]
    return [words[1:] for words in lines if words[0] == "pytest"]


@pytest.fixture
def newcomer(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Somebody who has followed the page so far."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    for name, text in files().items():
        (pytester.path / name).write_text(text)
    return pytester


def run(newcomer: pytest.Pytester, *options: str) -> pytest.RunResult:
    return newcomer.runpytest_inprocess(*OPTIONS, *options)


def test_the_page_leads_to_a_replayed_test(newcomer: pytest.Pytester) -> None:
    recording, replaying = commands()
    run(newcomer, *recording).assert_outcomes(passed=2)
    result = run(newcomer, *replaying)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*1 session replayed, 0 sessions recorded*"])
    own = newcomer.path / "recordings" / "test_weather" / "test_the_weather_in_paris.jsonl"
    assert own.exists()


def test_a_broken_tool_is_told_as_the_page_shows(newcomer: pytest.Pytester) -> None:
    recording, _ = commands()
    run(newcomer, *recording).assert_outcomes(passed=2)
    app = newcomer.path / "weather_app.py"
    app.write_text(app.read_text().replace('"degrees": 21', '"degrees": 12'))
    output = run(newcomer, "test_weather.py").stdout.str()
    [shown] = [text for kind, text in BLOCKS if kind == "text"]
    for line in shown.splitlines():
        words = line.partition("…")[2 if line.startswith("replay of") else 0]
        stable = re.sub(r"event \d+ at [\d.]+ s", "", words)
        assert stable.strip().removeprefix("expected").strip() in output
