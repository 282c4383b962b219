"""What every test finds."""

import pytest


@pytest.fixture(autouse=True)
def folders_of_its_own(settings, tmp_path):
    """Let a test write clips into a folder of its own."""
    settings.CLIPS_DIR = tmp_path / "clips"
