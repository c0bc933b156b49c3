"""States that simulations keep and go to."""

import time
import warnings

import numpy as np
import pytest

import sharpwave as sw


def bouts(net):
    net.stage("quiet", factor={"stimulus.noise.rate": 0.3})
    net.bout("40 ms")
    net.bout("33.3 ms", stage="quiet")
    net.bout("40 ms")
    return net


@pytest.mark.parametrize("at", [10.0, 40.0, 50.0, 90.0])
def test_a_state_is_of_its_bout(net, at):
    whole = bouts(net).simulation()
    whole.run(113.3)
    kept = net.simulation()
    kept.run(at)
    state = kept.save()
    for before in (0.0, 20.0, 60.0, 100.0):
        other = net.simulation()
        other.run(before)
        other.load(state)
        assert other.now == at
        other.run(113.3 - at)
        assert other.fingerprint == whole.fingerprint, before


def test_what_is_no_state_of_this_network_is_refused_and_changes_nothing(net):
    sim = net.simulation()
    sim.run("20 ms")
    state = sim.save()
    net.set(seed=4)
    foreign = net.simulation()
    net.set(seed=3)
    foreign.run("20 ms")
    damaged = bytearray(state)
    damaged[len(damaged) // 2] ^= 4
    for wrong, text in [
        (foreign.save(), "state of another network"),
        (state[:-3], "damaged or cut"),
        (bytes(damaged), "damaged or cut"),
        (b"", "other bytes"),
    ]:
        with pytest.raises(sw.ModelError, match=text):
            sim.load(wrong)
    sim.run("20 ms")
    undisturbed = net.simulation()
    undisturbed.run("40 ms")
    assert sim.fingerprint == undisturbed.fingerprint
    sim.load(memoryview(state))
    assert sim.now == 20.0


def test_learning_rows_of_another_network_are_refused(net):
    net.document["projection"]["e_all"]["plasticity"] = {"rule": "stdp_pair", "w_max": "1 mV"}
    sims = []
    for degree in (5, 6):
        net.document["projection"]["e_all"]["in_degree"] = degree
        sims.append(net.simulation())
        sims[-1].run("50 ms")
    with pytest.raises(sw.ModelError, match="another network"):
        sims[1].load(sims[0].save())


def test_run_within_run_is_refused(net):
    sim = net.simulation()
    sim.on_spikes("e", lambda *_: sim.run("1 ms"))
    with pytest.raises(sw.ModelError, match="expected that to return first"):
        sim.run("50 ms")


def test_hypnograms_run_step_by_step():
    net = sw.Network.read("night")
    assert "hypnogram" in net.document
    sim = net.simulation(threads=1)
    sim.run("1 ms")
    assert sim.now == 1.0


def test_warnings_that_are_errors_stop_a_run(net):
    start = time.monotonic()
    with warnings.catch_warnings(), pytest.raises(UserWarning, match="nothing is recorded"):
        warnings.simplefilter("error")
        net.run("400 s", record=[], threads=1)
    # Long before the end, which takes a minute.
    assert time.monotonic() - start < 20


def test_neurons_are_whole_numbers(net):
    sim = net.simulation()
    assert sim.sample("e", "v_m", np.int64(3)) == sim.sample("e", "v_m", [3])
    for wrong in (-1, True, 1.5):
        with pytest.raises(sw.ModelError, match="expected a whole number"):
            sim.sample("e", "v_m", [wrong])
