"""Child processes: started, asked for their memory and CPU time, ended by their ids.

Memory and CPU time come from `/proc`, which only Linux has.
"""

import contextlib
import os
import re
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

STARTING_S = 20.0
"""How long a child may take until it listens; `mitmdump` needs a few seconds on a busy machine."""

ENDING_S = 5.0
"""How long a child may take to end when asked, before it is killed."""

POLL_S = 0.002
"""The pause between two looks at a port: the error of a measured start is as big."""

LOOPBACK = "127.0.0.1"

ROOT = Path(__file__).resolve().parent.parent
"""The repository: `python -m benchmarks.…` starts from there."""


class ChildError(Exception):
    """Raised when a child ends, or stays deaf, instead of listening."""


class Child:
    """One process that listens on a port of loopback, for as long as the `with` block."""

    def __init__(self, command: list[str], port: int) -> None:
        self.port = port
        self.started_in_s = 0.0
        """From the start of the process to the first connection that it took, in seconds."""
        self._command = command
        # A file, not a pipe: nobody reads while a measurement runs, and a full pipe would stop it.
        self._talk = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        began = time.perf_counter()
        try:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._talk,
            )
            self._wait_until_listening(began + STARTING_S)
        except (OSError, ChildError) as error:
            self.__exit__(None, None, None)
            raise ChildError(str(error)) from error
        self.started_in_s = time.perf_counter() - began
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(ENDING_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._talk.close()

    # What the kernel knows about it.

    def memory_bytes(self) -> int:
        """Resident memory now."""
        return self._status_bytes("VmRSS")

    def gateway_bytes(self) -> int:
        """Resident memory now of the mitmproxy process that it has started."""
        children = (self._proc / "task" / self._proc.name / "children").read_text().split()
        for child in (Path("/proc") / each for each in children):
            if b"realtap.proxy.mitm" in (child / "cmdline").read_bytes():
                return _status_bytes(child, "VmRSS")
        raise ChildError("there is no mitmproxy process")

    def peak_memory_bytes(self) -> int:
        """The most resident memory since `forget_peak`."""
        return self._status_bytes("VmHWM")

    def forget_peak(self) -> None:
        """Let the peak start again from the memory of now (proc(5), `clear_refs`, value 5)."""
        (self._proc / "clear_refs").write_text("5")

    def cpu_s(self) -> float:
        """The CPU time of all its threads until now, in seconds."""
        total_ns = 0
        for thread in (self._proc / "task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                total_ns += int((thread / "schedstat").read_text().split()[0])
        return total_ns / 1e9

    def _status_bytes(self, key: str) -> int:
        return _status_bytes(self._proc, key)

    @property
    def _proc(self) -> Path:
        if self._process is None:
            raise ChildError("the process has not been started")
        return Path(f"/proc/{self._process.pid}")

    # Starting.

    def _wait_until_listening(self, until: float) -> None:
        while not _accepts(self.port):
            if self._process is not None and self._process.poll() is not None:
                self._talk.seek(0)
                said = _last_line(self._talk.read())
                raise ChildError(f"ended with {self._process.returncode}: {said}")
            if time.perf_counter() > until:
                raise ChildError(f"did not listen within {STARTING_S:.0f} s")
            time.sleep(POLL_S)


def _status_bytes(process: Path, key: str) -> int:
    found = re.search(rf"^{key}:\s+(\d+) kB$", (process / "status").read_text(), re.MULTILINE)
    if found is None:
        raise ChildError(f"the kernel does not tell {key}")
    return int(found[1]) * 1024


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def wall_s(command: list[str]) -> float:
    """The time of a command from its start to its end, in seconds.

    Raises:
        ChildError: It cannot be started, or fails.
    """
    began = time.perf_counter()
    try:
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    except subprocess.CalledProcessError as error:
        raise ChildError(f"ended with {error.returncode}: {_last_line(error.stderr)}") from error
    except OSError as error:
        raise ChildError(str(error)) from error
    return time.perf_counter() - began


def has_proc() -> bool:
    """Whether this system tells the memory and CPU time of processes in `/proc`."""
    return Path(f"/proc/{os.getpid()}/status").exists()


def _last_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0
