"""Points an app that reads its settings from the environment at the replay."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

DUMMY_KEY: Final = "sk-realtap-replay"
"""Any key will do: a replay checks none, and sends none anywhere."""

_LOOPBACK: Final = ("127.0.0.1", "localhost")


@contextmanager
def pointed_at(http_url: str, *, needs_key: bool) -> Iterator[None]:
    """Set `OPENAI_BASE_URL`, `OPENAI_API_KEY` and `NO_PROXY` while the block runs.

    Args:
        http_url: The base URL.
        needs_key: Recording needs the person's own key, so that it is left as it is.
    """
    changed = {"OPENAI_BASE_URL": http_url}
    if not needs_key:
        changed["OPENAI_API_KEY"] = DUMMY_KEY
    for name in ("NO_PROXY", "no_proxy"):
        kept = [each for each in os.environ.get(name, "").split(",") if each]
        changed[name] = ",".join([*kept, *(each for each in _LOOPBACK if each not in kept)])
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
