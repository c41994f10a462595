"""`realtap check`: what is wrong in recordings, said in sentences; for people and for CI."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import recordings_option

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...recordings.findings.finding import Severity
    from .judging import Judged

LEVELS = ("error", "warning", "info")
FORMATS = ("text", "json", "junit", "sarif", "github")
PROFILES = ("openai-ga", "azure-ga", "azure-voice-live", "xai", "generic")


@click.command()
@click.argument("recording", nargs=-1, required=True)
@click.option(
    "--fail-on",
    type=click.Choice(LEVELS),
    default="error",
    show_default=True,
    help="End with exit code 1 when something as bad as this was found, or worse.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How to print: json is JSON Lines, junit, sarif and github are for CI.",
)
@click.option("--ignore", metavar="SLUG", multiple=True, help="Leave a finding out; repeatable.")
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    help="The kind of server; by default the recording's upstream tells.",
)
@recordings_option
@click.pass_context
def check(
    ctx: click.Context,
    *,
    recording: tuple[str, ...],
    fail_on: str,
    format_: str,
    ignore: tuple[str, ...],
    profile: str | None,
    recordings: Path | None,
) -> None:
    """Tell what is wrong in each RECORDING, in a sentence each, and what to do about it.

    RECORDING is a path, an id, the beginning of an id, or `last`. Each finding has a name, a
    severity (error, warning, info), the numbers of the events that it is about, and a page in
    docs/findings.
    """
    from ...recordings.findings.finding import Severity
    from . import talk
    from .exit_codes import ExitCode
    from .folders import folder_from
    from .judging import checked_slugs, judge, profile_of, with_retries

    folder, ignored = folder_from(recordings), checked_slugs(ignore)
    paths = [_from_here(folder.find(each)) for each in recording]
    level = Severity(fail_on)
    alone: list[Judged] = []
    with talk.Progress("recordings checked") as progress:
        for path in paths:
            alone.append(judge(path, profile=profile_of(profile), ignore=ignored))
            progress.advance()
    judged = with_retries(alone, ignored)
    for line in _lines(judged, format_, level):
        click.echo(line)
    for each in judged:
        for damage in each.damage:
            talk.complain(f"{each.path.name}: {damage}")
    if any(each.at_least(level) for each in judged):
        ctx.exit(ExitCode.FOUND)


def _from_here(path: Path) -> Path:
    """The path as CI systems want it: relative, where the file is below this folder."""
    absolute, here = path.absolute(), Path.cwd()
    return absolute.relative_to(here) if absolute.is_relative_to(here) else path


def _lines(judged: "Sequence[Judged]", format_: str, level: "Severity") -> "Iterable[str]":
    from . import findings_github, findings_json, findings_junit, findings_sarif, findings_text
    from .judging import line_numbers
    from .rows import Page

    match format_:
        case "json":
            return findings_json.report(judged)
        case "junit":
            return findings_junit.report(judged, level)
        case "text":
            return findings_text.report(judged, width=Page.of_stdout().width)
    lines = {each.path: line_numbers(each) for each in judged}
    if format_ == "sarif":
        return [findings_sarif.report(judged, lines)]
    return findings_github.report(judged, lines)
