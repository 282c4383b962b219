"""What questions ask, and what they make of answers."""

import pytest

from listening_tests.methods import METHODS
from listening_tests.questions import AnswerIsNotOnOffer, AskedSound, AskedTrial, ChooseWord, Impression
from listening_tests.roles import Role

WORDS = ("down", "go", "left", "no")


def asked(*roles, names=None, **given):
    """Return a trial of sounds in these roles, each a stimulus of its own."""
    names = names or "ABCDEFGH"
    sounds = tuple(AskedSound(place, names[place], 10 + place, role) for place, role in enumerate(roles))
    return AskedTrial(sounds, WORDS, **given)


def answers(slug, trial, **values):
    given = {name.replace("_", "-"): value for name, value in values.items()}
    return {place: (each.response, each.score) for place, each in METHODS[slug].question.answers(trial, given).items()}


def test_words_stand_in_alphabetical_order_or_in_each_listeners_own_with_the_way_out_last():
    question = METHODS["class_identification"].question

    plain, *shuffled = (
        [choice.value for choice in question.fields(asked(Role.SAMPLE, order_seed=seed))[0].choices]
        for seed in (None, 1, 2)
    )

    assert plain == [*WORDS, ChooseWord.NONE]
    assert all(order[-1] == ChooseWord.NONE for order in shuffled)
    assert sorted(shuffled[0]) == sorted(shuffled[1]) == sorted(plain)
    assert shuffled[0] != shuffled[1]


@pytest.mark.parametrize(
    ("roles", "rated", "score"),
    [((Role.HIDDEN_REFERENCE, Role.SAMPLE), 1, -2.0), ((Role.SAMPLE, Role.HIDDEN_REFERENCE), 0, 2.0)],
)
def test_a_comparison_is_scored_for_the_sample_whichever_came_second(roles, rated, score):
    assert answers("ccr", asked(*roles), answer="-2") == {rated: ("-2", score)}


def test_of_a_degradation_the_reference_is_not_rated():
    assert answers("dcr", asked(Role.REFERENCE, Role.SAMPLE), answer_1="3") == {1: ("3", 3.0)}


def test_both_sides_of_a_preference_are_scored():
    trial = asked(Role.SAMPLE, Role.SAMPLE)

    assert answers("ab", trial, answer="B") == {0: ("not preferred", 0.0), 1: ("preferred", 1.0)}
    assert answers("ab", trial, answer="no preference") == {
        0: ("no preference", 0.5), 1: ("no preference", 0.5),
    }  # fmt: skip


@pytest.mark.parametrize(("given", "score"), [("A", 0.0), ("B", 1.0)])
def test_x_is_scored_by_what_it_is(given, score):
    sounds = (AskedSound(0, "A", 10), AskedSound(1, "B", 11), AskedSound(2, "X", 11))

    assert answers("abx", AskedTrial(sounds), answer=given) == {2: (given, score)}


def test_every_slider_is_read_but_that_of_the_open_reference():
    trial = asked(Role.REFERENCE, Role.SAMPLE, Role.HIDDEN_REFERENCE, names=("Reference", "A", "B"))

    assert answers("mushra", trial, answer_1="37", answer_2="100") == {1: ("37", 37.0), 2: ("100", 100.0)}


@pytest.mark.parametrize("value", ["", "101", "-1", "7.5", "٣", "fifty"])
def test_a_slider_takes_whole_numbers_on_its_scale_only(value):
    with pytest.raises(AnswerIsNotOnOffer, match="whole number from 0 to 100"):
        answers("mushra", asked(Role.SAMPLE), answer_0=value)


def test_best_and_worst_are_two_sounds():
    trial = asked(Role.SAMPLE, Role.SAMPLE, Role.SAMPLE)

    assert answers("best_worst", trial, best="C", worst="A") == {
        0: ("worst", -1.0), 1: ("neither", 0.0), 2: ("best", 1.0),
    }  # fmt: skip
    with pytest.raises(AnswerIsNotOnOffer, match="two different sounds"):
        answers("best_worst", trial, best="C", worst="C")


@pytest.mark.parametrize("typed", ["", "   ", "x" * 101, "a\0b"])
def test_what_was_heard_is_typed_in_some_letters(typed):
    with pytest.raises(AnswerIsNotOnOffer, match="Type what you heard"):
        answers("open_identification", asked(Role.SAMPLE), answer_0=typed)


def test_a_typed_answer_is_kept_as_it_was_typed():
    assert answers("open_identification", asked(Role.SAMPLE), answer_0=" Left! ") == {0: ("Left!", None)}


def test_a_word_is_verified_by_the_word_that_is_shown():
    question, trial = METHODS["word_verification"].question, asked(Role.SAMPLE, probe="left")

    (field,) = question.fields(trial)

    assert "“left”" in field.prompt
    assert question.answered_by(trial, {0: Impression(3.0, "left")}) == {field.name: "yes"}
    assert question.answered_by(trial, {0: Impression(3.0, "go")}) == {field.name: "no"}


@pytest.mark.parametrize("slug", ["acr", "dcr", "ccr", "ab", "abx", "class_identification", "word_verification"])
def test_an_answer_that_is_not_on_offer_is_refused(slug):
    roles = {"dcr": (Role.REFERENCE, Role.SAMPLE), "ccr": (Role.HIDDEN_REFERENCE, Role.SAMPLE)}
    trial = asked(*roles.get(slug, (Role.SAMPLE, Role.SAMPLE)), probe="go")

    with pytest.raises(AnswerIsNotOnOffer, match="none of the answers on offer"):
        answers(slug, trial, answer="elephant", answer_0="elephant", answer_1="elephant")
