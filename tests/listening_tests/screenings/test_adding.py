"""The screening that docs/adding.md shows works as it stands there."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from listening_tests.checks.policy import PolicyForbids, check_policy
from tests.listening_tests.screenings.records import make_trial

PAGE = Path(__file__).parents[3] / "docs" / "adding.md"


@pytest.fixture
def screening():
    """Return the class that the page shows."""
    found = re.search(r"```python screening\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    module = ModuleType("listening_tests.screenings.ends_only")
    exec(found.group(1), module.__dict__)
    return module.EndsOnly


def test_it_judges_what_was_recorded(screening):
    ends = [make_trial(position, score) for position, score in enumerate((1.0, 5.0, 5.0, 1.0))]

    assert not screening().evaluate(ends).has_passed
    assert screening().evaluate([*ends, make_trial(4, 3.0)]).detail["share"] == 0.8
    assert screening(largest_share=0.8).evaluate([*ends, make_trial(4, 3.0)]).has_passed


def test_the_policy_knows_it_by_its_kind(screening):
    with pytest.raises(PolicyForbids, match="ends_only is a statistical check"):
        check_policy(screening(consequence="support_rejection"), minutes=3, n_blocks=0)
