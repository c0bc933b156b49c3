"""Sweeps from Python: many runs, one tidy table."""

import numpy as np
import pytest

import sharpwave as sw

RATES = {"stimulus.noise.rate": ["6 kHz", "9 kHz"]}


def test_sweeps_are_one_tidy_table(net):
    table = sw.sweep(net._for("50 ms", None), {"stimulus.noise.rate": ["6 kHz", "9 kHz"]}, seeds=2, threads=1)
    assert table.n_rows == 4 and list(table["seed"]) == [1, 2, 1, 2]
    assert table["e_hz"][:2].mean() < table["e_hz"][2:].mean()
    failed = sw.sweep(net._for("50 ms", None), {"stimulus.noise.rate": ["6 kHz", "9 kV"]}, threads=1)
    assert failed["error"][0] == "" and "kV" in failed["error"][1] and np.isnan(failed["e_hz"][1])
    with pytest.raises(sw.ModelError, match="list of values"):
        sw.sweep(net, {"duration": "12"})


@pytest.mark.parametrize(
    "options, text",
    [
        ({"duration": "40 ms"}, "`duration`: found in `over`, and `duration` as an option"),
        ({"set": {"duration": "40 ms"}}, "`duration`: found in `over`, and `duration` in `set`"),
        ({"engine": {"lanes": 2}}, "`engine.lanes`: found in `over`, and `engine` as an option"),
        ({"set": {"engine.lanes": 2}}, "`engine.lanes`: found in `over`, and `engine.lanes` in `set`"),
        ({"set": {"seed": 7}}, "`set.'seed'.`: found one, expected `seeds=`"),
        ({"seed": 7}, "`seed`: found one, expected `seeds`"),
    ],
)
def test_a_key_is_swept_or_fixed(net, options, text):
    with pytest.raises(sw.ModelError, match=text):
        sw.sweep(net, {"duration": ["10 ms", "20 ms"], "engine.lanes": [1]}, **options)


@pytest.mark.parametrize("key", ["seed", "seeds"])
def test_seeds_are_no_keys_of_a_sweep(net, key):
    with pytest.raises(sw.ModelError, match=f"`over.'{key}'.`: found one, expected `seeds=`"):
        sw.sweep(net, {key: [5, 6]}, duration="10 ms")


def test_a_row_is_of_one_seed_whatever_the_model_says(net, tmp_path):
    net.set(seeds=3, duration="50 ms")
    net.record(["e", "i"])
    net.save(tmp_path / "net.toml")
    for model in (net, tmp_path / "net.toml"):
        table = sw.sweep(model, {}, seeds=[4, 5], measure=lambda run: {"seeds": "seeds = 1\n" in run.config}, threads=1)
        assert table["error"] == ["", ""] and table["seeds"].all()
        assert table["fingerprint"] == [net.run(seed=seed, seeds=1).fingerprint for seed in (4, 5)]


def test_columns_have_one_dimension_whatever_is_measured(net):
    net.record("e")
    measured = {
        "times": lambda run: run.spikes["e"].t,
        "pair": lambda run: [1, 2],
        "array": lambda run: np.array(3.5),
        "whole": lambda run: 10**400,
        "label": lambda run: "low" if len(run.spikes["e"]) < 100 else np.nan,
    }
    table = sw.sweep(net, RATES, seeds=2, measure=lambda run: {k: of(run) for k, of in measured.items()}, duration="40 ms")
    assert all(np.shape(column) == (4,) for column in table.values())
    assert table["array"].dtype == float and table["pair"][0] == [1, 2]
    assert len({len(times) for times in table["times"]}) > 1


def test_values_of_several_lengths_are_swept(net):
    table = sw.sweep(net, {"record.spikes": [["e"], ["e", "i"]]}, duration="20 ms")
    assert list(table["error"]) == ["", ""] and list(table["record.spikes"]) == [["e"], ["e", "i"]]


def test_other_packages_take_columns_of_objects(net):
    pytest.importorskip("pandas")
    pytest.importorskip("xarray")
    over = {"record.spikes": [["e"], ["e", "i"], ["x"]]}
    table = sw.sweep(net, over, measure=lambda run: {"t": run.spikes["e"].t, "pair": [1, 2]}, duration="20 ms")
    assert table["error"][:2] == ["", ""] and table["error"][2]
    frame, held = table.to_pandas(), table.to_xarray()
    assert len(frame) == 3 and frame["pair"][0] == [1, 2]
    assert held["t"].dtype == object and held["t"].shape == (3,)


def test_what_measure_raises_costs_no_row_but_its_own(net):
    def measure(run):
        return {"x": 1 / (run.seed - broken)}

    broken = 2
    table = sw.sweep(net, {}, seeds=3, measure=measure, duration="10 ms")
    assert table["error"] == ["", "`measure`: ZeroDivisionError: division by zero", ""]
    assert np.isnan(table["x"][1]) and table["x"][2] == 1
    broken = 1
    with pytest.raises(ZeroDivisionError):
        sw.sweep(net, {}, seeds=3, measure=measure, duration="10 ms")


def test_every_run_of_a_sweep_has_a_folder_of_its_own(net, tmp_path):
    table = sw.sweep(net, {"stimulus.noise.rate": ["6 kHz", "9 kV"]}, seeds=2, duration="10 ms", out=tmp_path / "a" / "x")
    assert sorted(path.name for path in (tmp_path / "a" / "x").iterdir()) == ["001", "002"]
    assert table["error"][:2] == ["", ""] and all("kV" in error for error in table["error"][2:])
    assert sw.open(tmp_path / "a" / "x" / "002").fingerprint == table["fingerprint"][1]
    with pytest.raises(sw.ModelError, match="exists already"):
        sw.sweep(net, RATES, duration="10 ms", out=tmp_path / "a" / "x")
    with pytest.raises(sw.ModelError, match="`out`: found '', expected the name of a folder"):
        sw.sweep(net, RATES, duration="10 ms", out="")


@pytest.mark.parametrize("seeds", ["12", True, 0, -1, [], 1.5, [1, "2"]])
def test_seeds_are_a_number_or_a_list(net, seeds):
    with pytest.raises(sw.ModelError, match="`seeds`: found"):
        sw.sweep(net, {}, seeds=seeds, duration="10 ms")


def test_what_is_measured_takes_no_other_column(net):
    with pytest.raises(sw.ModelError, match="`measure`: found 'seed'"):
        sw.sweep(net._for("10 ms", None), {}, measure=lambda run: {"seed": 7})
