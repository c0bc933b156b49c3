"""Runs from Python, and what is read of them."""

import gc
import os
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

import sharpwave as sw


def test_spikes_are_two_flat_arrays_that_are_read_once(run):
    t, i = run.spikes["e"]
    assert t.dtype == np.float64 and i.dtype == np.uint32 and len(t) == len(i) > 50
    assert run.spikes["e"].t is run.spikes["e"].t
    assert (np.diff(t) >= 0).all() and 0 <= t[0] and t[-1] < 300 and i.max() < 80
    # The memory is the program's own: nobody may write into what others read.
    assert not t.flags.owndata and not t.flags.writeable


def test_a_run_says_what_it_is(run):
    assert run.complete and run.seed == 3 and len(run.fingerprint) == 32
    assert run.populations["size"].tolist() == [80, 20] and list(run.spikes) == ["e", "i"]
    assert list(run.bouts["name"]) == ["run"] and run.bouts["stop_ms"].tolist() == [300.0]
    assert run.stop_ms == 300.0 and "in_degree = 8" in run.config
    assert run.fingerprint in repr(run) and run.fingerprint in run._repr_html_()
    assert "<svg" in run._repr_html_()


def test_the_command_line_gives_the_same_fingerprint(net, tmp_path):
    binary = os.environ.get("SHARPWAVE_BINARY")
    if not binary:
        pytest.skip("SHARPWAVE_BINARY is not set")
    net.set(duration="300 ms")
    net.record(["e", "i"])
    net.save(tmp_path / "net.toml")
    done = subprocess.run(
        [binary, "run", "net.toml", "--out", "out", "--quiet"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    told = sw.open(tmp_path / "out")
    here = sw.run(tmp_path / "net.toml", threads=1)
    assert told.fingerprint == here.fingerprint
    assert np.array_equal(told.spikes["e"].t, here.spikes["e"].t)


def test_a_file_that_h5py_has_open_for_writing_is_said_to_be(run, tmp_path):
    h5py = pytest.importorskip("h5py")
    run.close()
    path = shutil.copy(run.path, tmp_path / "run.h5")
    with h5py.File(path, "a"):
        for act in [lambda: sw.open(path), lambda: sw.analyse(path, "rate"), lambda: sw.report(path, tmp_path / "page.html")]:
            with pytest.raises(sw.RecordingError, match="has it open for writing: is it still open in Python"):
                act()
    assert list(tmp_path.iterdir()) == [tmp_path / "run.h5"]
    with h5py.File(path, "r"), sw.open(path) as other:
        assert other.fingerprint == run.fingerprint


def test_h5py_reads_the_same_times(run, tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(run.path, "r") as file:
        assert np.array_equal(file["spikes/e/timestamps"][:], run.spikes["e"].t)
        assert np.array_equal(file["spikes/e/node_ids"][:], run.spikes["e"].i)


def test_rates_count_every_spike(run):
    t, rate = run.spikes["e"].rate("70 ms")
    assert t.tolist() == [0.0, 70.0, 140.0, 210.0, 280.0]
    # The last bin is 20 ms long.
    widths = np.array([70.0, 70.0, 70.0, 70.0, 20.0])
    assert (rate * widths).sum() / 1e3 * 80 == pytest.approx(len(run.spikes["e"]))
    assert set(run.rates()) == {"time_ms", "e", "i"}


def test_dense_counts_have_time_first(run):
    counts = run.spikes["e"].dense("1 ms")
    assert counts.shape == (300, 80) and counts.sum() == len(run.spikes["e"])
    t, i = run.spikes["e"]
    assert counts[int(t[0]), i[0]] >= 1


def test_trains_are_those_of_each_neuron(run):
    spikes = run.spikes["e"]
    trains = spikes.trains()
    assert len(trains) == 80 and sum(map(len, trains)) == len(spikes)
    assert np.array_equal(trains[5], spikes.of(5)) and np.array_equal(spikes.trains([5])[0], trains[5])
    with pytest.raises(sw.RecordingError, match="found 80 neurons"):
        spikes.trains([80])


def test_pandas_has_the_same_rows(run):
    pytest.importorskip("pandas")
    frame = run.spikes["i"].to_pandas()
    assert list(frame.columns) == ["time_ms", "neuron"] and len(frame) == len(run.spikes["i"])
    assert frame["time_ms"].is_monotonic_increasing
    assert run.bouts.to_pandas().loc[0, "name"] == "run"


def test_neo_has_the_same_trains(run):
    pytest.importorskip("neo")
    trains = run.spikes["e"].to_neo([2, 7])
    assert [train.name for train in trains] == ["e 2", "e 7"]
    assert np.array_equal(trains[1].rescale("ms").magnitude, run.spikes["e"].of(7))


def test_pynapple_has_the_same_trains(run):
    pytest.importorskip("pynapple")
    group = run.spikes["e"].to_pynapple([2, 7])
    assert list(group.keys()) == [2, 7]
    assert np.allclose(group[7].t * 1e3, run.spikes["e"].of(7), atol=1e-6)


def test_figures_are_drawn_into_axes(run):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    _, axes = plt.subplots()
    assert run.plot("raster", ax=axes) is axes
    drawn = sum(len(line.get_xdata()) for line in axes.lines)
    assert drawn == len(run.spikes["e"]) + len(run.spikes["i"])
    assert run.plot("rates").get_ylabel() == "rate (Hz)"
    with pytest.raises(sw.RecordingError, match="raster"):
        run.plot("rastre")


def test_the_program_s_own_figures_are_shown(run):
    figure = run.plot()
    assert "<svg" in figure._repr_svg_() and figure._repr_png_() is None and "raster" in repr(figure)
    assert figure.path in run.figures
    pytest.importorskip("matplotlib").use("Agg")
    # Other ones where they are asked for.
    assert run.plot(ax=True).get_xlabel() == run.plot(neurons=5).get_xlabel() == "time (ms)"


def test_an_import_brings_nothing_that_numpy_does_not():
    code = (
        "import sys, numpy; before = set(sys.modules); import sharpwave; "
        "print([name for name in set(sys.modules) - before if not name.startswith(('sharpwave', '__future__'))])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


@pytest.mark.parametrize(
    "t, i, text",
    [
        ([1.0, 3.0, 2.0], [0, 1, 0], "`t`: found 2 ms after 3 ms, expected times that ascend"),
        ([1.0, np.nan], [0, 1], "`t`: found a time that is not finite"),
        ([[1.0, 2.0]], [0, 1], "`t`: found an array of 2 dimensions, expected 1"),
        (["1", "2"], [0, 1], "`t`: found an array of <U1, expected numbers"),
        ([1.0, 2.0], [0.0, 1.0], "`i`: found an array of float64, expected whole numbers"),
        ([1.0, 2.0], [0], "`i`: found 1 neurons, expected 2, one for each time"),
        ([1.0, 2.0], [0, 5], "`i`: found neuron 5, expected those of 5, counted from 0"),
        ([1.0, 2.0], [-1, 0], "`i`: found neuron -1"),
    ],
)
def test_arrays_that_are_no_spikes_are_refused(t, i, text):
    with pytest.raises(sw.ModelError, match=text):
        sw.Spikes("e", 5, t, i, 10.0)


def test_spikes_of_a_user_are_as_those_of_a_run():
    # Whatever the order in memory, and the type.
    t = np.array([[1, 9], [2, 9], [4, 9]], dtype=np.int16)[:, 0]
    spikes = sw.Spikes("e", 5, t, [0, 4, 0], 10.0)
    assert spikes.t.dtype == np.float64 and spikes.i.dtype == np.uint32
    assert spikes.of(0).tolist() == [1.0, 4.0] and spikes.rate("10 ms")[1].tolist() == [60.0]
    assert len(sw.Spikes("e", 5, [], [], 10.0)) == 0


def test_measures_come_as_tables(run):
    table = run.analyse("rate", populations="e")["rate"]
    assert isinstance(table, sw.Table) and table.n_rows == 1 and table.units["mean"] == "Hz"
    assert table["mean"][0] == pytest.approx(len(run.spikes["e"]) / 80 / 0.3)
    assert {"rate", "rate_neuron", "interval"} <= set(run.analyse("rate", "interval"))
    with pytest.raises(sw.RecordingError, match="rate"):
        run.analyse("ratee")


def test_a_file_without_its_object_goes_when_the_run_does(net):
    run = net.run("50 ms")
    folder = run.path.parent
    assert folder.is_dir()
    del run
    gc.collect()
    assert not folder.exists()


def test_out_is_kept_and_never_written_over(net, tmp_path):
    out = tmp_path / "here"
    assert net.run("50 ms", out=out).path == out / "run.h5"
    assert (out / "report.html").is_file()
    with pytest.raises(sw.ModelError, match="here"):
        net.run("50 ms", out=out)


def test_threads_change_no_bit(net):
    net.set(engine={"lanes": 3})
    prints = {net.run("200 ms", threads=threads).fingerprint for threads in (1, 2, 3)}
    assert len(prints) == 1


def test_runs_go_on_in_threads_of_python(net):
    found = {}

    def one(seed):
        found[seed] = net.run("200 ms", seed=seed, threads=1).fingerprint

    workers = [threading.Thread(target=one, args=(seed,)) for seed in (1, 2, 3)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]
    assert len(set(found.values())) == 3
    assert found[2] == net.run("200 ms", seed=2).fingerprint


def test_progress_is_told_and_what_it_raises_stops_the_run(net, tmp_path):
    told = []
    net.run("20 s", progress=lambda *news: told.append(news), out=tmp_path / "told")
    assert told and all(0 <= done <= total for _, done, total in told)

    def refuse(what, done, total):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        net.run("1000 s", progress=refuse, out=tmp_path / "refused")


INTERRUPTED = """
import os, signal, sys, threading, time
import sharpwave as sw

net = sw.Network(seed=1)
net.population("e", 200, "lif", tau_m="20 ms", v_th="15 mV", v_reset="0 mV", e_l="0 mV", t_ref="2 ms")
net.poisson("e", rate="9 kHz", weight="0.2 mV")
sent = []

def interrupt(what, done, total):
    if done > 500 and not sent:
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

try:
    net.run("3000 s", out=sys.argv[1], progress=interrupt)
except KeyboardInterrupt as stop:
    print(time.monotonic() - sent[0])
    print(stop)
"""


def test_ctrl_c_is_answered_soon_and_leaves_a_run_to_go_on_with(tmp_path):
    out = tmp_path / "out"
    done = subprocess.run([sys.executable, "-c", INTERRUPTED, str(out)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    seconds, *text = done.stdout.splitlines()
    # The bound is the machine's load, not the figure of the documentation.
    assert float(seconds) < 20 and "resume" in " ".join(text)
    stopped = sw.open(out)
    assert not stopped.complete and stopped.fingerprint is None and stopped.stop_ms > 500
    assert (out / "checkpoint").exists() or list(out.glob("*checkpoint*"))


ENDLESS = """
import os, signal, sys, threading, time
from pathlib import Path
import sharpwave as sw

sent = []

def interrupt():
    # Not before another Python looks at the file.
    tasks = Path("/proc/self/task").glob("*/children")
    while not any(task.read_text() for task in tasks):
        time.sleep(0.01)
        tasks = Path("/proc/self/task").glob("*/children")
    time.sleep(0.2)
    sent.append(time.monotonic())
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=interrupt).start()
try:
    {read}
except KeyboardInterrupt:
    print(time.monotonic() - sent[0])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks the system for children")
@pytest.mark.parametrize("read", ["sw.open('damaged.h5')", "sw.run('damaged.toml', out='out')"])
def test_a_file_at_which_hdf5_comes_to_no_end_is_left_at_ctrl_c(read, tmp_path):
    edges(tmp_path / "damaged.h5")
    heap_of_free_blocks_in_a_ring(tmp_path / "damaged.h5")
    on_edges("damaged.h5", tmp_path / "damaged.toml")
    script = ENDLESS.format(read=read)
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    # The bound is the machine's load, and less than the 30 s after which the file is given up.
    assert float(done.stdout) < 20
    assert not (tmp_path / "out").exists()


def test_a_file_that_nobody_has_damaged_is_looked_at_and_read(tmp_path):
    edges(tmp_path / "edges.h5")
    on_edges("edges.h5", tmp_path / "edges.toml")
    assert sw._core.look_ahead(tmp_path / "edges.h5") == 0
    assert sw.run(tmp_path / "edges.toml", out=tmp_path / "out").complete


def on_edges(file, model):
    """A model file `model` of a network whose synapses stand in `file`."""
    net = sw.Network(seed=1)
    a = net.population("a", 10, "relay")
    b = net.population("b", 5, "lif", tau_m="20 ms", v_th="15 mV")
    net.project(a, b, rule="from_file", file=file)
    net.set(duration="1 ms")
    net.record(b)
    net.save(model)


def edges(path):
    """Ten synapses from `a` to `b`, as SONATA edges."""
    with h5py.File(path, "w") as file:
        population = file.create_group("edges/a_b")
        for name, nodes in [("source", range(10)), ("target", [k % 5 for k in range(10)])]:
            data = population.create_dataset(f"{name}_node_id", data=np.array(nodes, "u8"))
            data.attrs["node_population"] = "a" if name == "source" else "b"
        population.create_dataset("edge_type_id", data=np.zeros(10, "u4"))
        population.create_dataset("edge_group_id", data=np.zeros(10, "u4"))
        population.create_dataset("edge_group_index", data=np.arange(10, dtype="u8"))
        population.create_dataset("0/syn_weight", data=np.full(10, 0.5))
        population.create_dataset("0/delay", data=np.full(10, 1.5))


def heap_of_free_blocks_in_a_ring(path):
    """Has the first free block of every local heap follow itself: the library follows them."""
    damaged = bytearray(path.read_bytes())
    first = 0
    while (heap := damaged.find(b"HEAP", first)) >= 0:
        first = heap + 4
        free, data = struct.unpack_from("<QQ", damaged, heap + 16)
        if free != 1:
            struct.pack_into("<Q", damaged, data + free, free)
    path.write_bytes(damaged)


def test_a_run_that_goes_on_ends_as_one_that_was_not_stopped(net, tmp_path):
    def stop(what, done, total):
        if done > 1:
            raise InterruptedError

    net.set(duration="3 s")
    net.record(["e", "i"])
    net.save(tmp_path / "net.toml")
    try:
        sw.run(tmp_path / "net.toml", out=tmp_path / "out", progress=stop, threads=1)
    except InterruptedError:
        pass
    resumed = sw.resume(tmp_path / "out")
    assert resumed.complete and resumed.fingerprint == sw.run(tmp_path / "net.toml").fingerprint


def test_what_progress_raises_is_raised_also_when_the_run_was_sooner(net, tmp_path):
    out = tmp_path / "out"

    def late(what, done, total):
        # The page is what a run writes last.
        until = time.monotonic() + 60
        while not (out / "report.html").exists() and time.monotonic() < until:
            time.sleep(0.01)
        raise InterruptedError(what)

    with pytest.raises(InterruptedError):
        net.run("20 s", out=out, progress=late)
    assert sw.open(out).complete


def test_a_run_that_goes_on_is_read_and_otherwise_left_alone(net, tmp_path):
    out, end, stopped = tmp_path / "out", threading.Event(), []

    def watch(what, done, total):
        if end.is_set():
            raise InterruptedError

    def go():
        try:
            net.run("100000 s", out=out, progress=watch, threads=1)
        except InterruptedError:
            stopped.append(True)

    worker = threading.Thread(target=go)
    worker.start()
    try:
        until = time.monotonic() + 60
        while not (out / "run.h5").exists() and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(1.5)
        with sw.open(out) as going:
            assert not going.complete and going.fingerprint is None and going.stop_ms > 0
        with pytest.raises(sw.ModelError, match="another program is writing this run"):
            sw.resume(out)
        with pytest.raises(sw.ModelError, match="exists already"):
            net.run("10 ms", out=out)
        assert not worker.join(0.2) and worker.is_alive()
    finally:
        end.set()
        worker.join()
    assert stopped and not sw.open(out).complete


FORKED = """
import os, sys, threading
import sharpwave as sw

net = sw.Network(seed=1)
net.population("e", 200, "lif", tau_m="20 ms", v_th="15 mV", v_reset="0 mV", e_l="0 mV", t_ref="2 ms")
net.poisson("e", rate="9 kHz", weight="0.2 mV")
net.set(engine={"lanes": 2})

def in_child(act):
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            said = act()
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(write, str(said).encode())
        os._exit(0)
    os.close(write)
    os.waitpid(pid, 0)
    print(os.read(read, 1000).decode().splitlines()[0], flush=True)

sim = net.simulation(threads=2)
sim.run(5.0)
in_child(lambda: sim.run(5.0))
expected = net.run("20 ms").fingerprint
in_child(lambda: net.run("20 ms", threads=2).fingerprint == expected)

going, end = threading.Event(), threading.Event()

def watch(*news):
    going.set()
    if end.is_set():
        raise InterruptedError

def go():
    try:
        net.run("100000 s", progress=watch)
    except InterruptedError:
        pass

worker = threading.Thread(target=go)
worker.start()
going.wait()
in_child(lambda: net.run("20 ms").fingerprint)
in_child(lambda: sw.open("nowhere"))
end.set()
worker.join()
print(net.run("20 ms").fingerprint == expected)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_after_threads_is_told_and_never_hangs(tmp_path):
    done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, timeout=300, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    at_work = "SharpwaveError: this process was forked while Sharpwave was at work in it, and what that held stays locked here"
    assert done.stdout.splitlines() == [
        "SharpwaveError: `run`: this simulation was begun before the process was forked, and its threads are not here",
        "True",
        at_work,
        at_work,
        "True",
    ]


def test_warnings_of_a_run_are_python_s(net):
    net.stage("N3")
    net.bout("20 ms")
    with pytest.warns(UserWarning, match="N3"):
        net.run()


def test_models_that_read_files_run_anywhere(tmp_path, monkeypatch):
    models = Path(__file__).parents[2] / "models"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("stdp_window", "stdp_frequency"):
        expected = sw.run(models / f"{name}.toml").fingerprint
        assert sw.run(name).fingerprint == sw.Network.read(name).run().fingerprint == expected


@pytest.mark.parametrize(
    "path, text", [("nowhere.h5", "nowhere.h5"), (".", "run.h5"), (__file__, "HDF5")]
)
def test_what_is_no_run_is_refused(path, text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(sw.RecordingError, match=text):
        sw.open(path)


def test_a_page_is_written_once(run, tmp_path):
    page = run.report(tmp_path / "page.html")
    assert run.fingerprint in page.read_text()
    with pytest.raises(sw.RecordingError, match="page.html"):
        run.report(tmp_path / "page.html")


def test_files_of_a_run_go_with_the_last_who_has_it(net, tmp_path):
    import gc

    gc.disable()
    try:
        run = net.run("20 ms")
        path = run.path
        assert len(run.spikes["e"]) >= 0 and path.exists()
        del run
        assert not path.exists()
    finally:
        gc.enable()
    # What a guard stopped is there to look at.
    net.set(guard={"max_rate": "0.1 Hz", "window": "10 ms"})
    with pytest.raises(sw.GuardError) as caught:
        net.run("300 ms")
    folder = str(caught.value).splitlines()[-1].removeprefix("  in ")
    assert sw.open(folder).stop_ms > 0
    # Under another limit it goes on, as if it had had that from the start.
    assert 'set={"guard.max_rate": ...}' in str(caught.value)
    with pytest.raises(sw.GuardError, match="runs away"):
        sw.resume(folder)
    resumed = sw.resume(folder, set={"guard.max_rate": "off"})
    net.set(guard={"max_rate": "off"})
    assert resumed.fingerprint == net.run("300 ms").fingerprint
    shutil.rmtree(os.path.dirname(folder))
    with pytest.raises(sw.RecordingError, match="`runs`: found none"):
        sw.report([], tmp_path / "none.html")


def test_tables_are_compared_and_one_population_is_a_list_of_it(run):
    table = run.rates("10 ms")
    assert table == run.rates("10 ms") and table != run.rates("20 ms") and table != 3
    pytest.importorskip("matplotlib").use("Agg")
    run.plot("raster", populations="e")
