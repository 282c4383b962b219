"""How long a design takes, and what it costs."""

from dataclasses import dataclass

from analysis.engine.planning.designs import Design


@dataclass(frozen=True)
class Terms:
    """What a session is made of and what is paid for it; shares are of 1, money is in the currency's main unit.

    The defaults: twice the least that Prolific lets an hour be paid with (6 pounds; field notes on platforms, section
    3.2), the fee that a study file assumes of it, and the 20 % of VAT that it adds to its fee for researchers in the
    United Kingdom (researcher-help.prolific.com, article bf1a70: none outside the EU, reverse charge within it). The
    seconds of a trial and the minutes beside the trials (consent, checks, practice) are guesses: measure them.
    """

    systems: int = 2
    seconds_per_trial: float = 15.0
    minutes_beside: float = 4.0
    pay_per_hour: float = 12.0
    fee_share: float = 0.333
    vat_share: float = 0.2
    currency: str = "GBP"


@dataclass(frozen=True)
class Expenses:
    """What a design takes: minutes of each listener, hours of all, and money."""

    trials: int
    minutes: float
    hours: float
    pay: float
    fee: float
    vat: float

    @property
    def total(self) -> float:
        return self.pay + self.fee + self.vat


def expenses_of(design: Design, terms: Terms) -> Expenses:
    """Return the time and money of a design: the fee is a share of the pay, VAT a share of the fee."""
    trials = design.each * terms.systems
    minutes = terms.minutes_beside + trials * terms.seconds_per_trial / 60
    hours = design.listeners * minutes / 60
    pay = hours * terms.pay_per_hour
    fee = pay * terms.fee_share
    return Expenses(trials, minutes, hours, pay, fee, fee * terms.vat_share)
