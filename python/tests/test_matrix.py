"""Matrices that a network was given in Python."""

import copy
import gc
import pickle

import numpy as np
import pytest

import sharpwave as sw


def layered(weights):
    net = sw.Network(seed=2)
    net.population("a", 4, "relay")
    net.population("b", 30, "lif", tau_m="10 ms", v_th="1 mV", t_ref="1 ms")
    net.poisson("a", rate="400 Hz", weight=1)
    net.matrix("a", "b", weights, gain="1 mV", delay="1 ms")
    return net


def test_a_matrix_is_a_copy():
    weights = np.full((30, 4), 0.5, dtype=np.float32)
    net = layered(weights)
    before = net.run("100 ms").fingerprint
    weights[:] = 0
    assert net.run("100 ms").fingerprint == before


def test_networks_with_other_matrices_are_others():
    ones, twos = (np.full((30, 4), x) for x in (1.0, 2.0))
    assert layered(ones) == layered(ones.copy())
    assert layered(ones) != layered(twos)


def test_models_in_one_folder_keep_their_own_matrices(tmp_path):
    for name, x in (("one", 0.5), ("two", 0.0)):
        net = layered(np.full((30, 4), x))
        net.set(duration="100 ms")
        net.record("b")
        net.save(tmp_path / f"{name}.toml")
    counts = [len(sw.run(tmp_path / f"{name}.toml").spikes["b"]) for name in ("one", "two")]
    assert counts[0] > 0 and counts[1] == 0


def test_a_run_that_was_stopped_goes_on(tmp_path):
    net = layered(np.full((30, 4), 0.5))
    # A few seconds of work.
    whole = net.run("2000 s", threads=1)

    def stop(what, _done, _total):
        if not what.startswith("building"):
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        net.run("2000 s", out=tmp_path / "run", progress=stop, threads=1)
    del net
    assert not sw.open(tmp_path / "run").complete
    assert sw.resume(tmp_path / "run").fingerprint == whole.fingerprint
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "run.matrices"]


def test_a_run_that_is_refused_leaves_nothing(tmp_path):
    net = layered(np.full((30, 4), 0.5))
    net.population("c", 1, "lff")
    with pytest.raises(sw.ModelError, match="did you mean `lif`"):
        net.run("1 s", out=tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_masked_values_are_refused():
    masked = np.ma.masked_less(np.arange(120.0).reshape(30, 4), 3)
    with pytest.raises(sw.ModelError, match="masked"):
        layered(masked)
    with pytest.raises(sw.ModelError, match="not finite in single precision"):
        layered(np.full((30, 4), 1e300))


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_a_copy_has_files_of_its_own(again):
    net = layered(np.full((30, 4), 0.5))
    expected = net.run("100 ms").fingerprint
    net.set(duration="100 ms")
    # Now the network has a folder of its own.
    net.check()
    other = again(net)
    assert other == net
    del net
    gc.collect()
    assert other.check()["resolved"] and other.run("100 ms").fingerprint == expected


def test_a_matrix_whose_projection_is_gone_is_forgotten():
    net = layered(np.full((30, 4), 0.5))
    net.set(projection={})
    run = net.run("20 ms")
    assert run.complete and "rule" not in run.config
    assert net != layered(np.full((30, 4), 0.5))


def test_a_name_that_leads_elsewhere_is_refused_and_writes_nothing_there(tmp_path):
    net = layered(np.full((30, 4), 0.5))
    net.matrix("a", "b", np.ones((30, 4)), gain="1 mV", delay="1 ms", name="../x/y")
    net.population("../z", 2, "lif", v_th="1 mV", tau_m=np.ones(2))
    (tmp_path / "in" / "x").mkdir(parents=True)
    with pytest.raises(sw.ModelError, match="found the name \"../x/y\", expected letters"):
        net.run("10 ms", out=tmp_path / "in" / "out")
    assert list(tmp_path.iterdir()) == [tmp_path / "in"] and list((tmp_path / "in").rglob("*")) == [tmp_path / "in" / "x"]
