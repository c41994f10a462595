"""The pictures that the documents show: nothing in them is fetched from others, and they tell what they should."""

import html
import re

import pytest

from tools.make_pictures import FORM, PICTURES, PICTURES_OF, own_svg

NAMES = [*(each.name for each in PICTURES_OF), FORM]
NAMESPACE = "http://www.w3.org/2000/svg"


def text_of(svg: str) -> str:
    """The words of a picture."""
    pieces = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    return "".join(html.unescape(each) for each in pieces).replace("\xa0", " ")


def test_every_picture_is_there_and_no_other() -> None:
    assert {path.stem for path in PICTURES.iterdir()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_picture_has_no_address_of_others(name: str) -> None:
    svg = (PICTURES / f"{name}.svg").read_text(encoding="utf-8")
    assert re.findall(r"https?://[^\s\"')]+", svg) == [NAMESPACE]
    assert "url(" not in svg.replace("url(#", "")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("session", ["response.output_item.added", '"get_weather"', '"call_']),
        ("timeline", ["[timeline]", "assistant", "get_weather"]),
        ("inject", ["the output of get_weather", "preview: output of call_", "in its time"]),
        ("findings", ["missing-response-create", "findings: 1 error", "[findings 1]"]),
    ],
)
def test_picture_tells_what_it_is_for(name: str, words: list[str]) -> None:
    text = text_of((PICTURES / f"{name}.svg").read_text(encoding="utf-8"))
    assert [each for each in words if each not in text] == []


def test_fonts_and_remarks_are_left_out() -> None:
    drawn = '<svg a="1">\n<!-- by x -->\n<style>\n@font-face {\nsrc: url("https://x/y")\n}\n.a {}</style>  \n</svg>\n\n'
    assert own_svg(drawn) == '<svg xml:space="preserve" a="1">\n<style>\n.a {}</style>\n</svg>\n'
