"""Findings as JSON Lines: one object a finding, with the recording that it is in."""

import json
from collections.abc import Iterator, Sequence

from .judging import Judged


def report(judged: Sequence[Judged]) -> Iterator[str]:
    """The lines; none when nothing was found."""
    for each in judged:
        for finding in each.findings:
            value = {"recording": str(each.path), **finding.as_json()}
            yield json.dumps(value, ensure_ascii=False, separators=(",", ":"))
