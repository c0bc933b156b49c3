"""Snapshots of weights, by number and by what the run calls their moment."""

from pathlib import Path

import numpy as np
import pytest

import sharpwave as sw


def test_a_snapshot_goes_by_its_label(tmp_path):
    model = Path(__file__).parents[2] / "models" / "sleep_replay_patches.toml"
    run = sw.run(model, set={"seeds": 1, "sleep.duration": "100 ms"}, out=tmp_path / "r")
    weights = run.weights["input_output"]
    labels = list(weights.moments["label"])
    assert "after sleep 1" in labels
    for number, label in enumerate(labels):
        assert np.array_equal(weights[label], weights[number])
    with pytest.raises(KeyError, match="'after sleep 9'.*'after sleep 1'"):
        weights["after sleep 9"]
    with pytest.raises(IndexError):
        weights[len(labels)]
