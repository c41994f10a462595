"""What an app gets in its environment, so that it talks to realtap."""

from pathlib import Path

import pytest

from realtap.tui.cli.child_environment import child_environment

URL = "ws://127.0.0.1:8484/v1"


def test_base_url_is_the_proxy_and_everything_else_stays() -> None:
    child = child_environment({"HOME": "/home/ada", "OPENAI_API_KEY": "sk-own"}, URL, "openai")
    assert child["OPENAI_BASE_URL"] == "http://127.0.0.1:8484/v1"
    assert (child["HOME"], child["OPENAI_API_KEY"]) == ("/home/ada", "sk-own")
    assert "HTTPS_PROXY" not in child


def test_azure_apps_get_their_endpoint() -> None:
    child = child_environment({}, URL, "azure:voice")
    assert child["AZURE_OPENAI_ENDPOINT"] == "http://127.0.0.1:8484"
    assert child["OPENAI_BASE_URL"] == "http://127.0.0.1:8484/openai/v1"


def test_real_key_does_not_go_to_the_simulated_server() -> None:
    assert child_environment({"OPENAI_API_KEY": "sk-own"}, URL, "sim")["OPENAI_API_KEY"] != "sk-own"


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_loopback_is_added_to_the_hosts_that_are_reached_directly(name: str) -> None:
    child = child_environment({name: "intranet, localhost"}, URL, "openai")
    assert child["NO_PROXY"] == child["no_proxy"] == "intranet,localhost,127.0.0.1,::1"


def test_app_is_told_whom_to_trust() -> None:
    child = child_environment({}, URL, "openai", bundle=Path("/all.pem"))
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"):
        assert child[name] == "/all.pem"


def test_hard_wired_app_is_sent_to_where_tls_is_opened() -> None:
    own = {"HTTPS_PROXY": "http://corp:3128"}
    child = child_environment(own, URL, "openai", proxy_url="http://127.0.0.1:8485")
    assert child["HTTPS_PROXY"] == child["https_proxy"] == "http://127.0.0.1:8485"
    assert "127.0.0.1" in child["NO_PROXY"]
