"""The README's Python runs as it stands there."""

import re
from pathlib import Path

import pytest


def test_the_readme_runs(tmp_path, monkeypatch, capsys):
    root = Path(__file__).parents[2]
    text = (root / "README.md").read_text()
    section = text.split("## From Python\n")[1].split("\n## ")[0]
    blocks = re.findall(r"```python\n(.*?)```", section, re.S)
    assert len(blocks) == 2
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    assert names["run"].fingerprint in capsys.readouterr().out
    assert names["sim"].now == 250.0 and list(tmp_path.iterdir()) == []
