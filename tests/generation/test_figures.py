"""Figures of examinations: one drawing for pages, notebooks and files."""

from xml.etree import ElementTree

import pytest
from django.template import engines

from generation.figures.code_map import MOST_TALKERS, SIZE, code_map
from generation.figures.feature_pictures import feature_pictures
from generation.figures.heat_map import heat_map
from generation.figures.svg import Figure, element, text

WORDS = ("no", "yes & no")
SVG = "{http://www.w3.org/2000/svg}"


def parsed(figure):
    return ElementTree.fromstring(figure.document())


def shapes(figure, name):
    return list(parsed(figure).iter(f"{SVG}{name}"))


def told(figure):
    return [each.text for each in shapes(figure, "text")]


def point(word="no", kind="after", talker="", is_agreed=True, x=0.5, y=0.5):
    return {"word": word, "kind": kind, "talker": talker, "is_agreed": is_agreed, "x": x, "y": y}


def test_a_page_a_notebook_and_a_file_show_the_same_drawing():
    figure = Figure("a dot", 10, 20, element("circle", r=2) + text("a < b", 1, 2))
    page = engines["django"].from_string("{{ figure.inline }}").render({"figure": figure})

    assert figure.body in page
    assert figure.body in figure.document()
    assert figure._repr_svg_() == figure.document()
    assert 'aria-label="a dot"' in page
    # The content security policy of pages forbids both.
    assert "style=" not in page
    assert "<script" not in page
    assert told(figure) == ["a < b"]


def test_a_heat_map_is_darkest_where_the_value_is_greatest_and_says_it():
    figure = heat_map("residual", WORDS, (*WORDS, "up"), [[1.0, 0.25, 0.0], [0.5, 0.5, 0.0]])

    cells = shapes(figure, "rect")[1:]
    assert [float(cell.get("fill-opacity")) for cell in cells] == [1.0, 0.25, 0.0, 0.5, 0.5, 0.0]
    assert cells[1].find(f"{SVG}title").text == "no as yes & no: 0.250"
    assert told(figure) == ["no", "yes & no", "no", "yes & no", "up", "word heard", "word meant"]


@pytest.mark.parametrize("count", [2, 35])
def test_no_cell_and_no_word_of_a_heat_map_lies_outside_it(count):
    words = [f"word {number}" for number in range(count)]

    figure = heat_map("certain", words, words, [[0.0] * count] * count)

    for cell in shapes(figure, "rect")[1:]:
        assert int(cell.get("x")) + int(cell.get("width")) <= figure.width
        assert int(cell.get("y")) + int(cell.get("height")) <= figure.height


def test_a_map_tells_starts_codes_and_recordings_apart_and_crosses_what_is_not_agreed_on():
    points = [point(kind="before", is_agreed=None), point(), point(kind="recordings", talker="ann", is_agreed=False)]

    by_kind = {each["kind"]: code_map([each], "word") for each in points}

    # The key below names each of the three kinds once more.
    assert [len(shapes(by_kind[kind], "circle")) for kind in ("before", "after", "recordings")] == [3, 3, 2]
    assert [len(shapes(by_kind[kind], "path")) for kind in ("before", "after", "recordings")] == [1, 1, 2]
    assert "not agreed on by the panel" in told(by_kind["after"])


def test_the_talkers_with_the_most_recordings_have_colours_and_all_others_are_grey():
    talkers = [f"talker {number:02}" for number in range(MOST_TALKERS + 1)]
    points = [point(kind="recordings", talker=talker) for talker in [*talkers, *talkers[1:]]]

    figure = code_map(points, "talker")

    assert talkers[0] not in told(figure)
    assert set(talkers[1:]) <= set(told(figure))
    fills = [shape.get("fill") for shape in shapes(figure, "rect") if shape.get("width") == "7"]
    assert len(set(fills)) == MOST_TALKERS + 1


@pytest.mark.parametrize("count", [4, 35])
def test_every_word_is_named_on_the_map_or_below_it(count):
    words = [f"word {number}" for number in range(count)]

    figure = code_map([point(word, x=number / count, y=0.0) for number, word in enumerate(words)], "word")

    assert set(words) <= set(told(figure))
    assert figure.height > SIZE


def test_pictures_of_features_stand_side_by_side_on_one_scale():
    images = {"original": "/a.png", "maximised": "/b.png", "difference": "data:image/png;base64,AAAA"}

    figure = feature_pictures("yes", images, {"seconds": 0.9, "ticks": [[0.25, 500], [0.75, 2000]]})

    assert [image.get("href") for image in shapes(figure, "image")] == list(images.values())
    heights = {each.text: float(each.get("y")) for each in shapes(figure, "text")}
    assert heights["2000"] < heights["500"]
    assert told(figure).count("0.90 s") == 3
    assert set(images) <= heights.keys()
