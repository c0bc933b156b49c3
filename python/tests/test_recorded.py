"""What a run file leaves out, and what belongs to another: Python says neither."""

import threading
import time

import h5py
import numpy as np
import pytest

import sharpwave as sw


def test_neurons_that_nobody_watched_are_not_silent():
    net = sw.Network(seed=2)
    net.population("e", 500, "poisson", rate="20 Hz")
    net.record([{"population": "e", "neurons": [300, 400]}])
    run = net.run("1 s")
    spikes = run.spikes["e"]
    assert spikes.neurons.tolist() == [300, 400] and (spikes.size, spikes.recorded) == (500, 2)
    assert [len(train) for train in spikes.trains()] == [len(spikes.of(300)), len(spikes.of(400))]
    assert sum(len(train) for train in spikes.trains()) == len(spikes) > 10
    assert np.array_equal(spikes.trains([400])[0], spikes.of(400))
    assert spikes.dense("1 s").tolist() == [[len(spikes.of(300)), len(spikes.of(400))]]
    assert spikes.between("0 ms", "500 ms").neurons.tolist() == [300, 400]
    with pytest.raises(sw.RecordingError, match="its spikes were not recorded"):
        spikes.of(5)
    # They are drawn, one above the other.
    assert run._repr_html_().count("h1") == len(spikes)
    pytest.importorskip("matplotlib")
    (line,) = run.plot(ax=True).lines
    assert sorted(set(line.get_ydata())) == [0, 1] and len(line.get_ydata()) == len(spikes)


def test_figures_are_those_of_the_run(net, tmp_path):
    net.record(["e"])
    run = net.run("100 ms", seeds=2, keep_seeds=True, out=tmp_path / "r")
    assert {path.parent.name for path in run.figures} == {"figures"}
    (other,) = (tmp_path / "r").glob("run-seed-*.h5")
    assert sw.open(other).figures == []
    (tmp_path / "x" / "y").mkdir(parents=True)
    (tmp_path / "x" / "y" / "raster.svg").write_text("<svg/>")
    copy = tmp_path / "x" / "mine.h5"
    copy.write_bytes((tmp_path / "r" / "run.h5").read_bytes())
    assert sw.open(copy).figures == []


def test_a_run_that_goes_on_is_new_each_time_it_is_opened(net, tmp_path):
    out = tmp_path / "r"
    work = threading.Thread(target=lambda: net.run("60 s", out=out))
    work.start()
    while not (out / "run.h5").exists():
        time.sleep(0.01)
    early = None
    while early is None:
        try:
            early = sw.open(out)
        except sw.RecordingError:
            # Its first pages are being written.
            time.sleep(0.01)
    work.join()
    late = sw.open(out)
    assert late.complete and late.stop_ms == 60_000.0
    assert not early.complete and early.stop_ms < late.stop_ms
    # Nobody holds it: others may read it, as it was closed.
    with h5py.File(out / "run.h5", "r") as file:
        assert file.attrs["complete"] == 1
    assert len(late.spikes["e"]) == len(h5_times(out / "run.h5"))


def h5_times(path):
    with h5py.File(path, "r") as file:
        return file["spikes/e/timestamps"][:]


def test_a_folder_that_is_called_like_a_model_hides_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "night").mkdir()
    (tmp_path / "mine").mkdir()
    assert "night" in sw.models()
    assert sw.check("night")
    with pytest.raises(sw.ModelError, match="found a folder"):
        sw.check("mine")


UNTIL = """
schema = 1
experiment = "network"
population.e = { neuron = "poisson", size = 50, rate = "40 Hz" }
[trigger.busy]
kind = "rate"
population = "e"
level = "20 Hz"
[[bout]]
duration = "1 s"
until = { trigger = "busy" }
"""


def test_a_last_bout_that_ends_early_gives_what_it_had(tmp_path):
    (tmp_path / "m.toml").write_text(UNTIL)
    whole = sw.Simulation(tmp_path / "m.toml")
    t, _ = whole.run("900 ms")["e"]
    assert whole.is_over and whole.now < 900.0 and len(t) == whole.counts["e"] > 0
    with pytest.raises(sw.ModelError, match="the last bout ended"):
        whole.run("1 ms")
    steps = sw.Simulation(tmp_path / "m.toml")
    heard = []
    steps.on_spikes("e", lambda t, i: heard.extend(t))
    found = steps.run("900 ms", step="1 ms")
    assert steps.is_over and steps.now == whole.now
    assert heard == list(found["e"][0]) == list(t)


def test_two_threads_do_not_step_one_network_at_once(net):
    sim = sw.Simulation(net)
    said = []

    def run(duration):
        try:
            sim.run(duration)
        except sw.ModelError as error:
            said.append(str(error))

    work = threading.Thread(target=run, args=("60 s",))
    work.start()
    # Whoever comes second is refused, one of the two.
    while work.is_alive() and not said:
        run("1 ms")
    work.join()
    assert said and all("another thread" in text for text in said)
