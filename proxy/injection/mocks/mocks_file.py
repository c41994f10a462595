"""A mocks file that is read again whenever it changes."""

from collections.abc import Callable
from pathlib import Path

from ....recordings.errors import UsageError
from ..rulebook import Rulebook
from .reading import Reading, read_mocks
from .sources import Sources, stamp_of


class MocksFile:
    """Keeps a rulebook in step with a file.

    `load` once, then `look` twice a second, both where the sessions run: a Python module that the file
    names is imported meanwhile.

    Args:
        path: The file.
        rulebook: Its mocks are put in here, for all sessions.
        report: Tells people what was read, what was refused, and which function failed.
        source: What the rulebook calls them.
    """

    def __init__(
        self,
        path: Path,
        rulebook: Rulebook,
        report: Callable[[str], None],
        *,
        source: str = "mocks",
    ) -> None:
        self.path = path
        self.reading = Reading()
        """What is in force."""
        self.problem: str | None = None
        """Why the file as it is now is not in force: a bad file changes nothing."""
        self._rulebook = rulebook
        self._report = report
        self._source = source
        self._sources = Sources(path.absolute().parent)
        self._is_doubted = False

    @property
    def name(self) -> str:
        """How messages name it."""
        return f"mocks file {self.path}"

    def load(self) -> None:
        """Read the file, and put what it says in force.

        Raises:
            UsageError: It cannot be taken; what was in force stays.
        """
        self._sources.forget_stamps()
        try:
            text = self._sources.text(self.path.name)
        except ValueError as error:
            raise self._refused(UsageError(f"mocks file {error}")) from error
        try:
            reading = read_mocks(text, name=self.name, sources=self._sources, report=self._report)
        except UsageError as error:
            self._refused(error)
            raise
        self.problem = None
        self.reading = reading.keeping(self.reading)
        self._rulebook.put(self._source, self.reading.makers)

    def look(self) -> bool:
        """Read the file again if it, or a file that it names, has changed; True if it was taken.

        What is wrong with it is told once.
        """
        if not self._has_changed():
            return False
        try:
            self.load()
        except UsageError as error:
            kept = "what it said before stays in force" if self.reading.entries else "fix it"
            self._report(f"{error}; {kept}")
            return False
        self._report(f"{self.name}: read again, {self.reading.summary()} in force")
        return True

    def _has_changed(self) -> bool:
        stamps = self._sources.stamps
        if all(stamp_of(path) == stamp for path, stamp in stamps.items()):
            return False
        stamp = stamp_of(self.path)
        is_empty = stamp is not None and stamp[1] == 0
        if is_empty and not self._is_doubted:
            # Many an editor empties a file before it writes it: next time will show.
            self._is_doubted = True
            return False
        self._is_doubted = False
        return True

    def _refused(self, error: UsageError) -> UsageError:
        self.problem = str(error)
        return error
