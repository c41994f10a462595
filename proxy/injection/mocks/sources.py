"""The other files that a mocks file names: outputs and Python modules, found beside it."""

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType

from ....recordings.event import Json

type Stamp = tuple[int, int, int] | None
"""What tells a file's versions apart: time in ns, size, inode; None when there is no file."""


def stamp_of(path: Path) -> Stamp:
    """A file's stamp now."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


class Sources:
    """What a mocks file is made of, and which version of each file was read last.

    Attributes:
        folder: Relative names are looked up here.
        stamps: Every file that was asked for since `forget_stamps`, also those that are not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stamps: dict[Path, Stamp] = {}
        self._modules: dict[Path, tuple[Stamp, ModuleType]] = {}

    def forget_stamps(self) -> None:
        """The file is about to be read again."""
        self.stamps = {}

    def text(self, name: str | Path) -> str:
        """A file's text.

        Raises:
            ValueError: It cannot be read; the message says why.
        """
        path = self.folder / name
        self.stamps[path] = stamp_of(path)
        try:
            return path.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise ValueError(f"{path} cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise ValueError(f"{path} cannot be read: it is no UTF-8 text") from error

    def function(self, written: str) -> Callable[[Json], object]:
        """The function that `module:function` names.

        A module in the folder comes before an installed one, and is loaded again when it has changed.

        Raises:
            ValueError: There is none, or its module cannot be imported; the message says why.
        """
        module_name, _, function_name = written.partition(":")
        names = [*module_name.split("."), function_name]
        if not all(name.isidentifier() for name in names):
            raise ValueError(f"{written!r} names no function; write module:function")
        module = self._module(module_name)
        function = getattr(module, function_name, None)
        if callable(function):
            return function  # type: ignore[no-any-return]  # what it takes shows when it is called
        callables = [name for name, value in vars(module).items() if callable(value)]
        nearest = get_close_matches(function_name, callables, n=1)
        hint = f"; did you mean {module_name}:{nearest[0]}" if nearest else ""
        raise ValueError(f"module {module_name} has no function {function_name}{hint}")

    def _module(self, name: str) -> ModuleType:
        path = self.folder.joinpath(*name.split(".")).with_suffix(".py")
        stamp = self.stamps[path] = stamp_of(path)
        known = self._modules.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        try:
            with _in_search_path(self.folder):
                module = importlib.import_module(name) if stamp is None else _loaded(name, path)
        except (Exception, SystemExit) as error:
            raise ValueError(
                f"module {name} cannot be imported: {type(error).__name__}: {error}"
            ) from error
        self._modules[path] = stamp, module
        return module


class _FreshLoader(SourceFileLoader):
    """Reads the source each time: cached bytecode knows the source's age by whole seconds only."""

    def get_code(self, fullname: str) -> CodeType:
        """The source, compiled."""
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def _loaded(name: str, path: Path) -> ModuleType:
    """A module of the user's under a name of ours, so that it can be called as any other is."""
    own_name = f"realtap_mocks_{name.replace('.', '_')}"
    spec = spec_from_loader(own_name, _FreshLoader(own_name, str(path)))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    # Dataclasses look their module up here.
    sys.modules[own_name] = module
    spec.loader.exec_module(module)
    return module


@contextmanager
def _in_search_path(folder: Path) -> Iterator[None]:
    """The folder's modules can be imported, as long as this lasts."""
    entry = str(folder)
    sys.path.insert(0, entry)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        if entry in sys.path:
            sys.path.remove(entry)
