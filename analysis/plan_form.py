"""What a plan is asked for: one form for the page and for the command, so that both refuse the same."""

from typing import TYPE_CHECKING, Any

from django import forms

if TYPE_CHECKING:
    from analysis.engine.planning.pilot import Pilot
    from analysis.engine.planning.plans import Plan

MOST_NUMBERS = 8
SCORES, WORDS = "scores", "words"


class NumbersField(forms.CharField):
    """Whole numbers, with commas or spaces between them."""

    def to_python(self, value: Any) -> Any:
        texts = str(super().to_python(value)).replace(",", " ").split()
        try:
            numbers = sorted({int(text) for text in texts})
        except ValueError as error:
            raise forms.ValidationError("Give whole numbers with commas between them, as in 10, 20, 40.") from error
        if len(numbers) > MOST_NUMBERS:
            raise forms.ValidationError(f"Give at most {MOST_NUMBERS} numbers.")
        if any(not 2 <= number <= 5000 for number in numbers):
            raise forms.ValidationError("Give numbers from 2 to 5000: fewer than two do not show how they differ.")
        return tuple(numbers)


def _number(label: str, initial: float | None, low: float, high: float, help_text: str = "") -> forms.FloatField:
    return forms.FloatField(
        label=label,
        initial=initial,
        min_value=low,
        max_value=high,
        required=initial is not None,
        help_text=help_text,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )


class PlanForm(forms.Form):
    """What is planned. Every field has a value to begin with, or may stay empty."""

    task = forms.ChoiceField(
        label="Listeners give",
        choices=[(SCORES, "scores"), (WORDS, "the word they heard")],
        initial=SCORES,
        help_text="Scores are compared between systems; of words, the share of right ones is estimated.",
    )
    listeners = NumbersField(label="Listeners", initial="10, 20, 40, 80", help_text="Several, to compare designs.")
    stimuli = NumbersField(label="Stimuli of each system", initial="10, 20, 40", help_text="Several, to compare.")
    systems = forms.IntegerField(label="Systems", initial=2, min_value=1, max_value=100)
    trials_per_listener = forms.IntegerField(
        label="Trials per listener", required=False, min_value=1, max_value=5000,
        help_text="Spread evenly over the systems. Empty: every stimulus of every system.",
    )  # fmt: skip
    difference = _number("Difference to find", 0.3, 0.001, 100, "Of two systems' mean scores, in points.")
    power = _number("Power", 0.8, 0.5, 0.99, "How probable it is to find it.")
    level = _number("Level", 0.05, 0.001, 0.2, "Of the tests; the confidence of intervals is 1 less it.")
    half_width = _number("Half-width to stop at", None, 0.001, 100, "Of every interval: points, or a share of 1.")
    matched = _number(
        "Correlation of matched stimuli", 0, 0, 1, "How alike two systems' stimuli are that say the same; 0: not."
    )
    share = _number("Share of right words", 0.75, 0.01, 0.99, "As expected; for words alone.")
    seconds_per_trial = _number("Seconds per trial", 15, 0.5, 600, "A guess: measure it.")
    minutes_beside = _number("Minutes beside the trials", 4, 0, 120, "Consent, checks, practice: a guess.")
    pay_per_hour = _number("Pay per hour", 12, 0, 1000, "Prolific's least is 6 pounds or 8 dollars.")
    fee_percent = _number("Fee of the service, %", 33.3, 0, 200, "On top of the pay: see your account.")
    vat_percent = _number(
        "VAT on the fee, %", 20, 0, 50, "Prolific: 20 in the United Kingdom; reverse charge in the EU, none elsewhere."
    )
    currency = forms.CharField(label="Currency", initial="GBP", max_length=3, min_length=3)

    @classmethod
    def initial_values(cls) -> dict[str, Any]:
        """Return what each field begins with; those that begin empty are left out."""
        return {name: field.initial for name, field in cls.base_fields.items() if field.initial is not None}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        trials, systems = cleaned.get("trials_per_listener"), cleaned.get("systems")
        if trials and systems and trials < systems:
            self.add_error(
                "trials_per_listener",
                f"{trials} trials do not reach all {systems} systems: ask for at least one trial of each.",
            )
        return cleaned

    def plan(self, pilot: "Pilot | None", **played: Any) -> "Plan":
        """Return the plan that was asked for, with a pilot's variances or the usual ones. Raises DesignIsImpossible."""
        from analysis.engine.planning.costs import Terms
        from analysis.engine.planning.plans import Plan

        asked = self.cleaned_data
        is_words = asked["task"] == WORDS
        terms = Terms(
            systems=asked["systems"],
            seconds_per_trial=asked["seconds_per_trial"],
            minutes_beside=asked["minutes_beside"],
            pay_per_hour=asked["pay_per_hour"],
            fee_share=asked["fee_percent"] / 100,
            vat_share=asked["vat_percent"] / 100,
            currency=asked["currency"].upper(),
        )
        same = ("listeners", "stimuli", "trials_per_listener", "half_width", "matched", "power", "level")
        return Plan(
            **{name: asked[name] for name in same},
            variances=_variances(asked["share"] if is_words else None, pilot),
            terms=terms,
            share=asked["share"] if is_words else None,
            difference=None if is_words else asked["difference"],
            **played,
        )


def _variances(share: float | None, pilot: "Pilot | None") -> Any:
    from analysis.engine.planning.designs import Variances
    from analysis.engine.planning.half_widths import variances_of_share

    if share is None:
        return pilot.variances if pilot else Variances()
    if pilot is None:
        return variances_of_share(share)
    # Listeners' tastes and differences are one in a share: its interval is that of one system.
    own = pilot.variances
    of_listeners = own.listener + own.listener_by_system
    total = of_listeners + own.stimulus + own.residual
    return variances_of_share(share, of_listeners / total, own.stimulus / total)
