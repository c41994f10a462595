"""`python -m realtap.proxy.mitm`: see the package."""

import asyncio
import signal
import sys

import msgspec

from .messages import Failed


def main() -> None:
    """Do what the proxy orders until it is gone."""
    # A Ctrl-C at the terminal reaches the whole group; the proxy ends its sessions first, and then this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    told_to = sys.stdout.buffer
    try:
        from .gateway import serve  # noqa: PLC0415 -- a broken installation of mitmproxy is told too

        asyncio.run(serve(sys.stdin.buffer, told_to))
    except Exception as error:  # noqa: BLE001 -- nobody reads the standard error of this process
        told_to.write(msgspec.json.encode(Failed(f"mitmproxy failed: {error!r}")) + b"\n")
        told_to.flush()


if __name__ == "__main__":
    main()
