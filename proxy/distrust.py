"""Apps that leave because they do not trust the authority that opens their TLS.

All that is seen of such an app is that it goes. Its own error may name neither realtap nor the
authority, so people are told here: once for each server that is asked for, until an app has come through
to it. Whoever has no terminal before them finds it among the sessions.
"""

import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from ..recordings.event import Closed, Header, Note, Side
from ..recordings.folder import RecordingsFolder
from ..recordings.plain import one_line
from ..recordings.writer import Writer
from .capture import Departure
from .tap import ABNORMAL

KIND: Final = "tls"
"""The kind of the note."""


class Distrust:
    """One proxy's.

    Args:
        certificate: What an app has to trust.
        folder: Where recordings lie.
        report: Takes one line for people.
        is_default: The authority is where `realtap ca` looks for it by itself.
    """

    def __init__(
        self,
        certificate: Path,
        folder: RecordingsFolder,
        report: Callable[[str], None],
        *,
        is_default: bool = True,
    ) -> None:
        self._certificate = certificate
        self._folder = folder
        self._report = report
        confdir = "" if is_default else f" --confdir {shlex.quote(str(certificate.parent))}"
        self._command = f"realtap ca{confdir}"
        self._trusted: set[str] = set()
        self._told: set[str] = set()

    def came(self, host: str) -> None:
        """An app that has asked for a server trusts the authority."""
        self._trusted.add(host)
        self._told.discard(host)

    def left(self, departure: Departure) -> None:
        """An app has left instead."""
        host = departure.host
        # Some only look whether somebody is there.
        may_be_none = not departure.reason and host in self._trusted
        if may_be_none or host in self._told:
            return
        self._told.add(host)
        text = self._words(departure)
        self._report(text)
        self._note(departure, text)

    def _words(self, departure: Departure) -> str:
        if departure.reason:
            what = f"does not trust realtap's CA ({one_line(departure.reason)})"
        else:
            what = "left when it saw realtap's certificate, as those do that do not trust its CA"
        return (
            f"an app that asked for {one_line(departure.host)} {what}: have it trust "
            f"{self._certificate}, {self._command} tells how"
        )

    def _note(self, departure: Departure, text: str) -> None:
        started = datetime.now(UTC)
        path = self._folder.new_path(started, KIND)
        header = Header(
            id=path.stem,
            started=started.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            via=departure.via,
            upstream=f"wss://{departure.host}",
            client={"agent": None},
            request={"path": "", "headers": (), "subprotocols": ()},
            tool=f"realtap {version('realtap')}",
        )
        writer = Writer(path, header, on_fault=self._report)
        writer.write(Note(at=0.0, note={"kind": KIND, "text": text}))
        trust = "does not trust" if departure.reason else "may not trust"
        reason = f"the app {trust} realtap's CA: {self._command}"
        writer.write(Closed(at=0.0, side=Side.CLIENT, code=ABNORMAL, reason=reason))
        writer.close()
