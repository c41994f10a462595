"""The plugin in environments that are not ours: other versions of pytest, beside other plugins.

Each environment is a folder of its own, filled by pip, with this checkout on its path.
"""

import os
import subprocess
import sys
import tomllib
import venv
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from plugin_user import APP, TEST

ROOT = Path(__file__).parents[3]

PACKAGES = (
    "anyio",
    "msgspec",
    "platformdirs",
    "pytest-asyncio",
    "pytest-recording",
    "pytest-xdist",
    "trio-websocket",
    "websockets>=15",
)

TESTS = """
import json

import pytest
from app import run
from trio_websocket import open_websocket_url

@pytest.mark.realtap("weather.jsonl")
@pytest.mark.asyncio
async def test_with_asyncio():
    assert "clear" in await run()

@pytest.mark.realtap("weather.jsonl")
@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_with_anyio(anyio_backend):
    assert "clear" in await run()

@pytest.mark.realtap("weather.jsonl")
@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_with_trio(anyio_backend, realtap_session):
    lines = [json.loads(line) for line in open("recordings/weather.jsonl", encoding="utf-8")]
    async with open_websocket_url(realtap_session.url + "/realtime?model=gpt-realtime") as connection:
        for line in lines:
            if line.get("from") == "client":
                await connection.send_message(json.dumps(line["event"]))
            elif line.get("from") == "server":
                await connection.get_message()
    realtap_session.assert_finished()

@pytest.mark.vcr
def test_beside_pytest_recording(request):
    assert request.config.getoption("--record-mode") is None
"""


class Environment:
    """An installation with its own pytest."""

    def __init__(self, folder: Path) -> None:
        self.python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
        venv.create(folder, with_pip=False)
        [self._packages] = folder.glob("[Ll]ib/**/site-packages")

    def install(self, *packages: str) -> None:
        """Let pip install packages; without pip, or without an index, the test is skipped."""
        pip = [sys.executable, "-m", "pip", "--python", str(self.python)]
        options = ["--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", "10"]
        run = subprocess.run(
            [*pip, "install", *options, *packages], capture_output=True, text=True, check=False
        )
        if run.returncode:
            pytest.skip(f"pip cannot install here: {run.stderr.strip().splitlines()[-1:]}")

    def install_this(self) -> None:
        """Put this checkout there, with its entry points, as an editable installation does."""
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        (self._packages / "realtap.pth").write_text(f"{ROOT / '.dev'}\n")
        info = self._packages / f"realtap-{project['version']}.dist-info"
        info.mkdir()
        head = f"Metadata-Version: 2.1\nName: realtap\nVersion: {project['version']}\n"
        (info / "METADATA").write_text(head)
        [(name, target)] = project["entry-points"]["pytest11"].items()
        (info / "entry_points.txt").write_text(f"[pytest11]\n{name} = {target}\n")

    def pytest(self, folder: Path, *options: str) -> str:
        """Run the tests in a folder; what pytest printed."""
        run = subprocess.run(
            [self.python, "-m", "pytest", *options],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "OPENAI_API_KEY": "sk-proj-AAAAbbbbCCCCddddEEEE1111"},
        )
        return run.stdout + run.stderr


@pytest.mark.slow
@pytest.mark.parametrize("version", ["8", "9"])
def test_the_plugin_works_beside_others(version: str, tmp_path: Path) -> None:
    environment = Environment(tmp_path / "environment")
    environment.install(f"pytest=={version}.*", *PACKAGES)
    environment.install_this()
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "app.py").write_text(APP)
    (tests / "test_weather.py").write_text(TEST.replace("realtap\n", 'realtap("weather.jsonl")\n'))
    recorded = environment.pytest(tests, "--realtap-mode=once", "--realtap-upstream=sim")
    assert f"pytest-{version}." in recorded
    assert "1 session recorded" in recorded, recorded
    (tests / "test_others.py").write_text(TESTS)
    replayed = environment.pytest(tests, "-n2", "--junit-xml=report.xml")
    assert "5 passed" in replayed, replayed
    assert "4 sessions replayed, 0 sessions recorded" in replayed
    suite = ET.parse(tests / "report.xml").getroot().find("testsuite")
    assert suite is not None
    assert suite.get("failures") == "0"
