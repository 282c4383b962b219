"""Figures: what a page with a strict policy may hold, and files that stand alone."""

import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from analysis.engine.bar_plots import plot_scores_by_system_and_word
from analysis.engine.figure import ACCENT, INK, PAPER, SVG, FigureIsNotPlain, plain_svg
from analysis.engine.gallery import DRAWINGS, draw_figures
from analysis.engine.matrix_plots import plot_confusion, plot_confusion_difference, plot_pairwise
from analysis.engine.plots import (
    plot_answer_distribution,
    plot_identification,
    plot_mean_opinion_scores,
    plot_mean_opinion_scores_by_word,
)
from analysis.engine.record import StudyFacts, study_record
from analysis.engine.results import analyse
from analysis.engine.scatter_plots import plot_agreement, plot_standard_deviations
from analysis.engine.statistics import STATISTICS
from tests.analysis.frames import ratings_of_every_method, simulated_judgements

TITLES = {"copy": "Copy synthesis (Griffin–Lim)", "noise": "From <noise> & nothing else"}


@pytest.fixture(scope="module")
def tables():
    frames = ratings_of_every_method(), simulated_judgements()
    drawn = {drawing.statistic for drawing in DRAWINGS.values()}
    return {slug: STATISTICS[slug].tables(*frames, 0.95) for slug in drawn}


@pytest.fixture(scope="module")
def figures(tables):
    scores, words = tables["mean_opinion_score"], tables["word_identification"]
    return [
        plot_mean_opinion_scores(scores["by_system"], (1, 5), TITLES),
        plot_mean_opinion_scores_by_word(scores["by_item"], (1, 5)),
        plot_identification(words["by_system"], TITLES),
        plot_answer_distribution(scores["distribution"], TITLES),
        plot_confusion(words["confusion"]),
        plot_confusion_difference(tables["classifier_human_agreement"]["confusion_difference"]),
        plot_standard_deviations(tables["standard_deviation_of_scores"]["by_stimulus"]),
        plot_agreement(tables["classifier_human_agreement"]["by_clip"], {"judge": "Residual classifier"}),
    ]


def test_a_figure_on_a_page_has_no_style_script_or_foreign_address(figures):
    for figure in figures:
        svg = figure.svg_for_page().replace('xmlns="http://www.w3.org/2000/svg"', "")

        assert not re.search(r"style=|<style|<script|://|href|\son\w+=", svg)


def test_a_figure_on_a_page_takes_the_pages_colours_and_font(figures):
    for figure in figures:
        svg = figure.svg_for_page()

        assert 'fill="currentColor"' in svg
        assert "var(--pico-primary)" in svg
        assert not re.search(r'(fill|stroke)="(#|black|rgb)', svg)
        assert set(re.findall(r'font-family="(.*?)"', svg)) == {"inherit"}


def test_a_figure_is_one_image_with_title_and_description_to_a_screen_reader(figures):
    for figure in figures:
        root = ElementTree.fromstring(figure.svg_for_page())
        title, description = root[0], root[1]

        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert title.text == figure.title
        assert len(description.text) > 20


def test_system_titles_are_written_out_and_escaped(figures):
    assert "From &lt;noise&gt; &amp; nothing else" in figures[0].svg_for_page()
    assert "Copy synthesis (Griffin–Lim)" in figures[0].svg_for_page()


def test_the_scale_is_the_methods_own_and_does_not_begin_at_zero(figures):
    texts = [text.text for text in ElementTree.fromstring(figures[0].svg).iter("{http://www.w3.org/2000/svg}text")]

    assert [text for text in texts if text in "012345"] == ["1", "2", "3", "4", "5"]


def test_a_system_without_interval_keeps_its_place_with_an_open_dot(tables):
    table = tables["mean_opinion_score"]["by_system"].copy()
    table.loc[1, ["low", "high"]] = np.nan

    figure = plot_mean_opinion_scores(table, (1, 5), TITLES)

    assert "without interval" in figure.description
    assert 'fill="var(--pico-background-color)"' in figure.svg_for_page()


def test_the_chance_level_is_marked(figures):
    assert "chance 25%" in figures[2].svg


def test_a_figure_can_be_had_as_svg_and_pdf_file(figures):
    svg, pdf = figures[0].svg_file(), figures[0].pdf_file()

    assert svg.startswith(b"<?xml")
    assert b"var(" not in svg
    assert pdf.startswith(b"%PDF")


@pytest.mark.parametrize(
    "inside", ['<style>a{}</style>', '<g style="fill:red"/>', '<image href="data:,"/>', '<g onclick="x()"/>',
               '<path fill="url(https://elsewhere.example/#a)"/>'],
)  # fmt: skip
def test_a_drawing_that_the_policy_forbids_is_refused(inside):
    with pytest.raises(FigureIsNotPlain):
        plain_svg(f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>', "name", "title", "description")


def test_clips_that_climb_a_classifier_are_open_points_told_in_words(tables):
    by_clip = tables["classifier_human_agreement"]["by_clip"]
    climbing = by_clip.assign(part="own")

    judged, climbed = (plot_agreement(each, {"judge": "Residual classifier"}) for each in (by_clip, climbing))

    ring, dot = 'stroke="var(--pico-primary)"', 'fill="var(--pico-primary)"'
    assert (ring in judged.svg_for_page(), dot in judged.svg_for_page()) == (False, True)
    assert (ring in climbed.svg_for_page(), dot in climbed.svg_for_page()) == (True, False)
    assert f"{len(by_clip)} climb it and are open" in climbed.svg_for_page()


def test_the_spread_of_scores_is_drawn_by_method_even_where_means_stand_at_the_ends(tables):
    by_stimulus = tables["standard_deviation_of_scores"]["by_stimulus"]
    other = by_stimulus.assign(test_method="dcr", mean=5.0, standard_deviation=0.0, fitted_standard_deviation=0.0)

    figure = plot_standard_deviations(pd.concat([by_stimulus, other]))

    assert {"acr", "dcr"} <= {text.text for text in ElementTree.fromstring(figure.svg).iter(f"{{{SVG}}}text")}
    assert f"{2 * len(by_stimulus)} sounds" in figure.description


def texts_of(figure):
    return [text.text for text in ElementTree.fromstring(figure.svg).iter("{http://www.w3.org/2000/svg}text")]


def test_a_study_of_every_method_has_every_figure_each_named_and_told():
    facts = StudyFacts("demo", "Demo", 1, "0" * 64, 1, "real", "Digits", is_synthetic_speech=False)
    record = study_record(facts, {}, ratings_of_every_method(), simulated_judgements())

    figures = draw_figures(record, analyse(record), {})

    assert set(figures) == set(DRAWINGS)
    for name, figure in figures.items():
        root = ElementTree.fromstring(figure.svg_file())
        assert (figure.name, root[0].text, root[1].text) == (name, figure.title, figure.description)
        assert figure.pdf_file().startswith(b"%PDF")
        assert set(re.findall(r'(?:fill|stroke)="(#.*?)"', figure.svg)) <= {INK, ACCENT, PAPER}


def test_a_score_is_written_into_its_part_of_the_bar_unless_that_is_narrow(tables):
    table = tables["mean_opinion_score"]["distribution"]
    wide = table[table["share"] > 0.04]

    written = texts_of(plot_answer_distribution(table, TITLES))

    assert sum(text in {"1", "2", "3", "4", "5"} for text in written) == len(wide)


def test_each_system_has_a_panel_with_a_bar_for_each_word_and_at_most_twelve_have(tables):
    table = tables["mean_opinion_score"]["by_system_and_item"]
    many = pd.concat([table.assign(system=table["system"] + str(number)) for number in range(5)])

    few_figure, many_figure = (plot_scores_by_system_and_word(each, (1, 5), {}) for each in (table, many))

    assert few_figure.svg.count('fill-opacity="0.45"') == len(table)
    assert many_figure.svg.count('fill-opacity="0.45"') == 12 * 4
    assert "The 3 systems below are in the table." in many_figure.description


def test_a_pair_is_drawn_from_both_sides_with_a_star_where_it_is_sure():
    table = pd.DataFrame(
        {
            "system": ["a", "a", "b"], "other_system": ["b", "c", "c"], "estimate": [1.2, 0.4, -0.1],
            "p_two_way_holm": [0.01, 0.2, float("nan")],
        }
    )  # fmt: skip

    figure = plot_pairwise(table, {"a": "First"})

    assert {"+1.2*", "-1.2*", "+0.4", "-0.4", "-0.1", "+0.1", "First"} <= set(texts_of(figure))
    assert figure.description.startswith("3 pairs; 1 of them differ")
