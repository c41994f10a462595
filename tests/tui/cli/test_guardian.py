"""Signals of a process that lends its terminal to another."""

import os
import signal
import subprocess
import sys

import pytest

from realtap.tui.cli.guardian import guarded

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")

PAUSE = "import signal; print(flush=True); signal.pause()"


def test_signal_that_was_sent_to_us_is_passed_on() -> None:
    with subprocess.Popen([sys.executable, "-c", PAUSE], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with guarded(process):
            os.kill(os.getpid(), signal.SIGTERM)
            assert process.wait(10) == -signal.SIGTERM


def test_signals_mean_what_they_meant_when_it_is_over() -> None:
    before = signal.getsignal(signal.SIGINT)
    with (
        subprocess.Popen([sys.executable, "-c", ""]) as process,
        guarded(process),
    ):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_signal_behind_the_end_is_no_fault() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
        with guarded(process):
            os.kill(os.getpid(), signal.SIGTERM)
