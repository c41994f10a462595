import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from realtap.proxy.testing.switch import Switch


@asynccontextmanager
async def answering(name: bytes) -> AsyncIterator[int]:
    """A server that says its name and what it heard."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(name + await reader.read())
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def ask(port: int, words: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(words)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    return answer


async def test_the_first_connections_go_to_one_server_and_the_others_to_the_other() -> None:
    async with answering(b"one:") as one, answering(b"other:") as other:
        async with Switch(2, one, other) as switch:
            answers = [await ask(switch.port, words) for words in (b"a", b"b", b"c")]
    assert answers == [b"one:a", b"one:b", b"other:c"]


async def test_a_server_that_is_gone_ends_the_connection() -> None:
    async with answering(b"") as port:
        gone = port
    async with Switch(1, gone, gone) as switch:
        assert await ask(switch.port, b"a") == b""
