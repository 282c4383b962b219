"""What a researcher may ask for on a page."""

from typing import Any

from django import forms

from generation import catalogue
from generation.models import Checkpoint, Clip, Corpus
from generation.models.clips import MAKING

ANY = [("", "any")]


class AddCorpusForm(forms.Form):
    """A folder on the server that holds recordings."""

    folder = forms.CharField(
        max_length=500,
        help_text="Absolute, or relative to the corpora's folder. In the Speech Commands layout: "
        "WORD/TALKER_nohash_NUMBER.wav (or .flac), testing_list.txt and validation_list.txt.",
    )
    words = forms.CharField(
        required=False, max_length=2000, help_text="Separated by commas or spaces. All that are there, if left empty."
    )
    skip_broken = forms.BooleanField(
        required=False,
        label="Leave broken files out",
        help_text="They are listed with the corpus. Otherwise a broken file stops the opening.",
    )

    def clean_words(self) -> list[str]:
        text: str = self.cleaned_data["words"]
        return text.replace(",", " ").split()


class TrainNetworkForm(forms.Form):
    """A network to train on a corpus."""

    corpus = forms.ModelChoiceField(Corpus.objects.order_by("title", "pk"))
    network = forms.ChoiceField(choices=catalogue.network_choices)
    features = forms.ChoiceField(choices=catalogue.feature_choices)
    epochs = forms.IntegerField(
        required=False, min_value=1, max_value=1000, help_text="Passes over the training recordings."
    )
    steps = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=10_000_000,
        help_text="Of training; a WaveNet has steps, not epochs.",
    )
    seed = forms.IntegerField(initial=1, min_value=0, max_value=2**31 - 1, help_text="Decides all that is random.")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        name = self._length_field(cleaned.get("network", ""))
        if name not in self.errors and not cleaned.get(name):
            self.add_error(name, f"Say how many {name} this network is trained for.")
        return cleaned

    def training_settings(self) -> dict[str, int]:
        """Return how long to train, in the unit of the chosen network."""
        name = self._length_field(self.cleaned_data["network"])
        return {name: self.cleaned_data[name]}

    @staticmethod
    def _length_field(network: str) -> str:
        entry = catalogue.NETWORKS.get(network)
        return "steps" if entry is not None and entry.role == catalogue.NetworkRole.VOCODER else "epochs"


class AskForExaminationForm(forms.Form):
    """How to examine a classifier, and with which others of its corpus."""

    climbed_too = forms.ModelMultipleChoiceField(
        Checkpoint.objects.none(), required=False, help_text="Other classifiers that the same codes climb."
    )
    judges = forms.ModelMultipleChoiceField(
        Checkpoint.objects.none(),
        required=False,
        help_text="Classifiers that judge beside it; one of another architecture at least, or noise passes for speech.",
    )
    prior = forms.ModelChoiceField(
        Checkpoint.objects.none(),
        required=False,
        empty_label="none: the features are searched directly",
        help_text="The decoder whose code is searched.",
    )
    preset = forms.ChoiceField(choices=lambda: [(each.slug, each.title) for each in catalogue.PRESETS.values()])
    codes_per_word = forms.IntegerField(initial=100, min_value=2, max_value=10_000)
    seed = forms.IntegerField(initial=1, min_value=0, max_value=2**31 - 1, help_text="Decides all that is random.")

    def __init__(self, *args: Any, checkpoint: Checkpoint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fitting = Checkpoint.objects.filter(corpus=checkpoint.corpus, features=checkpoint.features).order_by("slug")
        others = fitting.filter(role=catalogue.NetworkRole.CLASSIFIER).exclude(pk=checkpoint.pk)
        chosen = {"climbed_too": others, "judges": others}
        for name, rows in {**chosen, "prior": fitting.filter(role=catalogue.NetworkRole.PRIOR)}.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows


class ClipFilterForm(forms.Form):
    """Which clips to show."""

    corpus = forms.ModelChoiceField(Corpus.objects.order_by("title", "pk"), required=False, empty_label="any")
    word = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = Clip.objects.order_by("word").values_list("word", flat=True).distinct()
        self._field("word").choices = [*ANY, *((word, word) for word in words)]
        for name, table in MAKING.items():
            choices = [*ANY, *((entry.slug, entry.title) for entry in table.values())]
            self.fields[name] = forms.ChoiceField(choices=choices, required=False)

    def _field(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field

    def conditions(self) -> dict[str, Any]:
        """Return the conditions on clips, none for what was left open or cannot be understood."""
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        return {f"recipe__request__{name}" if name in MAKING else name: value for name, value in chosen.items()}
