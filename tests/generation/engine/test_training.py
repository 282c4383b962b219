"""Training classifiers and priors: they learn, they can be made again, and they say when they cannot."""

from dataclasses import replace

import pytest
import torch

from generation.engine.checkpoints import load_checkpoint, save_checkpoint
from generation.engine.corpora.feature_sets import feature_set
from generation.engine.corpora.layout import open_corpus
from generation.engine.corpora.splits import Split
from generation.engine.features import FEATURES
from generation.engine.judging import probabilities
from generation.engine.networks import NetworkHasAnotherRole
from generation.engine.training.classifier import WordsCannotBeLearnt, train_classifier
from generation.engine.training.loop import TrainingDiverged
from generation.engine.training.prior import train_prior
from generation.engine.training.recipes import Augmentation, Recipe, RecipeIsUnknown, recipe_for
from tests.generation.engine.small_corpus import buzzing_features

CPU = torch.device("cpu")


@pytest.fixture
def features(tmp_path):
    return buzzing_features(tmp_path, words=("high", "low"), talkers=6, takes=3)


def same_weights(first, second):
    theirs = second.network.state_dict()
    return all(torch.equal(value, theirs[name]) for name, value in first.network.state_dict().items())


def test_a_classifier_learns_what_differs(features):
    recipe = Recipe(epochs=15, batch=8, rate=2e-3, augmentation=Augmentation(shift_frames=3))

    trained = train_classifier("temporal_classifier", features, seed=1, device=CPU, recipe=recipe)

    assert trained.card["accuracy"] == {"validation": 1.0, "testing": 1.0}
    assert trained.card["accuracy_by_word"] == {"high": 1.0, "low": 1.0}
    assert trained.card["epochs"][-1]["loss"] < trained.card["epochs"][0]["loss"]


def test_without_an_epoch_a_network_stays_as_it_was_drawn(features):
    drawn, again = (train_classifier("temporal_classifier", features, epochs=0, seed=1, device=CPU) for _ in range(2))
    trained = train_classifier("temporal_classifier", features, epochs=1, seed=1, device=CPU)

    assert same_weights(drawn, again)
    assert not same_weights(drawn, trained)
    assert (drawn.card["epochs"], drawn.card["recipe"]["epochs"]) == ([], 0)


def test_on_labels_dealt_out_at_random_no_words_are_learnt(features):
    recipe = Recipe(epochs=15, batch=8, rate=2e-3, shuffled_labels=True)

    trained = train_classifier("temporal_classifier", features, seed=1, device=CPU, recipe=recipe)

    assert trained.card["accuracy"]["testing"] < 0.8
    assert trained.card["recipe"]["shuffled_labels"]


def test_the_same_seed_gives_the_same_weights_and_another_others(features):
    train = lambda seed: train_classifier("paper_classifier", features, epochs=2, seed=seed, device=CPU)  # noqa: E731

    first, again, other = train(1), train(1), train(2)

    assert same_weights(first, again)
    assert not same_weights(first, other)
    assert first.card["epochs"] == again.card["epochs"]


def test_training_leaves_random_numbers_and_threads_as_they_were(features):
    torch.manual_seed(5)
    expected = torch.rand(3)
    threads = torch.get_num_threads()
    torch.manual_seed(5)

    train_classifier("temporal_classifier", features, epochs=1, seed=1, device=CPU, threads=1)

    assert torch.equal(torch.rand(3), expected)
    assert torch.get_num_threads() == threads


def test_the_card_says_what_the_network_depends_on(features):
    features = replace(features, corpus_card=features.corpus_card | {"is_synthetic": True, "licence": "ours"})

    card = train_classifier("temporal_classifier", features, epochs=2, seed=3, device=CPU).card

    assert card["network"] == "temporal_classifier"
    assert card["role"] == "classifier"
    assert card["seed"] == 3
    assert card["words"] == ["high", "low"]
    assert card["features"] == features.config.as_dict()
    assert card["corpus"] == {
        "digest": features.corpus_digest,
        "title": "corpus",
        "origin": "folder",
        "is_synthetic": True,
        "licence": "ours",
    }
    assert card["recordings"] == {"testing": 6, "training": 24, "validation": 6}
    assert card["recipe"]["epochs"] == 2
    assert card["recipe"]["keep"] == "last"
    assert card["kept_epoch"] == 2
    assert [epoch["epoch"] for epoch in card["epochs"]] == [1, 2]
    assert card["n_parameters"] > 100_000
    assert card["versions"]["torch"] == torch.__version__.partition("+")[0]
    assert card["seconds"] > 0


def test_the_best_epoch_is_kept_where_the_recipe_says_so(features):
    recipe = replace(recipe_for("temporal_classifier", {"epochs": 5, "batch": 8}), keep="best")

    trained = train_classifier("temporal_classifier", features, seed=1, device=CPU, recipe=recipe)

    scores = [epoch["score"] for epoch in trained.card["epochs"]]
    assert scores[trained.card["kept_epoch"] - 1] == max(scores)
    assert trained.card["accuracy"]["validation"] == max(scores)


def test_a_trained_network_judges_the_same_after_a_checkpoint(features, tmp_path):
    trained = train_classifier("residual_classifier", features, epochs=1, seed=1, device=CPU)
    saved = save_checkpoint(trained, tmp_path, "listener")

    loaded = load_checkpoint(saved.path)

    heard = probabilities(loaded.network, features.features)
    assert torch.allclose(heard, probabilities(trained.network, features.features), atol=1e-6)


def test_progress_goes_from_the_first_steps_to_the_end(features):
    told = []

    train_classifier(
        "temporal_classifier", features, epochs=3, seed=1, device=CPU, progress=lambda *told_now: told.append(told_now)
    )

    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert told[0][1].startswith("epoch 1 of 3, loss ")


def test_progress_may_end_the_training(features):
    class Cancelled(Exception):
        pass

    def cancel(fraction, note):
        raise Cancelled

    with pytest.raises(Cancelled):
        train_classifier("temporal_classifier", features, epochs=3, seed=1, device=CPU, progress=cancel)


def test_a_loss_that_is_no_number_ends_the_training_with_epoch_step_and_rate(features):
    spoilt = replace(features, features=features.features.clone())
    spoilt.features[spoilt.rows(Split.TRAINING)] = torch.nan

    with pytest.raises(TrainingDiverged, match=r"epoch 1, step 1, at the learning rate 0\.001"):
        train_classifier(
            "paper_classifier", spoilt, seed=1, device=CPU, recipe=recipe_for("paper_classifier", {"recipe": "paper"})
        )


def test_a_word_without_training_recordings_is_refused(features):
    labels = features.labels.clone()
    labels[features.rows(Split.TRAINING)] = 0
    spoilt = replace(features, labels=labels)

    with pytest.raises(WordsCannotBeLearnt, match="no recording of low"):
        train_classifier("temporal_classifier", spoilt, epochs=1, seed=1, device=CPU)


def test_one_word_alone_cannot_be_learnt(tmp_path):
    features = buzzing_features(tmp_path / "alone", words=("low",))

    with pytest.raises(WordsCannotBeLearnt, match="two words or more, not low alone"):
        train_classifier("temporal_classifier", features, epochs=1, seed=1, device=CPU)


def test_a_prior_learns_to_give_features_back_and_keeps_its_codes_statistics(features):
    recipe = recipe_for("half_autoencoder", {"epochs": 10, "batch": 8})

    trained = train_prior("half_autoencoder", features, seed=1, device=CPU, recipe=recipe)

    errors = [epoch["validation_mean_absolute_error"] for epoch in trained.card["epochs"]]
    assert errors[-1] < errors[0] / 2
    assert trained.card["reconstruction"]["testing"]["mean_absolute_error"] < 0.2
    codes = trained.network.encode(features.features[features.rows(Split.TRAINING)])
    assert torch.allclose(trained.network.code_mean, codes.mean(dim=0), atol=1e-3)
    assert trained.network.whiten(codes).isfinite().all()


def test_a_prior_comes_back_with_its_codes_statistics(features, tmp_path):
    trained = train_prior("half_autoencoder", features, epochs=1, seed=1, device=CPU)
    saved = save_checkpoint(trained, tmp_path, "prior")

    loaded = load_checkpoint(saved.path)

    assert torch.equal(loaded.network.code_factor, trained.network.code_factor)


def test_a_classifier_is_no_prior(features):
    with pytest.raises(NetworkHasAnotherRole, match="temporal_classifier is no prior: choose one of paper_autoencoder"):
        train_prior("temporal_classifier", features, epochs=1, seed=1, device=CPU)


def test_a_prior_is_no_classifier(features):
    with pytest.raises(NetworkHasAnotherRole, match="half_autoencoder is no classifier: choose one of"):
        train_classifier("half_autoencoder", features, epochs=1, seed=1, device=CPU)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"recipe": "secret"}, "no recipe 'secret' for paper_classifier: choose one of default, paper"),
        ({"momentum": 1}, "no field momentum"),
        ({"epochs": -1}, "0 epochs or more"),
        ({"rate": float("nan")}, "rate above 0"),
    ],
)
def test_an_impossible_recipe_is_refused(wanted, message):
    with pytest.raises(RecipeIsUnknown, match=message):
        recipe_for("paper_classifier", wanted)


def test_a_few_steps_run_on_real_speech(real_corpus, tmp_path):
    corpus = open_corpus(real_corpus("spoken-digits"), ["one", "two", "three"])
    kept = [each for each in corpus.recordings if each.take % 10 in (0, 5)]
    features = feature_set(replace(corpus, recordings=tuple(kept)), FEATURES["narrowband"], tmp_path)

    trained = train_classifier("temporal_classifier", features, epochs=8, seed=1, device=CPU)

    assert trained.card["accuracy"]["testing"] > 0.6


@pytest.mark.gpu
def test_a_classifier_is_trained_on_a_gpu(features):
    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device")

    trained = train_classifier("residual_classifier", features, epochs=10, seed=1, device=torch.device("cuda"))

    assert trained.card["accuracy"]["testing"] == 1.0
