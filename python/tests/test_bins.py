"""Spikes on the borders of bins."""

import numpy as np
import pytest

import sharpwave as sw


@pytest.mark.parametrize("width", [0.1, 0.3, 1 / 3])
def test_a_spike_on_a_border_is_in_the_bin_that_it_begins(width):
    ps = np.round(np.arange(3000) * width * 1e9).astype(np.int64) // round(width * 1e9) * round(width * 1e9)
    spikes = sw.Spikes("a", 1, ps / 1e9, np.zeros(3000, int), (ps[-1] + round(width * 1e9)) / 1e9)
    counts = np.bincount(ps // round(width * 1e9), minlength=len(spikes.dense(width)))
    assert np.array_equal(spikes.dense(width)[:, 0], counts)
    starts, hz = spikes.rate(width)
    assert np.array_equal(np.rint(hz * width * 1e-3), counts)
    assert np.allclose(starts, np.arange(len(starts)) * width, rtol=1e-9, atol=1e-9)


def test_recorded_spikes_on_borders_are_counted_once(tmp_path):
    times = np.round(np.arange(1, 1000) * 0.1, 9)
    (tmp_path / "in.csv").write_text("time_ms,neuron\n" + "\n".join(f"{t:.1f},{k % 100}" for k, t in enumerate(times)))
    net = sw.Network()
    net.population("a", 100, "relay")
    net.stimulate("a", "spikes", file=str(tmp_path / "in.csv"), weight=1)
    spikes = net.run("100 ms").spikes["a"]
    assert (spikes.dense("0.1 ms").sum(axis=1)[1:] == 1).all()
    assert len(spikes.between("0.3 ms", "0.7 ms")) == 4


def test_numbers_of_neurons_are_checked():
    spikes = sw.Spikes("a", 3, [1.0, 2.0], [0, 2], "10 ms")
    assert spikes.stop_ms == 10.0 and len(spikes.of(np.int64(2))) == 1
    for wrong in (1.5, "x"):
        with pytest.raises(sw.RecordingError, match="expected a whole number"):
            spikes.of(wrong)
        with pytest.raises(sw.RecordingError, match="expected a whole number"):
            spikes.trains([wrong])
    with pytest.raises(sw.ModelError, match="size"):
        sw.Spikes("a", 2**33, [1.0], [0], 10.0)


def test_a_rate_is_of_the_neurons_that_are_recorded():
    net = sw.Network()
    net.population("a", 100, "poisson", rate="10 Hz")
    net.record(spikes=[{"population": "a", "neurons": [3, 7, 50, 99]}])
    run = net.run("20 s")
    spikes = run.spikes["a"]
    assert (spikes.size, spikes.recorded) == (100, 4)
    hz = len(spikes) / 4 / 20
    assert 7 < hz < 13
    assert spikes.rate("20 s")[1] == pytest.approx([hz]) and run.rates("20 s")["a"] == pytest.approx([hz])
    assert f"<td>{hz:.3g} Hz</td>" in run._repr_html_()


def test_a_stretch_has_rates_of_its_own():
    spikes = sw.Spikes("a", 2, [3.0, 12.0, 14.0, 30.0], [0, 1, 0, 1], 40.0)
    stretch = spikes.between(10.0, "20 ms")
    assert (stretch.start_ms, stretch.stop_ms) == (10.0, 20.0)
    starts, hz = stretch.rate(5.0)
    assert starts.tolist() == [10.0, 15.0] and hz.tolist() == [200.0, 0.0]
    assert stretch.dense(5.0).tolist() == [[1.0, 1.0], [0.0, 0.0]]
    assert spikes.rate(40.0)[1].tolist() == [50.0]
    for wrong in ([-1.0, 3.0], [3.0, 40.5], [3.0, 40.0]):
        with pytest.raises(sw.ModelError, match="expected them from 0 up to `stop_ms`, which is 40 ms"):
            sw.Spikes("a", 2, wrong, [0, 1], 40.0)


def test_rates_are_of_what_was_recorded():
    spikes = sw.Spikes("a", 1, [0.5, 11.0], [0, 0], "20 ms")
    with pytest.raises(sw.RecordingError, match="`stop`: found '30 ms', expected a time within what was recorded, 0 to 20 ms"):
        spikes.rate("10 ms", stop="30 ms")
    with pytest.raises(sw.RecordingError, match="`start`: found 0, "):
        spikes.between(10, 20).rate("10 ms", start=0)
    with pytest.raises(sw.ModelError, match="masked"):
        sw.Spikes("a", 1, np.ma.array([1.0, 2.0], mask=[0, 1]), [0, 0], 10.0)
    with pytest.raises(sw.ModelError, match="not negative"):
        sw.Spikes("a", 1, [], [], -5.0)


def test_months_are_counted_to_their_end():
    hours = np.arange(0.5, 2000.0)
    spikes = sw.Spikes("a", 1, hours * 3.6e6, np.zeros(2000, int), "2000 h")
    starts, hz = spikes.rate("100 h")
    assert len(starts) == 20 and np.allclose(hz, 1 / 3600)
    assert spikes.dense("100 h").sum() == 2000 and len(spikes.between("1300 h", "2000 h")) == 700
