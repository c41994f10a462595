"""A mocks file that changes while sessions go on."""

import os
from pathlib import Path
from textwrap import dedent

import pytest

from realtap.proxy.injection.mocks.mocks_file import MocksFile
from realtap.proxy.injection.rulebook import Rulebook
from realtap.recordings.errors import UsageError

WEATHER = """\
    [[mock]]
    call = "get_weather"
    outputs = ["sunny", "rain"]
    """
TIME = """\
    [[mock]]
    call = "get_time"
    output = "noon"
    """


class Watched:
    """A mocks file in a folder, and what was told of it."""

    def __init__(self, folder: Path, text: str) -> None:
        self.path = folder / "m.toml"
        self._writes = 0
        self.write(text)
        self.rulebook = Rulebook()
        self.reports: list[str] = []
        self.mocks = MocksFile(self.path, self.rulebook, self.reports.append)

    def write(self, text: str, name: str = "m.toml") -> None:
        """Change a file; each time its stamp is another, however coarse the disk's clock."""
        self._writes += 1
        path = self.path.parent / name
        path.write_text(dedent(text))
        os.utime(path, ns=(self._writes, self._writes))

    @property
    def in_force(self) -> list[str]:
        """The names of the rules in the rulebook."""
        return [maker.name for maker in self.rulebook.makers("any session")]


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    made = Watched(tmp_path, WEATHER)
    made.mocks.load()
    return made


def test_loaded_file_is_in_force(watched: Watched) -> None:
    assert watched.in_force == ["mock get_weather"]
    assert watched.mocks.problem is None
    assert watched.reports == []


def test_bad_file_is_an_error_when_it_is_loaded(tmp_path: Path) -> None:
    watched = Watched(tmp_path, "[[mock]]\ncall = 3")
    with pytest.raises(UsageError) as raised:
        watched.mocks.load()
    assert str(raised.value) == (
        f"mocks file {watched.path} line 2: call is 3; "
        "expected the name of a function, or a pattern as get_*"
    )
    assert watched.mocks.problem == str(raised.value)


def test_missing_file_is_an_error_when_it_is_loaded(tmp_path: Path) -> None:
    mocks = MocksFile(tmp_path / "no.toml", Rulebook(), print)
    with pytest.raises(UsageError, match=r"^mocks file .*no\.toml cannot be read: No such file"):
        mocks.load()


def test_unchanged_file_is_not_read_again(watched: Watched) -> None:
    version = watched.rulebook.version
    assert not watched.mocks.look()
    assert watched.rulebook.version == version


def test_changed_file_is_in_force_at_the_next_look(watched: Watched) -> None:
    before = watched.rulebook.makers("any session")
    watched.write(WEATHER + TIME)
    assert watched.mocks.look()
    assert watched.in_force == ["mock get_weather", "mock get_time"]
    assert watched.rulebook.makers("any session")[0] is before[0]
    assert watched.reports == [f"mocks file {watched.path}: read again, 2 mocks in force"]


def test_bad_change_is_refused_once_with_line_and_reason(watched: Watched) -> None:
    watched.write(WEATHER + "outptu = 1")
    assert [watched.mocks.look() for _ in range(3)] == [False, False, False]
    assert watched.in_force == ["mock get_weather"]
    (report,) = watched.reports
    assert report.startswith(f"mocks file {watched.path} line 4: outptu is unknown; did you mean o")
    assert report.endswith("; what it said before stays in force")
    assert watched.mocks.problem is not None
    assert report.startswith(watched.mocks.problem)


def test_corrected_file_has_no_problem_any_more(watched: Watched) -> None:
    watched.write("[[mock]]")
    watched.mocks.look()
    watched.write(TIME)
    assert watched.mocks.look()
    assert watched.mocks.problem is None
    assert watched.in_force == ["mock get_time"]


def test_file_that_goes_away_changes_nothing_until_it_comes_back(watched: Watched) -> None:
    watched.path.unlink()
    assert not watched.mocks.look()
    assert not watched.mocks.look()
    assert watched.in_force == ["mock get_weather"]
    assert len(watched.reports) == 1
    watched.write(TIME)
    assert watched.mocks.look()


def test_empty_file_is_believed_at_the_second_look(watched: Watched) -> None:
    watched.write("")
    assert not watched.mocks.look()
    assert watched.in_force == ["mock get_weather"]
    assert watched.mocks.look()
    assert watched.in_force == []
    assert watched.reports == [f"mocks file {watched.path}: read again, nothing in force"]


def test_file_that_was_empty_for_a_moment_only_keeps_its_unchanged_mocks(watched: Watched) -> None:
    before = watched.rulebook.makers("any session")
    watched.write("")
    watched.mocks.look()
    watched.write(WEATHER)
    assert watched.mocks.look()
    assert watched.rulebook.makers("any session")[0] is before[0]


def test_change_of_a_file_that_it_names_is_a_change(watched: Watched) -> None:
    watched.write('[[mock]]\ncall = "f"\noutput_file = "x.json"')
    assert not watched.mocks.look()
    assert watched.mocks.problem is not None
    assert watched.mocks.problem.endswith("x.json cannot be read: No such file or directory")
    watched.write("{}", "x.json")
    assert watched.mocks.look()
    (old,) = watched.rulebook.makers("any session")
    watched.write("[]", "x.json")
    assert watched.mocks.look()
    assert watched.rulebook.makers("any session") != [old]


def test_change_of_a_module_that_it_names_is_a_change(watched: Watched) -> None:
    watched.write("def f(arguments): return 1", "tools.py")
    watched.write('[[mock]]\ncall = "f"\npython = "tools:f"')
    assert watched.mocks.look()
    assert not watched.mocks.look()
    watched.write("def g(arguments): return 1", "tools.py")
    assert not watched.mocks.look()
    assert watched.reports[-1].startswith(
        f"mocks file {watched.path} line 3: module tools has no function f"
    )


def test_changed_module_is_only_new_for_the_mocks_that_use_it(watched: Watched) -> None:
    watched.write("def f(arguments): return 1", "tools.py")
    watched.write(WEATHER + '[[mock]]\ncall = "f"\npython = "tools:f"')
    watched.mocks.look()
    before = watched.rulebook.makers("any session")
    watched.write("def f(arguments): return 2", "tools.py")
    assert watched.mocks.look()
    after = watched.rulebook.makers("any session")
    assert [one is other for one, other in zip(before, after, strict=True)] == [True, False]
