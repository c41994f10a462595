"""What a proxy's sessions have to follow, as people said it: mocks, breakpoints and faults.

It keeps what was written beside the rules that were made of it, so that both can be shown, and a rule
that is said again stays as it is in the sessions. Changes can come at any time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..recordings.errors import UsageError
from .injection.breakpoints import breakpoint_maker
from .injection.faults import FAULTS, FaultKind, parse_fault
from .injection.mocks import MocksFile, Reading, read_mocks
from .injection.mocks.sources import Sources
from .injection.rule import RuleMaker
from .injection.rulebook import ALL_SESSIONS, Rulebook

LOOK_S: Final = 0.5
"""How often the mocks file is looked at."""

MOCKS: Final = "mocks"
BREAKPOINTS: Final = "breakpoints"
FAULTS_ON: Final = "faults"


@dataclass(frozen=True, slots=True)
class _Written:
    """What was made of a text."""

    maker: RuleMaker
    timeout_s: float | None
    """What was said beside the text: with another one, it is another rule."""


class Regime:
    """The rules of one proxy, by those who made them.

    Args:
        report: Takes one line for people: mocks were read again, a file was refused.
        on_change: Called after each change.
    """

    def __init__(self, report: Callable[[str], None], on_change: Callable[[], None]) -> None:
        self.rulebook = Rulebook()
        self._report = report
        self._on_change = on_change
        self._file: MocksFile | None = None
        self._reading = Reading()
        """Of mocks that were set as text."""
        self._written: dict[tuple[str, str], dict[str, _Written]] = {}
        """The faults and breakpoints of a session, or of all: texts and what was made of them."""

    # Mocks.

    def follow(self, path: Path) -> None:
        """Put a mocks file in force, and what it says whenever it changes.

        Raises:
            UsageError: It cannot be taken; what was in force stays.
        """
        file = MocksFile(path, self.rulebook, self._report, source=MOCKS)
        file.load()
        self._file, self._reading = file, Reading()
        self._on_change()

    def set_mocks(self, text: str) -> None:
        """Put a text in force in place of what was there; an empty one takes all mocks away.

        Raises:
            UsageError: It cannot be taken; what was in force stays.
        """
        sources = Sources(Path.cwd())
        reading = read_mocks(text, name="mocks", sources=sources, report=self._report)
        self._reading = reading.keeping(self._reading)
        self._file = None
        self.rulebook.put(MOCKS, self._reading.makers)
        self._on_change()

    def look(self) -> None:
        """Look whether the mocks file has changed, and whether it can be taken now."""
        file = self._file
        if file is None:
            return
        problem = file.problem
        if file.look() or file.problem != problem:
            self._on_change()

    @property
    def mocks_source(self) -> str:
        """The file's path, `text`, or empty when there are none."""
        if self._file is not None:
            return str(self._file.path)
        return "text" if self._reading.entries else ""

    @property
    def mocks_problem(self) -> str | None:
        """Why the file as it is now is not in force."""
        return None if self._file is None else self._file.problem

    @property
    def mock_names(self) -> list[str]:
        """The names of the rules that the mocks file, or text, says."""
        return [maker.name for maker in self.rulebook.get(MOCKS)]

    # Faults and breakpoints.

    def set_faults(self, texts: Sequence[str], *, session_id: str = ALL_SESSIONS) -> None:
        """Switch faults on, `name:key=value`, in place of those that were.

        Raises:
            UsageError: One cannot be read; what was on stays.
        """
        self._set(FAULTS_ON, texts, session_id, parse_fault)

    def set_breakpoints(
        self, filters: Sequence[str], *, timeout_s: float | None, session_id: str = ALL_SESSIONS
    ) -> None:
        """Hold the messages that a filter wants, in place of those that were held.

        Raises:
            UsageError: A filter cannot be read; what was set stays.
        """

        self._set(
            BREAKPOINTS,
            filters,
            session_id,
            lambda text: breakpoint_maker(text, timeout_s),
            timeout_s=timeout_s,
        )

    def written(self, source: str, *, session_id: str = ALL_SESSIONS) -> list[str]:
        """The faults or breakpoints of a session alone, or of all, as they were written."""
        return list(self._written.get((source, session_id), {}))

    def faults(self) -> list[tuple[FaultKind, list[tuple[str, str]]]]:
        """All faults, each with where it is on: as it was written, and the session, empty for all."""
        on: dict[str, list[tuple[str, str]]] = {name: [] for name in FAULTS}
        for (source, session_id), texts in self._written.items():
            for text in texts if source == FAULTS_ON else ():
                on[text.partition(":")[0].strip()].append((text, session_id))
        return [(kind, on[name]) for name, kind in FAULTS.items()]

    def forget(self, session_id: str) -> None:
        """A session is over."""
        self.rulebook.forget(session_id)
        for key in [key for key in self._written if key[1] == session_id]:
            del self._written[key]

    def _set(
        self,
        source: str,
        texts: Sequence[str],
        session_id: str,
        make: Callable[[str], RuleMaker],
        *,
        timeout_s: float | None = None,
    ) -> None:
        earlier = self._written.get((source, session_id), {})
        written: dict[str, _Written] = {}
        for text in texts:
            known = earlier.get(text)
            if known is None or known.timeout_s != timeout_s:
                known = _Written(make(text), timeout_s)
            written[text] = known
        self._written[source, session_id] = written
        makers = [each.maker for each in written.values()]
        self.rulebook.put(source, makers, session_id=session_id)
        self._on_change()


def mocks_path(text: str) -> Path:
    """The mocks file that a person names.

    Raises:
        UsageError: There is no such file.
    """
    path = Path(text).expanduser()
    if not path.is_file():
        raise UsageError(f"mocks file {path}: there is no such file")
    return path.absolute()
