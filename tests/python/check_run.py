"""Checks every object of the run file that record_python.rs writes, with h5py, and its spikes with libsonata."""

import sys

import h5py
import libsonata
import numpy as np

path = sys.argv[1]

with h5py.File(path) as run:
    assert run.attrs["format"] == "sharpwave run"
    assert run.attrs["format_version"] == 2
    assert run.attrs["magic"] == 0x0A7A and list(run.attrs["version"]) == [0, 1]
    assert run.attrs["seed"] == 42
    assert run.attrs["complete"] == 1
    assert run.attrs["fingerprint"] == "00ff00ff00ff00ff"
    assert len(run.attrs["sharpwave_version"].split(".")) == 3

    assert run["config/resolved"].asstr()[()] == 'schema = 1\n# μ\n'
    assert run["config/source"].asstr()[()] == "schema = 1\n"
    assert list(run["config/overrides"].asstr()) == ["seed=42", "a.μ=1"]
    assert list(run["config/warnings"].asstr()) == ["too short"]
    assert list(run["config/task"].asstr()) == ["0, 1", "2, 3"]
    assert list(run["populations/name"].asstr()) == ["input", "hidden 1", "output"]
    assert list(run["populations/size"]) == [5, 3, 2]
    assert list(run["populations/recorded"]) == [5, 0, 1]

    assert sorted(run["spikes"]) == ["input", "output"]
    for name, size in [("input", 5), ("output", 2)]:
        group = run["spikes"][name]
        assert group["timestamps"].dtype == "f8" and group["node_ids"].dtype == "u8"
        assert group["timestamps"].attrs["units"] == "ms"
        kind = h5py.check_enum_dtype(group.attrs.get_id("sorting").dtype)
        assert kind == {"none": 0, "by_id": 1, "by_time": 2}
        assert group.attrs["sorting"] == 2
        assert group["timestamps"].compression is None
    step = np.arange(100_000)
    assert np.array_equal(run["spikes/input/timestamps"], np.repeat(step * 0.25, 2))
    nodes = np.stack([step % 5, (step + 1) % 5], axis=1).ravel()
    assert np.array_equal(run["spikes/input/node_ids"], nodes)
    ms, rest = run["spikes/output/timestamps"][:], run["spikes/output/timestamps_rest"][:]
    assert ms[0] == 1.5 and ms[1] == ms[2] == 8 * 3_600_000.0 and rest.dtype == "i2"
    exact = np.floor(ms * 1e9).astype("i8") + rest
    assert list(exact) == [1_500_000_000, 8 * 3_600_000 * 10**9 + 1, 8 * 3_600_000 * 10**9 + 2]
    assert run["spikes/output/timestamps_rest"].attrs["units"] == "ps"
    assert list(run["spikes/output/node_ids"]) == [1, 0, 0]

    assert list(run["bouts/name"].asstr()) == ["sleep 1", "prüfung"]
    assert list(run["bouts/kind"].asstr()) == ["N3", "test"]
    assert list(run["bouts/start"]) == [0.0, 25000.0]
    assert list(run["bouts/stop"]) == [25000.0, 25000.0]

    weights = run["weights/input to output"]
    assert weights["values"].shape == (2, 2, 5) and weights["values"].dtype == "f4"
    first = np.arange(10, dtype="f4").reshape(2, 5)
    assert np.array_equal(weights["values"][0], first)
    assert np.array_equal(weights["values"][1], first + 100)
    assert list(weights["time"]) == [0.0, 25000.0]
    assert list(weights["label"].asstr()) == ["before sleep 1", "after sleep 1"]

    score = {name: column[:] for name, column in run["accuracy"].items()}
    assert list(score["seed"]) == [42, 43]
    assert list(run["accuracy/network"].asstr()) == ["sleep", "joint"]
    assert list(run["accuracy/stage"].asstr()) == ["sleep 1", "task 2"]
    assert list(score["after_task"]) == [0, 1]
    assert list(score["task"]) == [-1, 1]
    assert list(score["accuracy"]) == [0.5, 0.25]
    assert list(run["fingerprints/seed"]) == [42, 43]
    assert list(run["fingerprints/fingerprint"].asstr()) == ["00ff00ff00ff00ff", "0123456789abcdef"]

    assert sorted(run["report"]) == ["input", "input.i_syn"]
    for name, seen, variable, unit in [("input", [4, 0], "v_m", "mV"), ("input.i_syn", [1], "i_syn", "pA")]:
        report = run["report"][name]
        assert report["data"].shape == (50_000, len(seen)) and report["data"].dtype == "f4"
        assert report["data"].attrs["units"] == unit and report["data"].attrs["variable"] == variable
        mapping = report["mapping"]
        assert list(mapping["node_ids"]) == seen and mapping["node_ids"].attrs["sorted"] == (len(seen) == 1)
        assert list(mapping["index_pointers"]) == list(range(len(seen) + 1))
        assert list(mapping["element_ids"]) == [0] * len(seen)
        assert list(mapping["time"]) == [0.0, 25000.0, 0.5] and mapping["time"].attrs["units"] == "ms"
    frames = np.arange(50_000, dtype="f4") / 4
    assert np.array_equal(run["report/input/data"], np.stack([frames, -frames], axis=1))

reader = libsonata.SpikeReader(path)
assert sorted(reader.get_population_names()) == ["input", "output"]
population = reader["input"]
assert population.sorting == "by_time", population.sorting
spikes = population.get_dict()
assert np.array_equal(spikes["timestamps"], np.repeat(step * 0.25, 2))
assert np.array_equal(spikes["node_ids"], nodes)
assert len(population.get(tstart=10.0, tstop=10.6)) == 6

reports = libsonata.SomaReportReader(path)
assert sorted(reports.get_population_names()) == ["input", "input.i_syn"]
report = reports["input"]
assert report.times == (0.0, 25000.0, 0.5) and report.time_units == "ms" and report.data_units == "mV"
assert list(report.get_node_ids()) == [4, 0] and not report.sorted
for seen, column in [([4], frames), ([0], -frames)]:
    one = report.get(node_ids=libsonata.Selection(seen))
    assert list(one.ids) == seen and np.array_equal(one.data[:, 0], column)
    assert len(one.times) == 50_000 and abs(one.times[-1] - 24999.5) < 1e-6
later = report.get(tstart=10.0, tstop=11.0)
assert list(later.times) == [10.0, 10.5, 11.0] and later.data.shape == (3, 2)
assert np.all(reports["input.i_syn"].get().data == 0.25)
print("ok")
