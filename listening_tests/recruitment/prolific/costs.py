"""What a study on Prolific costs, and what it has to pay at least. Amounts are in pence or cents.

Source: researcher-help.prolific.com, "Prolific's payment principles" and "Screening out" (6 GBP or 8 USD per hour at
the least; at least 0.10 GBP or 0.14 USD for whoever is screened out).
"""

from dataclasses import dataclass

LEAST_PER_HOUR = {"GBP": 600, "USD": 800}
LEAST_FOR_SCREENED_OUT = {"GBP": 10, "USD": 14}


class PayIsTooLow(ValueError):
    """The reward is less than the service lets anybody be paid."""


@dataclass(frozen=True)
class Costs:
    """What a study costs at the most, part by part."""

    rewards: int
    extra_rewards: int
    screen_outs: int
    bonuses: int
    fees: int

    @property
    def total(self) -> int:
        return self.rewards + self.extra_rewards + self.screen_outs + self.bonuses + self.fees


def costs(
    *,
    places: int,
    extra_places: int,
    reward: int,
    screen_outs: int,
    screen_out_reward: int,
    bonus_budget: int,
    fee_percent: float,
) -> Costs:
    """Return the most that a study can cost: every place taken, every screen-out used, the bonuses paid out."""
    paid_out = (places * reward, extra_places * reward, screen_outs * screen_out_reward, bonus_budget)
    return Costs(*paid_out, fees=round(sum(paid_out) * fee_percent / 100))


def pay_per_hour(*, reward: int, minutes: float) -> int:
    """Return what an hour is paid with, rounded down."""
    return int(reward * 60 // minutes)


def check_pay(*, reward: int, minutes: int, currency: str) -> None:
    """Raise PayIsTooLow if an hour is paid with less than the service's minimum."""
    hourly, least = pay_per_hour(reward=reward, minutes=minutes), LEAST_PER_HOUR[currency]
    if hourly < least:
        needed = -(-least * minutes // 60)
        raise PayIsTooLow(
            f"{reward} for {minutes} minutes is {hourly / 100:.2f} {currency} per hour, and Prolific's minimum is "
            f"{least / 100:.2f}: raise the reward to {needed}, or make the study shorter"
        )


def check_screen_out_pay(*, reward: int, screen_out_reward: int, currency: str) -> None:
    """Raise PayIsTooLow if being screened out is paid with less than the minimum; ValueError if with the reward."""
    least = LEAST_FOR_SCREENED_OUT[currency]
    if screen_out_reward < least:
        raise PayIsTooLow(
            f"{screen_out_reward} for being screened out is less than Prolific's minimum of {least}: raise "
            "screen_out_reward"
        )
    if screen_out_reward >= reward:
        raise ValueError("screen_out_reward must be less than the reward: lower it")
