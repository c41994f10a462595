"""An HTTP proxy such as a company's network has, which only knows CONNECT."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "WSS_PROXY", "WS_PROXY")
"""What names such a proxy, in capital letters; small ones count, too."""


@dataclass
class ConnectProxy:
    """One that listens.

    Attributes:
        port: Where.
        heads: The requests that came.
    """

    port: int = 0
    heads: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def targets(self) -> list[str]:
        """Whom it was asked for."""
        return [head.split()[1] for head in self.heads]


@asynccontextmanager
async def connect_proxy(
    *,
    leads_to: int | None = None,
    answer: bytes = b"HTTP/1.1 200 OK\r\n\r\n",
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[ConnectProxy]:
    """A proxy as long as the block runs.

    Args:
        leads_to: The port of this machine that every name leads to; None: it hangs up.
        answer: What it says to each request; nothing: it never answers.
        tls: Its certificate, where TLS is spoken with the proxy itself.
    """
    proxy = ConnectProxy()

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            proxy.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
            writer.write(answer)
            if not answer:
                await reader.read()
            elif leads_to is not None:
                await _join(reader, writer, leads_to)
        writer.close()

    async with await asyncio.start_server(serve_one, "127.0.0.1", 0, ssl=tls) as server:
        proxy.port = server.sockets[0].getsockname()[1]
        yield proxy


async def _join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.TaskGroup() as group:
        group.create_task(_copy(reader, there_writer))
        group.create_task(_copy(there_reader, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()
