"""Networks step by step."""

import numpy as np
import pytest

import sharpwave as sw


class Tensor:
    """What a tensor of PyTorch with a gradient on a device answers to."""

    def __init__(self, values, steps=("detach", "cpu", "float")):
        self.values, self.steps = values, steps
        setattr(self, steps[0], lambda: Tensor(values, steps[1:]) if steps[1:] else values)

    def __array__(self, *_, **__):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")


def test_steps_give_the_bits_of_a_run(net):
    whole = net.run("100 ms")
    sim = net.simulation()
    steps = [sim.run(7.3) for _ in range(10)] + [sim.run("27 ms")]
    assert sim.now == 100.0 and sim.fingerprint == whole.fingerprint
    for name in ("e", "i"):
        assert np.array_equal(np.concatenate([step[name][0] for step in steps]), whole.spikes[name].t)
        assert np.array_equal(np.concatenate([step[name][1] for step in steps]), whole.spikes[name].i)
        assert sim.counts[name] == len(whole.spikes[name])


def test_lanes_and_threads_change_no_bit(net):
    net.set(engine={"lanes": 2})
    prints = set()
    for threads in (1, 2):
        sim = net.simulation(threads=threads)
        for _ in range(20):
            sim.run(5.0)
        prints.add(sim.fingerprint)
    assert prints == {net.run("100 ms").fingerprint}


def test_a_controller_acts_between_steps(net):
    sim = net.simulation(changing=["population.e.v_th"])
    before = len(sim.run("200 ms")["e"][0])
    sim.set_rate("noise", 0.0)
    sim.run("50 ms")
    assert len(sim.run("50 ms")["e"][0]) == 0
    sim.set_rate("noise", 8000.0)
    sim.alter("population.e.v_th", factor=0.8)
    assert len(sim.run("200 ms")["e"][0]) > 1.3 * before
    sim.alter("population.e.v_th", value="100 V")
    sim.run("5 ms")
    assert len(sim.run("100 ms")["e"][0]) == 0
    sim.switch("noise", False)
    assert sim.sample("e", "v_m", [0, 1]).shape == (2,)


def test_tables_of_a_stage_act_at_an_instant(net):
    paths = ["projection.e_all.weight", "projection.i_all.weight"]
    staged = net.simulation(changing=paths)
    staged.run("20 ms")
    staged.apply(factor={path: 0.5 for path in paths})
    one_by_one = net.simulation(changing=paths)
    one_by_one.run("20 ms")
    untouched = one_by_one.save()
    for path in paths:
        one_by_one.alter(path, factor=0.5)
    for sim in (staged, one_by_one):
        sim.run("60 ms")
    assert staged.fingerprint == one_by_one.fingerprint
    one_by_one.load(untouched)
    one_by_one.run("60 ms")
    assert staged.fingerprint != one_by_one.fingerprint


def test_callbacks_are_told_what_came(net):
    net.section("trigger", "busy", kind="rate", population="e", window="5 ms", level="20 Hz")
    net.section("stimulus", "kick", kind="volley", target="e", weight="1 mV", neurons=20, trigger="busy", delay="1 ms")
    plain = net.simulation()
    whole = plain.run("200 ms")
    found, sent = plain.take_stimulation()
    assert found and sent
    sim = net.simulation()
    spikes, events, pulses, ends = [], [], [], []
    sim.on_spikes("e", lambda t, i: (spikes.append((t, i)), ends.append(sim.now)))
    sim.on_trigger("busy", lambda *event: events.append(("busy", *event)))
    sim.on_pulse("kick", lambda *pulse: pulses.append(("kick", *pulse)))
    given = sim.run("200 ms", step="0.7 ms")
    assert sim.now == 200.0 and sim.fingerprint == plain.fingerprint
    for name in whole:
        assert np.array_equal(given[name][0], whole[name][0]) and np.array_equal(given[name][1], whole[name][1])
    assert np.array_equal(np.concatenate([t for t, _ in spikes]), whole["e"][0])
    assert all(end - 0.7 - 1e-9 <= t[0] <= t[-1] < end for (t, _), end in zip(spikes, ends))
    assert events == found and pulses == sent
    assert sim.take_stimulation() == (found, sent) and sim.take_stimulation() == ([], [])


def test_a_callback_acts_and_may_stop_the_step(net):
    sim = net.simulation()
    sim.on_spikes("i", lambda t, i: sim.switch("noise", False))
    first = sim.run("100 ms", step="0.5 ms")["i"][0][0]
    assert 0 < first < 50
    # Membranes of 20 ms have forgotten the noise.
    assert not any(len(t) for t, _ in sim.run("100 ms", step="10 ms").values())
    stopped = net.simulation()

    def stop(t, i):
        raise InterruptedError

    stopped.on_spikes("e", stop)
    with pytest.raises(InterruptedError):
        stopped.run("100 ms", step="1 ms")
    now = stopped.now
    kept = stopped.take_spikes()["e"][0]
    assert 0 < len(kept) and kept[-1] < now < 50


@pytest.mark.parametrize(
    "act, text",
    [
        (lambda sim: sim.on_spikes("x", print), "no population is called 'x'\n  help: there are `e`, `i`"),
        (lambda sim: sim.on_trigger("up", print), "no trigger is called 'up'\n  help: there are none"),
        (lambda sim: sim.on_pulse("noise", print), "no stimulus that comes in pulses is called 'noise'"),
        (lambda sim: sim.run("1 ms", step="0 ms"), "`step`: found '0 ms', expected a time above 0"),
        (lambda sim: sim.run("1 ms", step="1 mV"), "`step`: found '1 mV', expected a time with its unit"),
    ],
)
def test_callbacks_that_would_never_be_called_are_refused(net, act, text):
    with pytest.raises(sw.ModelError, match=text):
        act(net.simulation())


def test_states_are_kept_and_gone_back_to(net):
    sim = net.simulation()
    sim.run("50 ms")
    state = sim.save()
    first = sim.run("50 ms")["e"]
    sim.load(state)
    assert sim.now == 50.0
    again = sim.run("50 ms")["e"]
    assert np.array_equal(first[0], again[0]) and np.array_equal(first[1], again[1])
    with pytest.raises(sw.ModelError):
        sim.load(state[:-3])


def test_bouts_begin_at_their_instants(net):
    net.stage("quiet", factor={"stimulus.noise.rate": 0.1})
    net.bout("60 ms")
    net.bout("60 ms", stage="quiet")
    whole = net.run()
    sim = net.simulation()
    spikes = [sim.run(17.0)["e"][0] for _ in range(7)] + [sim.run(1.0)["e"][0]]
    assert sim.now == 120.0
    assert np.array_equal(np.concatenate(spikes), whole.spikes["e"].t)
    # The last bout goes on.
    sim.run("100 ms")


def test_bouts_that_end_early_do_so_step_by_step_too(net):
    net.section("trigger", "quiet", kind="rate", population="e", window="5 ms", level="1 Hz")
    net.section("stimulus", "nothing", kind="poisson", target="e", rate="1 Hz", weight="0.1 mV")
    net.bout("80 ms", until={"trigger": "quiet", "count": 1})
    net.bout("30 ms", stimuli=["nothing"])
    whole = net.run()
    assert whole.bouts["stop_ms"][0] < 80
    sim = net.simulation()
    end = whole.bouts["stop_ms"][1]
    spikes = []
    while sim.now < end:
        spikes.append(sim.run(min(7.0, end - sim.now))["e"][0])
    assert np.array_equal(np.concatenate(spikes), whole.spikes["e"].t)
    net.document["bout"].pop()
    sim = net.simulation()
    t, _ = sim.run("80 ms")["e"]
    assert sim.is_over and sim.now == whole.bouts["stop_ms"][0]
    assert np.array_equal(t, whole.spikes["e"].t[: len(t)])
    with pytest.raises(sw.ModelError, match="last bout ended"):
        sim.run("1 ms")


def test_matrices_are_given_and_taken(tmp_path):
    weights = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)
    net = sw.Network()
    net.population("a", 4, "lif", tau_m="10 ms", v_th="1 mV", t_ref="1 ms")
    net.population("b", 3, like="a")
    net.poisson("a", rate="1 kHz", weight="1 mV")
    net.matrix("a", "b", weights, gain="1 mV", delay="1 ms")
    net.set(duration="100 ms")
    net.save(tmp_path / "net.toml")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.a_b.npz", "net.toml"]
    assert sw.run(tmp_path / "net.toml").fingerprint == net.run().fingerprint
    again = sw.Network.read(tmp_path / "net.toml")
    assert again.run().fingerprint == net.run().fingerprint
    with pytest.raises(sw.ModelError, match="4"):
        wrong = sw.Network.read(tmp_path / "net.toml")
        wrong.matrix("b", "a", weights, gain="1 mV", delay="1 ms")
        wrong.simulation()
    sim = net.simulation()
    found = sim.weights("a_b")
    assert found.shape == (3, 4) and np.array_equal(found, weights)
    sim.set_weights("a_b", Tensor(found * 3))
    assert np.array_equal(sim.weights("a_b"), weights * 3)
    sim.set_weights("a_b", found * 2)
    assert np.array_equal(sim.weights("a_b"), weights * 2)
    for wrong, text in [
        (weights[0], "1 dimensions"),
        (weights.T.copy(), "found 4 x 3 weights"),
        (np.full((3, 4), np.nan), "not finite"),
        (weights.astype(str), "expected numbers"),
        ([[1.0, 2.0], [3.0]], "rows of several lengths"),
    ]:
        with pytest.raises(sw.ModelError, match=text):
            sim.set_weights("a_b", wrong)


def test_synapses_of_a_projection(net):
    net.document["projection"]["e_all"]["plasticity"] = {"rule": "stdp_pair", "w_max": "1 mV"}
    table = net.simulation().synapses("e_all")
    assert table.n_rows == 800 and set(table) == {"source", "target", "delay_ms", "weight"}
    assert (table["delay_ms"] == 1.5).all() and table["target"].max() < 100


@pytest.mark.parametrize(
    "act, text",
    [
        (lambda sim: sim.run(-1.0), "run"),
        (lambda sim: sim.run("5 mV"), "ms"),
        (lambda sim: sim.run(float("nan")), "run"),
        (lambda sim: sim.set_rate("nose", 1.0), "noise"),
        (lambda sim: sim.set_rate("noise", "8 ms"), "expected a rate with its unit"),
        (lambda sim: sim.switch("nose", False), "noise"),
        (lambda sim: sim.alter("projection.e_all.weight", factor=2.0), "e_all"),
        (lambda sim: sim.alter("population.e.v_th", value="3 ms"), "v_th"),
        (lambda sim: sim.alter("population.e.v_th"), "factor"),
        (lambda sim: sim.apply(), "factor"),
        (lambda sim: sim.apply(value={"population.e.v_th": "1 V"}, factor={"population.e.v_th": 2.0}), "v_th"),
        (lambda sim: sim.apply(value={"population.e.v_th": "1 V"}, factor={"population.e.tau": 2.0}), "tau"),
        (lambda sim: sim.apply(factor={"population.e.v_th": 0.5, "projection.e_all.weight": 2.0}), "e_all"),
        (lambda sim: sim.sample("x", "v_m", 0), "`x`"),
        (lambda sim: sim.sample("e", "v_m", 80), "80"),
        (lambda sim: sim.weights("e_all"), "e_all"),
    ],
)
def test_acts_that_cannot_be_done_are_refused_and_change_nothing(net, act, text):
    sim = net.simulation(changing=["population.e.v_th"])
    sim.run("20 ms")
    with pytest.raises(sw.ModelError, match=text):
        act(sim)
    sim.run("20 ms")
    undisturbed = net.simulation(changing=["population.e.v_th"])
    undisturbed.run("40 ms")
    assert sim.fingerprint == undisturbed.fingerprint


def test_what_is_applied_is_applied_together_or_not_at_all(net):
    paths = ["population.e.v_th", "population.e.v_reset"]
    sim = net.simulation(changing=paths)
    v_th, v_reset = 100.0, 60.0
    # Neither could be without the other, in this order.
    sim.apply(value={"population.e.v_reset": f"{v_reset} mV", "population.e.v_th": f"{v_th} mV"})
    sim.run("20 ms")
    at_once = sim.fingerprint
    # One that cannot be leaves all as it was, those before it too.
    with pytest.raises(sw.ModelError, match="v_reset"):
        sim.apply(value={"population.e.v_th": "1 mV", "population.e.v_reset": "2 mV"})
    sim.run("50 ms")
    other = net.simulation(changing=paths)
    other.apply(value={"population.e.v_th": f"{v_th} mV", "population.e.v_reset": f"{v_reset} mV"})
    other.run("20 ms")
    assert other.fingerprint == at_once
    other.run("50 ms")
    assert other.fingerprint == sim.fingerprint


def test_a_state_brings_its_own_course_and_no_damage(net):
    net.section("trigger", "clock", kind="rhythmic", period="10 ms")
    net.bout("20 ms")
    net.bout("20 ms")
    sim = net.simulation()
    state = sim.save()
    sim.run("35 ms")
    sim.load(state)
    assert sim.take_stimulation() == ([], [])
    sim.run("35 ms")
    assert len(sim.take_stimulation()[0]) == 4
    # Every byte counts, those that say which bout it stands in too.
    for k in range(len(state) - len(state) // 2, len(state), len(state) // 50):
        damaged = bytearray(state)
        damaged[k] ^= 1
        with pytest.raises(sw.ModelError, match="damaged or cut"):
            sim.load(bytes(damaged))
    for k in range(20, 80):
        damaged = bytearray(state)
        damaged[k] ^= 1
        with pytest.raises(sw.ModelError, match="damaged or cut"):
            sim.load(bytes(damaged))


def test_rates_have_units_or_are_hertz(net):
    sims = [net.simulation() for _ in range(2)]
    for sim, rate in zip(sims, (9_000.0, "9 kHz")):
        sim.set_rate("noise", rate)
        sim.run("20 ms")
    assert sims[0].fingerprint == sims[1].fingerprint


def test_only_networks_run_step_by_step():
    with pytest.raises(sw.ModelError, match="network"):
        sw.Simulation("sleep_replay_digits")


def test_nothing_is_no_value_and_no_step(net):
    sim = net.simulation(changing="population.e.v_th")
    for act in (lambda: sim.alter("population.e.v_th", value=""), lambda: sim.alter("population.e.v_th", offset=" ")):
        with pytest.raises(sw.ModelError, match="`population.e.v_th`: found '"):
            act()
    with pytest.raises(sw.ModelError, match="`duration`: found 4e-10, expected a picosecond at least"):
        sim.run(4e-10)
    with pytest.raises(sw.ModelError, match="`step`: found 1e-10, expected a time above 0"):
        sim.run(10, step=1e-10)
    with pytest.raises(sw.ModelError, match="`act`: found 5, expected a function"):
        sim.on_spikes("e", 5)
    assert sim.now == 0.0
    sim.set_rate("noise", "0.002 MHz")
    assert len(sim.run("50 \u03bcs")["e"]) == 2


def test_a_rate_that_is_set_is_the_rate_whatever_altered_it(net):
    sim = net.simulation()
    sim.alter("stimulus.noise.rate", value="0 Hz")
    sim.run("50 ms")
    assert len(sim.run("50 ms")["e"][0]) == 0
    sim.set_rate("noise", 8000.0)
    assert len(sim.run("100 ms")["e"][0]) > 0
    # What alters it later goes by it.
    sim.alter("stimulus.noise.rate", factor=1e-9)
    sim.run("50 ms")
    assert len(sim.run("50 ms")["e"][0]) == 0
    net.section("oscillation", "slow", frequency="1 Hz", amplitude=0.5)
    net.poisson("e", rate="100 Hz", weight="0.2 mV", name="waves", oscillation="slow")
    with pytest.raises(sw.ModelError, match="`stimulus.waves.rate` holds until"):
        net.simulation().set_rate("waves", 10.0)


def test_a_modulator_that_only_a_program_releases_says_so(net):
    net.section("modulator", "da", tau="100 ms")
    with pytest.raises(sw.ModelError, match="`baseline = 0` where a program releases it"):
        net.simulation()
    net.document["modulator"]["da"]["baseline"] = 0.0
    sim = net.simulation()
    sim.release("da", 2.0)
    sim.run("1 ms")
