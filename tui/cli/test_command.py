"""`realtap test`: a recorded session as a pytest file to begin with."""

from pathlib import Path

import click

from .options import recordings_option


@click.command("test")
@click.argument("recording")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The test file; by default test_<name of the recording>.py in this folder.",
)
@click.option("--force", is_flag=True, help="Write over a test file that is there.")
@recordings_option
def test(recording: str, output: Path | None, force: bool, recordings: Path | None) -> None:
    """Write a first test for RECORDING, which passes as it is: put your app into it.

    The recording is copied into the folder `recordings` beside the test, to be kept with it. Prints
    the test's path. RECORDING is a path, an id, the beginning of an id, or `last`.
    """
    from ...recordings.errors import UsageError
    from . import talk
    from .folders import folder_from
    from .test_writing import copied_beside, default_name, written_test

    path = folder_from(recordings).find(recording)
    target = output or Path(default_name(path))
    if target.exists() and not force:
        raise UsageError(f"{target} exists; choose another with --output, or add --force")
    text = written_test(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    copy = copied_beside(path, target)
    target.write_text(text, encoding="utf-8")
    click.echo(target)
    talk.say(f"it replays {copy}; run it with: pytest {target}")
