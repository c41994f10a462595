"""Apps that do not trust the authority are told once, until somebody does."""

from pathlib import Path

import pytest

from realtap.proxy.capture import Departure
from realtap.proxy.distrust import Distrust
from realtap.recordings.folder import RecordingsFolder

HOST = "api.openai.com"
SURE = Departure(HOST, "mitm:regular", "unknown ca")
SILENT = Departure(HOST, "mitm:regular")


@pytest.fixture
def distrust(folder: RecordingsFolder, reports: list[str]) -> Distrust:
    return Distrust(Path("/ca/mitmproxy-ca-cert.pem"), folder, reports.append)


def test_it_says_what_to_trust_and_how(distrust: Distrust, reports: list[str]) -> None:
    distrust.left(SURE)
    assert reports[0] == (
        "an app that asked for api.openai.com does not trust realtap's CA (unknown ca): "
        "have it trust /ca/mitmproxy-ca-cert.pem, realtap ca tells how"
    )


def test_an_authority_elsewhere_is_named_in_the_command(
    folder: RecordingsFolder, reports: list[str]
) -> None:
    certificate = Path("/my ca/mitmproxy-ca-cert.pem")
    Distrust(certificate, folder, reports.append, is_default=False).left(SURE)
    assert "realtap ca --confdir '/my ca' tells how" in reports[0]


def test_each_server_is_told_once(
    distrust: Distrust, folder: RecordingsFolder, reports: list[str]
) -> None:
    for departure in (SURE, SURE, SILENT, Departure("api.x.ai", "tls")):
        distrust.left(departure)
    assert len(reports) == len(folder.paths()) == 2


def test_an_app_that_comes_through_makes_the_next_distrust_news(
    distrust: Distrust, reports: list[str]
) -> None:
    for _ in range(2):
        distrust.left(SURE)
        distrust.came(HOST)
    assert len(reports) == 2


def test_who_only_knocks_where_others_come_through_is_not_told(
    distrust: Distrust, reports: list[str]
) -> None:
    distrust.came(HOST)
    distrust.left(SILENT)
    assert reports == []


def test_what_an_app_asks_for_cannot_draw_on_the_terminal(
    distrust: Distrust, reports: list[str]
) -> None:
    distrust.left(Departure("a\x1b[2Jb", "mitm:local", "\x1b]0;x\x07"))
    assert "\x1b" not in reports[0]
