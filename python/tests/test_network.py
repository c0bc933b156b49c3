"""Networks that are built in Python are model files."""

import copy

import numpy as np
import pytest

import sharpwave as sw
from sharpwave._model import read


def test_a_network_is_a_model_file_and_back(net, tmp_path):
    net.set(duration="100 ms")
    net.record(["e"])
    net.save(tmp_path / "net.toml")
    again = sw.Network.read(tmp_path / "net.toml")
    assert again == net
    assert again.run().fingerprint == net.run().fingerprint == sw.run(tmp_path / "net.toml").fingerprint


@pytest.mark.parametrize("name", [n for n in sw.models() if 'experiment = "network"' in sw.model_file(n)])
def test_every_shipped_network_goes_there_and_back(name):
    network = sw.Network.read(name)
    assert read(network).resolved == read(name).resolved


def test_shipped_models_run_by_their_names():
    run = sw.run("models/vogels_abbott_delta.toml", duration="520 ms", threads=1)
    assert run.complete and run.stop_ms == 520.0
    assert "brunel_balanced" in sw.models()


def test_numbers_of_numpy_and_drawn_values_are_understood():
    net = sw.Network(seed=np.int64(4))
    net.population("e", np.int32(5), "lif", tau_m="20 ms", v_th=sw.normal("15 mV", "1 mV"), t_ref="2 ms")
    net.project("e", "e", rule="fixed_probability", probability=np.float64(0.5), weight=sw.uniform("0 mV", "1 mV"),
                delay=sw.exponential("1 ms", low="0.5 ms", high="5 ms"))
    checked = net._for("10 ms", None).check()
    assert "probability = 0.5" in checked["resolved"] and checked["estimate"]


@pytest.mark.parametrize(
    "break_it, text",
    [
        (lambda net: net.population("f", 5, "lff"), "did you mean `lif`"),
        (lambda net: net.project("e", "x", rule="all_to_all", weight="1 mV", delay="1 ms"), "e_x.target"),
        (lambda net: net.project("e", "e", rule="all_to_all", weight="1 mV", delay="1 mm"), "1 mm"),
        (lambda net: net.project("e", "e", rule="all_to_all", weigth="1 mV", delay="1 ms"), "weigth"),
        (lambda net: net.set(seed=-1), "seed"),
        (lambda net: net.stimulate("e", "poison", rate="1 Hz", weight="1 mV"), "poisson"),
    ],
)
def test_what_does_not_hold_is_one_clear_error(net, break_it, text, tmp_path):
    break_it(net)
    with pytest.raises(sw.ModelError, match=text):
        net.run("10 ms")
    with pytest.raises(sw.ModelError):
        net.save(tmp_path / "net.toml")
    assert list(tmp_path.iterdir()) == []


def test_names_are_taken_once(net):
    with pytest.raises(sw.ModelError, match="population `e` is there already"):
        net.population("e", 5, "lif")


def test_what_a_model_file_cannot_hold_is_refused(net):
    with pytest.raises(sw.ModelError, match="object"):
        net.set(duration=object())


@pytest.mark.parametrize("name, text", [("brunel_balancd", "did you mean `brunel_balanced`"), ("x/y.toml", "no such file")])
def test_models_that_are_not_there(name, text):
    with pytest.raises(sw.ModelError, match=text):
        sw.run(name)


def test_a_value_that_is_wrong_names_its_key():
    with pytest.raises(sw.ModelError, match="population.e.tau_m"):
        sw.check("brunel_balanced", set={"population.e.tau_m": "20 mV"})
    with pytest.raises(sw.ModelError, match="threads"):
        sw.run("vogels_abbott_delta", threads=0)


def test_what_can_be_named_is_described():
    kinds = sw.describe()
    assert "lif" in kinds["neuron model"] and "rate" in kinds["measure"]
    assert "tau_m" in repr(sw.describe("lif"))
    with pytest.raises(sw.ModelError, match="did you mean `stdp_pair`"):
        sw.describe("stdp_pare")


@pytest.mark.parametrize(
    "drawn, mean",
    [
        (sw.lognormal("2 mV", "0.5 mV"), 2.0),
        (sw.normal("2 mV", "0.5 mV", low="0 mV"), 2.0),
        (sw.uniform("1 mV", "3 mV"), 2.0),
        (sw.exponential("1.5 mV", offset="0.5 mV"), 2.0),
    ],
)
def test_every_distribution_is_drawn_from(drawn, mean):
    net = sw.Network()
    net.population("a", 200, "relay")
    rule = {"rule": "stdp_pair", "w_max": "100 mV"}
    net.population("b", 200, "lif", tau_m="20 ms", v_th="15 mV")
    net.project("a", "b", name="p", rule="all_to_all", weight=drawn, delay="1 ms", plasticity=rule)
    weights = net.simulation().synapses("p")["weight"]
    assert abs(weights.mean() - mean) < 4 * weights.std() / len(weights) ** 0.5


def test_what_is_said_twice_is_refused_and_none_takes_a_key_away(net):
    with pytest.raises(sw.ModelError, match="`delay`: found beside `axonal_delay`"):
        net.project("e", "i", name="twice", rule="all_to_all", weight="1 mV", delay="1 ms", axonal_delay="2 ms")
    net.set(duration="1 s")
    net.set(duration=None)
    assert "duration" not in net.document
    with pytest.raises(sw.ModelError, match="from 0 to 9223372036854775807"):
        sw.Network(seed=2**63)


def test_model_files_that_cannot_be_read_or_written_are_one_clear_error(net, tmp_path):
    (tmp_path / "latin.toml").write_bytes(b"# \xe9\n")
    with pytest.raises(sw.ModelError, match="latin.toml`: found bytes that are no text"):
        sw.Network.read(tmp_path / "latin.toml")
    (tmp_path / "bad.toml").write_text("a = [")
    with pytest.raises(sw.ModelError, match="bad.toml`: "):
        sw.Network.read(tmp_path / "bad.toml")
    with pytest.raises(sw.ModelError, match="found a folder"):
        sw.Network.read(tmp_path)
    for path, text in ((tmp_path, "found a folder"), (tmp_path / "no" / "net.toml", "cannot be written")):
        with pytest.raises(sw.ModelError, match=text):
            net.save(path, "10 ms")
    assert not list(tmp_path.parent.glob("*.part")) and sw.model_file("up_down_states.toml") == sw.model_file("up_down_states")


def test_a_kind_is_described_as_a_whole():
    assert {entry["name"] for entry in sw.describe("distribution")} >= {"normal", "log_normal", "exponential"}


def test_given_spikes_and_synapses_are_arrays(tmp_path):
    net = sw.Network()
    net.population("a", 10, "relay")
    net.population("b", 5, "lif", tau_m="20 ms", v_th="15 mV", v_reset="0 mV", e_l="0 mV")
    net.spikes("a", [5.0, 1.25, 30.000000001], [3, 0, 9], weight=1)
    net.connect("a", "b", [3, 0, 9], [1, 2, 4], weight=np.array([16.0, 20.0, 17.0]), delay=[1.5, 2.5, 0.1])
    run = net.run("50 ms")
    assert np.array_equal(run.spikes["a"].t, [1.25, 5.0, 30.000000001]) and list(run.spikes["a"].i) == [0, 3, 9]
    assert np.allclose(run.spikes["b"].t, [3.75, 6.5, 30.100000001], rtol=0, atol=1e-9) and list(run.spikes["b"].i) == [2, 1, 4]
    # The spikes of a run onto another network, one weight and one delay for all, a copy, and a file.
    net.connect("a", "b", np.array([3, 0]), [0, 2], weight="16 mV", delay="3 ms", name="more")
    again = sw.Network()
    again.population("a", 10, "relay")
    again.spikes("a", run.spikes["a"], weight=1)
    assert np.array_equal(again.run("50 ms").spikes["a"].t, run.spikes["a"].t)
    fingerprint = net.run("50 ms").fingerprint
    assert copy.deepcopy(net) == net != again and copy.deepcopy(net).run("50 ms").fingerprint == fingerprint
    net.save(tmp_path / "given.toml", "50 ms")
    assert sw.run(tmp_path / "given.toml").fingerprint == fingerprint
    assert {path.name for path in tmp_path.iterdir()} == {"given.toml", "given.a_b.npz", "given.more.npz", "given.spikes_a.csv"}


@pytest.mark.parametrize(
    "act, text",
    [
        (lambda net: net.connect("e", "i", [3], [0, 1], weight="1 mV"), "`post`: found 2 neurons, expected 1"),
        (lambda net: net.connect("e", "i", [3.5], [0], weight="1 mV"), "`pre`: found an array of float64, expected whole numbers"),
        (lambda net: net.connect("e", "i", [-3], [0], weight="1 mV"), "`pre`: found -3, expected neurons counted from 0"),
        (lambda net: net.connect("e", "i", [3], [0], weight=[1, 2]), "`weight`: found 2 values, expected 1"),
        (lambda net: net.connect("e", "i", [3], [0], weight=[np.nan]), "`weight`: found a value that is not finite"),
        (lambda net: net.spikes("e", [1.0], weight="1 mV"), "`i`: found none"),
        (lambda net: net.spikes("e", [1.0], [0, 1], weight="1 mV"), "`i`: found 2 neurons, expected 1"),
        (lambda net: net.spikes("e", [-1.0], [0], weight="1 mV"), "`t`: found -1 ms"),
        (lambda net: net.spikes("e", [[1.0]], [0], weight="1 mV"), "`t`: found an array of 2 dimensions"),
    ],
)
def test_arrays_that_are_no_spikes_or_synapses_are_refused(net, act, text):
    before = copy.deepcopy(net)
    with pytest.raises(sw.ModelError, match=text):
        act(net)
    assert net == before


def test_a_duration_does_not_take_the_place_of_bouts(net, tmp_path):
    net.bout("20 ms")
    for act in (lambda: net.run("50 ms"), lambda: net.check("50 ms"), lambda: net.save(tmp_path / "m.toml", "50 ms")):
        with pytest.raises(sw.ModelError, match="`duration`: found '50 ms' beside what `bout` says"):
            act()
    assert not (tmp_path / "m.toml").exists()
    assert net.run().bouts["stop_ms"].tolist() == [20.0]
    del net.document["bout"]
    assert net.run("50 ms").bouts["stop_ms"].tolist() == [50.0]


def test_a_delay_is_the_axonal_part_be_it_one_or_an_array():
    def arrival(delay):
        net = sw.Network()
        net.population("a", 1, "relay")
        net.population("b", 1, "relay")
        net.spikes("a", [10.0], [0], weight=1)
        net.connect("a", "b", [0], [0], weight=1, delay=delay, dendritic_delay="2 ms")
        return net.run("50 ms").spikes["b"].t.tolist()

    assert arrival("5 ms") == arrival(np.array([5.0])) == [17.0]


def test_what_is_recorded_is_added_up(net):
    net.record("e")
    net.record(["i", "e"], states={"population": "e", "neurons": [1], "variables": ["v_m"], "every": "1 ms"})
    net.record(states={"population": "i", "neurons": [1], "variables": ["v_m"], "every": "1 ms"})
    run = net.run("20 ms")
    assert set(run.spikes) == {"e", "i"} and set(run.states) == {"e", "i"}
    net.record(rates_bin="5 ms")
    with pytest.raises(sw.ModelError, match="`record.rates_bin`: found '6 ms', but it is '5 ms' already"):
        net.record(rates_bin="6 ms")
