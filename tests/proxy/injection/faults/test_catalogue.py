"""The list of faults, and the page that tells of them."""

from pathlib import Path

import pytest

from realtap.proxy.injection.faults import FAULTS, FaultKind

PAGE = Path(__file__).parents[4] / "docs" / "faults.md"


@pytest.mark.parametrize("kind", FAULTS.values(), ids=lambda kind: kind.name)
def test_fault_says_what_happens_and_what_to_do(kind: FaultKind) -> None:
    assert kind.summary
    assert kind.app_should
    assert not (kind.summary + kind.app_should).endswith(".")


@pytest.mark.parametrize("kind", FAULTS.values(), ids=lambda kind: kind.name)
def test_page_has_a_section_with_every_parameter(kind: FaultKind) -> None:
    assert kind.page == f"docs/faults.md#{kind.name}"
    _, _, section = PAGE.read_text(encoding="utf-8").partition(f"\n## {kind.name}\n")
    section = section.partition("\n## ")[0]
    told = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
    assert told == [parameter.name for parameter in kind.parameters]


def test_page_lists_the_faults_in_their_order() -> None:
    text = PAGE.read_text(encoding="utf-8")
    headings = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert [heading for heading in headings if heading in FAULTS] == list(FAULTS)


def test_own_parameters_come_before_the_common_ones() -> None:
    names = [parameter.name for parameter in FAULTS["stall"].parameters]
    assert names == ["seconds", "side", "when", "times", "after"]


@pytest.mark.parametrize("kind", FAULTS.values(), ids=lambda kind: kind.name)
def test_session_without_the_fault_s_messages_pays_nothing(kind: FaultKind) -> None:
    kinds = kind.maker({}).make().kinds
    if kind.name == "stall":
        assert kinds is None
    else:
        assert kinds is not None
        assert "input_audio_buffer.append" not in kinds
