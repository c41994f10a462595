from pathlib import Path

import pytest

from realtap.proxy.testing.files import NAME_LIMIT, named_files, own_file, own_files, safe_name

TEST = Path("tests/test_app.py")


def test_a_recording_lies_beside_its_test() -> None:
    assert own_file(TEST, "TestApp.test_it", 1) == Path(
        "tests/recordings/test_app/TestApp.test_it.jsonl"
    )
    assert own_file(TEST, "test_it", 2).name == "test_it-2.jsonl"


def test_a_parameter_becomes_part_of_a_safe_name() -> None:
    name = safe_name("test_it[a/b\\c:d]")
    assert name.startswith("test_it-a-b-c-d-")
    assert not set(name) & set('[]/\\:*?"<>|')


@pytest.mark.parametrize("names", [("t[a/b]", "t[a:b]"), ("t[é]", "t[è]"), ("t[]", "t[ ]")])
def test_different_names_stay_different(names: tuple[str, str]) -> None:
    assert safe_name(names[0]) != safe_name(names[1])


def test_names_that_differ_at_the_end_stay_different_when_they_are_cut() -> None:
    one, other = safe_name("t" * 300 + "1"), safe_name("t" * 300 + "2")
    assert one != other
    assert len(one) <= NAME_LIMIT


@pytest.mark.parametrize("name", ["..", "", "[", "\udcff"])
def test_no_name_leads_elsewhere(name: str) -> None:
    assert "/" not in safe_name(name)
    assert safe_name(name).strip(".")


def test_a_test_s_recordings_end_at_the_first_gap(tmp_path: Path) -> None:
    test = tmp_path / "test_app.py"
    for number in (1, 2, 4):
        path = own_file(test, "test_it", number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert [path.name for path in own_files(test, "test_it")] == [
        "test_it.jsonl",
        "test_it-2.jsonl",
    ]


def test_a_named_recording_is_looked_for_in_three_places(tmp_path: Path) -> None:
    test = tmp_path / "test_app.py"
    (tmp_path / "here.jsonl").touch()
    here, nowhere, absolute = named_files(test, ["here.jsonl", "new.jsonl", "/else/where.jsonl"])
    assert here == tmp_path / "here.jsonl"
    assert nowhere == tmp_path / "recordings" / "new.jsonl"
    assert absolute == Path("/else/where.jsonl")
