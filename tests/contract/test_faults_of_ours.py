"""Invariant 3: whatever is wrong with us, the session goes on, and the fault is loud."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from raw_peers import Peer, RawUpstream, frame, raw_session

from realtap.proxy.door import Proxy
from realtap.proxy.tap import Tap
from realtap.recordings.event import Note
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

type MakeProxy = Callable[..., Proxy]


async def exchange(client: Peer, server: Peer, payload: bytes) -> None:
    """The payload goes from the client to the server and back."""
    for sender, receiver, mask in ((client, server, True), (server, client, False)):
        sent = frame(payload, mask=mask)
        await sender.send(sent)
        assert await receiver.receive(len(sent)) == sent


async def test_a_folder_that_cannot_be_written_does_not_end_the_session(
    make_proxy: MakeProxy, folder: RecordingsFolder, reports: list[str]
) -> None:
    # A file where the folder should be: refused to root as well.
    folder.path.write_text("in the way")
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with raw_session(proxy.port, upstream) as (client, server):
            for number in range(20):
                await exchange(client, server, b'{"type":"a","n":%d}' % number)
    faults = [line for line in reports if line.startswith("cannot write")]
    assert len(faults) == 1
    assert "the session goes on unrecorded" in faults[0]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for 256 kB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a tmpfs needs root")
    path = tmp_path / "disk"
    path.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", path], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"a tmpfs cannot be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", path], check=True)


async def test_a_full_disk_loses_lines_and_says_how_many_when_there_is_room_again(
    small_disk: Path, make_proxy: MakeProxy, folder: RecordingsFolder, reports: list[str]
) -> None:
    folder.path = small_disk
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * 100_000)
    event = b'{"type":"big","x":"%s"}' % (b"A" * 10_000)
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with raw_session(proxy.port, upstream) as (client, server):
            for _ in range(20):
                await exchange(client, server, event)
            filler.unlink()
            await exchange(client, server, b'{"type":"after"}')
    assert len([line for line in reports if "the disk may be full" in line]) == 1
    [path] = folder.paths()
    recording = Recording(path)
    entries = list(recording.entries())
    [note] = [entry.note for entry in entries if isinstance(entry, Note)]
    events = list(recording.events())
    assert note["kind"] == "lost"
    assert note["lost"] + len(events) == 42
    assert [each.type for each in events[-2:]] == ["after", "after"]
    assert all(each.payload == event for each in events[:-2])


async def test_a_fault_of_the_tap_does_not_end_the_session(
    make_proxy: MakeProxy,
    reports: list[str],
    folder: RecordingsFolder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record = Tap._record

    def fail_once(tap: Tap, *arguments: object, **options: object) -> None:
        if tap.message_count == 1:
            raise ZeroDivisionError("a bug")
        record(tap, *arguments, **options)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(Tap, "_record", fail_once)
    async with RawUpstream() as upstream, make_proxy(upstream.url) as proxy:
        async with raw_session(proxy.port, upstream) as (client, server):
            await exchange(client, server, b'{"type":"a"}')
    assert any("a fault of realtap: ZeroDivisionError" in line for line in reports)
    assert [event.seq for event in Recording(folder.paths()[0]).events()] == [2]
