"""Arguments that are refused: with an error of the package, never a raw one."""

import numpy as np
import pytest

import sharpwave as sw

THREADS = "expected a whole number from 1 to 1024, or None"


@pytest.mark.parametrize(
    "options, text",
    [
        ({"out": ""}, "`out`: found '', expected the name of a folder"),
        ({"out": "."}, "`out`: found '.', expected the name of a folder"),
        ({"out": "/"}, "`out`: found '/', expected the name of a folder"),
        ({"threads": -1}, f"`threads`: found -1, {THREADS}"),
        ({"threads": 1.5}, f"`threads`: found 1.5, {THREADS}"),
        ({"threads": 2**70}, f"`threads`: found {2**70}, {THREADS}"),
        ({"duration": 10**400}, "`duration`: found inf, expected a finite time"),
    ],
)
def test_options_of_a_run(net, options, text):
    with pytest.raises(sw.ModelError, match=text):
        net.run(**{"duration": 10, **options})


def test_options_of_what_reads_a_run(run):
    for options, text in [({"threads": -1}, THREADS), ({"seed": -1}, "`seed`: found -1"), ({"size": 2**40}, "`size`: found")]:
        with pytest.raises(sw.ModelError, match=text):
            run.analyse("rate", **options)
    with pytest.raises(sw.ModelError, match=THREADS):
        sw.resume(run.path, threads=-1)


@pytest.mark.parametrize("neurons", [1.0, None, "12", np.float64(1), [0, 1.0]])
def test_neurons_of_a_sample(net, neurons):
    with pytest.raises(sw.ModelError, match="`sample`: found neuron .*, expected a whole number, counted from 0, or a list of such"):
        net.simulation().sample("e", "v_m", neurons)


def test_neurons_of_a_sample_come_one_or_many(net):
    sim = net.simulation()
    for neurons, n in [(1, 1), (np.int32(1), 1), (range(3), 3), ({1, 2}, 2), (np.array([4, 5]), 2), (iter([1]), 1)]:
        assert len(sim.sample("e", "v_m", neurons)) == n


def test_times_and_rates_of_a_simulation(net):
    sim = net.simulation()
    with pytest.raises(sw.ModelError, match="`duration`: found inf, expected a finite time"):
        sim.run(10**400)
    with pytest.raises(sw.ModelError, match="`rate`: found inf, expected a finite rate"):
        sim.set_rate("noise", 10**400)
    with pytest.raises(sw.ModelError, match=THREADS):
        net.simulation(threads=-1)


def test_errors_of_measures_name_arguments(run):
    with pytest.raises(sw.SharpwaveError, match="stop") as caught:
        run.analyse("rate", stop="5 s")
    assert "--" not in str(caught.value)
