"""The README's Python runs as it stands there."""

import re
from pathlib import Path

import pytest


import sharpwave as sw


@pytest.fixture
def section():
    """What it says of Python."""
    text = (Path(__file__).parents[2] / "README.md").read_text()
    return text.split("## From Python\n")[1].split("\n## ")[0]


def test_the_readme_runs(section, tmp_path, monkeypatch, capsys):
    blocks = re.findall(r"```python\n(.*?)```", section, re.S)
    assert len(blocks) == 2
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    assert names["run"].fingerprint in capsys.readouterr().out
    assert names["sim"].now == 250.0 and list(tmp_path.iterdir()) == []


def test_its_network_is_saved_as_it_says(section, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(re.search(r"```python\n(.*?)```", section, re.S)[1], names)
    exec(re.search(r"`(net\.save\(.*?\))`", section)[1], names)
    saved = sw.run("mine.toml")
    assert saved.fingerprint == names["run"].fingerprint and list(saved.spikes) == ["e", "i"]
    assert "duration" not in names["net"].document
