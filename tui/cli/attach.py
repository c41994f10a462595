"""`realtap attach`: the terminal interface on a proxy that runs."""

import click

from ...recordings.errors import WireError


@click.command()
@click.argument("url", required=False)
@click.option("--ascii", "is_ascii", is_flag=True, help="Draw with ASCII characters only.")
def attach(url: str | None, is_ascii: bool) -> None:
    """Look at the sessions of a running proxy in the terminal.

    URL is the address that the proxy printed; without it, the one that started last. Leaving, or
    killing, the interface ends no session.
    """
    from pathlib import Path

    from ...proxy.runtime import running_proxies
    from ...recordings.folder import RecordingsFolder
    from ..app.app import browse as run

    proxies = [each for each in running_proxies() if url is None or each.url.startswith(url)]
    if not proxies:
        where = "" if url is None else f" at {url}"
        raise WireError(f"no proxy runs{where}: start one with `realtap proxy`")
    proxy = proxies[0]
    folder = RecordingsFolder(Path(proxy.recordings))
    run([], folder.paths, f"{proxy.url} → {proxy.upstream}, {folder.path}", is_ascii=is_ascii)
