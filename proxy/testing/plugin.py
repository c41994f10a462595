"""The pytest plugin: recorded sessions as tests.

Loaded by every run of pytest where realtap is installed, so it imports pytest and the standard
library only; the rest is imported when a test asks for it. Every option, ini key, marker and fixture
begins with realtap.
"""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import pytest

from .report import PROPERTY, Tally
from .settings import FAIL_ON, LEVELS, Mode, SettingError, Settings, settings_from

if TYPE_CHECKING:
    from .opening import RecordedTest
    from .session import RealtapSession
    from .simulated import ScriptedSimulator

MARKER: Final = (
    "realtap(*recordings, mode, upstream, level, ignore, matchers, pace, patience, strict, fail_on): "
    "play recorded Realtime sessions to the app under test; without names the test's own, "
    "recordings/<module>/<test>.jsonl"
)

_CHOICES: Final = {"mode": tuple(Mode), "level": LEVELS, "fail_on": FAIL_ON}
_HELP: Final = {
    "mode": "replay or record: none never uses the network (default), once records what is not "
    "recorded, new records sessions that are not recorded, all records everything, rewrite also "
    "removes old recordings",
    "upstream": "the server to record from: openai (default), azure:RESOURCE, xai, sim, or a URL",
    "level": "how closely the app has to say what it said: type, shape (default) or exact",
    "ignore": "a field that never matters, such as session.instructions; repeatable",
    "pace": "instant (default), recorded, or how many times faster than recorded",
    "patience": "how many seconds the server waits for the app when it is its turn (default 5)",
    "fail_on": "fail a test whose session has findings this bad: never (default), error, warning, info",
}

_SESSION: "pytest.StashKey[RealtapSession]" = pytest.StashKey()
_TEST: "pytest.StashKey[RecordedTest]" = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare each setting once, as an option and as an ini key."""
    group = parser.getgroup("realtap", "recorded sessions of the Realtime API")
    for name, text in _HELP.items():
        is_list = name == "ignore"
        extra: dict[str, Any] = {"action": "append"} if is_list else {}
        if name in _CHOICES:
            extra["choices"] = _CHOICES[name]
        flag = f"--realtap-{name.replace('_', '-')}"
        group.addoption(flag, dest=f"realtap_{name}", default=None, help=text, **extra)
        kind: Literal["linelist", "string"] = "linelist" if is_list else "string"
        parser.addini(f"realtap_{name}", text, type=kind)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker; refuse settings that cannot be taken before any test runs."""
    config.addinivalue_line("markers", MARKER)
    config.pluginmanager.register(_Summary(), "realtap-summary")
    try:
        settings_from(None, _chosen(config))
    except SettingError as error:
        raise pytest.UsageError(f"realtap: {error}") from error


# Fixtures.


@pytest.fixture
def realtap_session(request: pytest.FixtureRequest) -> "Iterator[RealtapSession]":
    """A server that plays the test's recordings, or records them; the environment points at it."""
    from .opening import RecordedTest, opened  # noqa: PLC0415 -- only a test that asks for it pays

    settings = _settings(request)
    node = request.node
    name = node.nodeid.partition("::")[2].replace("::", ".")
    test = RecordedTest(Path(node.path), name)
    node.stash[_TEST] = test
    try:
        with opened(test, settings) as session:
            node.stash[_SESSION] = session
            yield session
            _count(node, session)
    except SettingError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(autouse=True)
def _realtap_marked(request: pytest.FixtureRequest) -> None:
    """A marked test is served whether or not it asks for the fixture."""
    if request.node.get_closest_marker("realtap") is not None:
        request.getfixturevalue("realtap_session")


@pytest.fixture
def realtap_simulator(
    request: pytest.FixtureRequest, tmp_path: Path
) -> "Iterator[ScriptedSimulator]":
    """A simulated server whose model says what the test scripts; the environment points at it."""
    from .simulated import simulating  # noqa: PLC0415 -- only a test that asks for it pays

    with simulating(tmp_path / "realtap", _settings(request)) as simulator:
        request.node.stash[_SESSION] = simulator
        yield simulator


# Outcomes.


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A test passes only if its session went as recorded; one that fails tells where it did not."""
    try:
        result = yield
    except BaseException:
        _explain(item)
        raise
    session = item.stash.get(_SESSION, None)
    if session is not None and (complaint := session.complaint()):
        pytest.fail(complaint, pytrace=False)
    if (test := item.stash.get(_TEST, None)) is not None:
        test.has_passed = True
    return result


def _explain(item: pytest.Item) -> None:
    session = item.stash.get(_SESSION, None)
    if session is not None and (complaint := session.complaint()):
        item.add_report_section("call", "realtap", complaint)


def _count(node: pytest.Item, session: "RealtapSession") -> None:
    """Pass on to the run's summary what became of a session, also out of a worker of xdist."""
    backend = session.backend
    counts = {
        "replayed": backend.replayed,
        "recorded": backend.recorded,
        "unplayed": backend.unplayed(),
    }
    node.user_properties.append((PROPERTY, counts))


class _Summary:
    """Counts what the tests of a run did; reports of all workers of xdist come to one place."""

    def __init__(self) -> None:
        self._tally = Tally()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """See pytest."""
        if report.when == "teardown":
            self._tally.add(report.nodeid, report.user_properties)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was replayed and recorded, if anything was."""
        if lines := list(self._tally.lines()):
            terminalreporter.section("realtap", sep="-")
            for line in lines:
                terminalreporter.line(line)


# Settings.


def _settings(request: pytest.FixtureRequest) -> Settings:
    marker = request.node.get_closest_marker("realtap")
    try:
        return settings_from(
            None if marker is None else (marker.args, marker.kwargs), _chosen(request.config)
        )
    except SettingError as error:
        return pytest.fail(str(error), pytrace=False)


def _chosen(config: pytest.Config) -> dict[str, Any]:
    """What the ini file says, and apart from it what the command line says."""
    ini = {name: config.getini(f"realtap_{name}") for name in _HELP}
    line = {name: config.getoption(f"realtap_{name}") for name in _HELP}
    return {
        **{name: _typed(name, value) for name, value in ini.items() if value},
        "command_line": {name: _typed(name, value) for name, value in line.items() if value},
    }


def _typed(name: str, value: Any) -> Any:
    return tuple(value) if name == "ignore" else value
