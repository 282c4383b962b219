import pytest

from analysis.engine.planning.costs import Terms, expenses_of
from analysis.engine.planning.designs import Design


def test_the_fee_is_charged_on_the_pay_and_vat_on_the_fee():
    terms = Terms(systems=3, seconds_per_trial=20, minutes_beside=5, pay_per_hour=12, fee_share=0.4, vat_share=0.2)

    expenses = expenses_of(Design(30, 20, heard=5), terms)

    assert (expenses.trials, expenses.minutes, expenses.hours) == (15, 10.0, 5.0)
    assert [expenses.pay, expenses.fee, expenses.vat, expenses.total] == pytest.approx([60.0, 24.0, 4.8, 88.8])
