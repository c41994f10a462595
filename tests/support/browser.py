"""Chromium without a window, and the server of the pages in `tests/node` that it shows."""

import asyncio
import base64
import hashlib
import json
import os
import shutil
import signal
import ssl
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate
from node_apps import APPS
from raw_peers import PATIENCE_S

PAGE_HOST: Final = "app.example"
"""Where the pages seem to come from: another host than the proxy's. The browser is told where it is."""

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

_FLAGS = (
    "--headless",
    "--no-sandbox",  # its sandbox does not start for root, nor in most containers; the pages are ours
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers have little of it
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-proxy-server",
    f"--host-resolver-rules=MAP {PAGE_HOST} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
"""A browser that speaks with nobody but this machine."""

_TYPES = {".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript"}
"""Browsers run no script whose type does not say that it is one."""


def program() -> str:
    """The browser, or a skipped test where there is none."""
    found = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if found is None or os.name == "nt":
        pytest.skip("Chromium is not installed")
    return found


def pin_of(certificate: bytes) -> str:
    """What Chromium knows a certificate by that it is to trust: the SHA-256 of its public key."""
    key = load_pem_x509_certificate(certificate).public_key()
    data = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


class Pages:
    """Serves the pages, and takes what they tell.

    Args:
        tls: Makes it an https server.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._told: asyncio.Queue[Any] = asyncio.Queue()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def origin(self) -> str:
        """Where its pages come from, as a browser says it."""
        assert self._server is not None
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://{PAGE_HOST}:{self._server.sockets[0].getsockname()[1]}"

    async def told(self) -> Any:
        """What a page tells next."""
        return await asyncio.wait_for(self._told.get(), PATIENCE_S)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._open:
            writer.transport.abort()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            # A browser opens connections that it may need, and leaves them.
            with suppress(asyncio.IncompleteReadError, OSError):
                await self._converse(reader, writer)
        finally:
            self._open.discard(writer)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        method, target, _ = head[0].split()
        fields = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        body = await reader.readexactly(int(fields.get("content-length", 0)))
        if method == "POST":
            self._told.put_nowait(json.loads(body))
        writer.write(_answer(target if method == "GET" else ""))
        await writer.drain()


def _answer(target: str) -> bytes:
    path = (APPS / urlsplit(target).path.lstrip("/")).resolve()
    is_page = path.is_file() and path.is_relative_to(APPS)
    body = path.read_bytes() if is_page else b""
    head = (
        f"HTTP/1.1 {'200 OK' if is_page else '404 Not Found'}",
        f"Content-Type: {_TYPES.get(path.suffix, 'text/plain')}",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    return "\r\n".join([*head, "", ""]).encode() + body


@asynccontextmanager
async def shown(
    address: str, profile: Path, *, trusting: Sequence[str] = (), **parameters: str
) -> AsyncIterator[None]:
    """A browser that shows a page.

    Args:
        address: The page's URL without a query.
        profile: A folder for the browser's own files.
        trusting: See `pin_of`.
        parameters: The query.
    """
    with tempfile.TemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(
            program(),
            *_FLAGS,
            f"--user-data-dir={profile}",
            f"--ignore-certificate-errors-spki-list={','.join(trusting)}",
            f"{address}?{urlencode(parameters)}",
            stdout=log,
            stderr=log,
            env={"PATH": os.environ["PATH"], "HOME": str(profile)},
            start_new_session=True,
        )
        try:
            yield
        except TimeoutError as error:
            log.seek(0)
            error.add_note(f"the browser said:\n{log.read().decode(errors='replace')}")
            raise
        finally:
            # It is a family of processes.
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
