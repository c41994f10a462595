"""What an authority's file tells, and the file that adds it to all others."""

import hashlib
import ssl
from pathlib import Path

import pytest
import trustme

from realtap.proxy.certificate import bundle_with, facts_of
from realtap.recordings.errors import UsageError


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    trustme.CA(organization_name="realtap").cert_pem.write_to_path(str(path))
    return path


def test_facts_are_those_of_the_certificate(authority: Path) -> None:
    facts = facts_of(authority)
    der = ssl.PEM_cert_to_DER_cert(authority.read_text())
    assert facts.fingerprint.replace(":", "").lower() == hashlib.sha256(der).hexdigest()
    assert facts.expires.year >= 2000


def test_authority_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no certificate authority"):
        facts_of(tmp_path / "ca.pem")


def test_certificate_that_may_not_sign_is_no_authority(tmp_path: Path) -> None:
    leaf = tmp_path / "leaf.pem"
    trustme.CA().issue_cert("localhost").cert_chain_pems[0].write_to_path(str(leaf))
    with pytest.raises(UsageError, match="holds no certificate authority"):
        facts_of(leaf)


def test_bundle_adds_to_what_is_trusted_instead_of_replacing_it(
    authority: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, own = tmp_path / "system.pem", tmp_path / "own.pem"
    for path in (system, own):
        trustme.CA().cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(system))
    bundle = bundle_with(authority, {"NODE_EXTRA_CA_CERTS": str(own)})
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=bundle)
    ders = {ssl.PEM_cert_to_DER_cert(each.read_text()) for each in (authority, system, own)}
    assert ders <= set(context.get_ca_certs(binary_form=True))
