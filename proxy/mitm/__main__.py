"""`python -m realtap.proxy.mitm`: see the package."""

import asyncio
import os
import signal
import sys

from .messages import Failed, line_of


def main() -> None:
    """Do what the proxy orders until it is gone."""
    # A Ctrl-C at the terminal, or the end of a service, reaches the whole group; the proxy ends its
    # sessions first, and then this.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    # Keys of WireGuard are among the files that it may make.
    os.umask(0o077)
    told_to = sys.stdout.buffer
    try:
        from .gateway import serve  # noqa: PLC0415 -- a broken installation of mitmproxy is told too

        asyncio.run(serve(sys.stdin.buffer, told_to))
    except Exception as error:  # noqa: BLE001 -- nobody reads the standard error of this process
        told_to.write(line_of(Failed(f"mitmproxy failed: {error!r}")))
        told_to.flush()


if __name__ == "__main__":
    main()
