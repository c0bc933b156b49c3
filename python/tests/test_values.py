"""Values of neurons that a network was given in Python."""

import numpy as np
import pytest

import sharpwave as sw


def driven(**parameters):
    net = sw.Network(seed=2)
    net.population("e", 4, "lif", v_th="15 mV", **parameters)
    net.poisson("e", rate="9 kHz", weight="0.3 mV")
    return net


def by_blocks():
    return driven(tau_m=[[2, "10 ms"], [2, "20 ms"]]).run("200 ms").fingerprint


@pytest.mark.parametrize(
    "values", [np.array([10, 10, 20, 20]), [10.0, 10.0, 20.0, 20.0], (np.array([0.01, 0.01, 0.02, 0.02]), "s"), [10, 10, 20, np.int8(20)]]
)
def test_an_array_gives_each_neuron_its_own_value(values):
    assert driven(tau_m=values).run("200 ms").fingerprint == by_blocks()


def test_values_are_copied_and_saved_beside_the_model(tmp_path):
    values = np.array([10.0, 10.0, 20.0, 20.0])
    net = driven(tau_m=values, initial={"v_m": np.zeros(4)})
    values[:] = 5
    net.save(tmp_path / "net.toml", "200 ms")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.e.initial.v_m.npy", "net.e.tau_m.npy", "net.toml"]
    assert sw.run(tmp_path / "net.toml").fingerprint == by_blocks()
    assert sw.run(sw.Network.read(tmp_path / "net.toml")).fingerprint == by_blocks()
    assert net != driven(tau_m=values, initial={"v_m": np.zeros(4)})


def test_a_run_of_such_neurons_goes_on(tmp_path):
    net = driven(tau_m=np.array([10, 10, 20, 20]))
    net.run("200 ms", out=tmp_path / "run")
    assert (tmp_path / "run.matrices" / "e.tau_m.npy").exists()
    assert sw.resume(tmp_path / "run").complete


@pytest.mark.parametrize(
    "values, text",
    [
        (np.ones(3), "`population.e.tau_m`: found 3 values, expected 4, one for each neuron"),
        (np.ones((4, 1)), "`population.e.tau_m`: found an array of 2 dimensions, expected 1"),
        (np.array([1, np.nan, 1, 1]), "`population.e.tau_m`: found a value that is not finite"),
        (np.array(["1 ms"] * 4), "`population.e.tau_m`: found an array of <U4, expected numbers"),
        (np.ma.masked_less(np.arange(4.0), 2), "`population.e.tau_m`: found masked values"),
        ((np.ones(4), "mV"), "did you mean `ms`"),
        (-np.ones(4), "neuron 0 has -1 ms"),
    ],
)
def test_values_that_do_not_fit_are_one_clear_error(values, text):
    with pytest.raises(sw.ModelError, match=text):
        driven(tau_m=values).run("10 ms")


def test_blocks_stay_blocks():
    blocks = np.array([[2, "10 ms"], [2, "20 ms"]], dtype=object)
    assert driven(tau_m=blocks).run("200 ms").fingerprint == by_blocks()
