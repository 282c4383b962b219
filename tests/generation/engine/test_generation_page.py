"""The code that docs/generation.md shows works as it stands there."""

import re
from pathlib import Path

import soundfile

ROOT = Path(__file__).parents[3]


def test_the_engine_finds_and_speaks_a_word_without_django(tmp_path, monkeypatch, capsys):
    found = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "generation.md").read_text(encoding="utf-8"), re.DOTALL)
    assert found, "docs/generation.md shows no code"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "generation").symlink_to(ROOT / "generation")

    exec(compile(found.group(1), "docs/generation.md", "exec"), {})

    samples, rate = soundfile.read("yes.wav")
    assert len(samples) / rate > 0.8
    heard = [float(each) for each in capsys.readouterr().out.strip(" []\n").split(",")]
    assert min(heard) > 0.5
