"""What the Python package costs.

    python benches/python.py MODEL SHARPWAVE

MODEL is a model file, SHARPWAVE the command-line program, built from the same sources as the package that Python imports.
Prints the time of an import, steps per second of a small network, the time that 10⁷ spikes take into NumPy, from Ctrl-C to
`KeyboardInterrupt`, and processor time of a run from Python beside one from the command line, five of each, interleaved.
"""

import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path


def imported() -> float:
    """Least of five imports in fresh interpreters, numpy included, s."""
    # As users have it: with what pip has compiled.
    there = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    code = "import time; t = time.perf_counter(); import sharpwave; print(time.perf_counter() - t)"
    return min(float(subprocess.check_output([sys.executable, "-c", code], env=there)) for _ in range(5))


def steps_per_second() -> float:
    """100 LIF neurons, ten synapses and 7 kHz of noise onto each, in steps of 0.1 ms."""
    import sharpwave as sw

    net = sw.Network()
    e = net.population("e", 100, "lif", tau_m="20 ms", v_th="15 mV", v_reset="0 mV", e_l="0 mV", t_ref="2 ms")
    net.project(e, e, rule="fixed_in_degree", in_degree=10, weight="0.1 mV", delay="1.5 ms")
    net.poisson(e, rate="7 kHz", weight="0.2 mV")
    sim = net.simulation()
    n = 20_000
    start = time.perf_counter()
    for _ in range(n):
        sim.run(0.1)
    return n / (time.perf_counter() - start)


def busy():
    """A network that spikes 10⁷ times a second: relays, a kilohertz each."""
    import sharpwave as sw

    net = sw.Network()
    net.population("r", 10_000, "relay")
    net.poisson("r", rate="1 kHz", weight=1.0)
    return net.simulation()


def handed_over() -> tuple[int, float, bool]:
    """Spikes of a step that was interrupted, and the time that they take into NumPy."""
    sim = busy()
    timer = threading.Timer(2.0, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        sim.run("1000 s")
    except KeyboardInterrupt:
        pass
    start = time.perf_counter()
    t, i = sim.take_spikes()["r"]
    return len(t), time.perf_counter() - start, t.flags.owndata or i.flags.owndata


def interrupted() -> list[float]:
    """From the signal to the exception, five times, s."""
    waits = []
    for _ in range(5):
        sim = busy()
        sent = []

        def send():
            sent.append(time.perf_counter())
            os.kill(os.getpid(), signal.SIGINT)

        threading.Timer(0.5, send).start()
        try:
            sim.run("1000 s")
        except KeyboardInterrupt:
            waits.append(time.perf_counter() - sent[0])
    return waits


def cpu(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def beside(model: str, program: str) -> tuple[list[float], list[float], bool]:
    """Processor time here and there, s, and whether the fingerprints agree."""
    import sharpwave as sw

    here, there, prints = [], [], set()
    for _ in range(5):
        with tempfile.TemporaryDirectory() as folder:
            start = cpu(resource.RUSAGE_SELF)
            run = sw.run(model, out=Path(folder) / "here", threads=1)
            here.append(cpu(resource.RUSAGE_SELF) - start)
            prints.add(run.fingerprint)
            run.close()
            start = cpu(resource.RUSAGE_CHILDREN)
            subprocess.run(
                [program, "run", model, "--threads", "1", "--quiet", "--out", str(Path(folder) / "there")],
                check=True, stdout=subprocess.DEVNULL,
            )
            there.append(cpu(resource.RUSAGE_CHILDREN) - start)
            with sw.open(Path(folder) / "there") as other:
                prints.add(other.fingerprint)
    return here, there, len(prints) == 1


def main() -> None:
    model, program = sys.argv[1:]
    print(f"import: {imported():.3f} s")
    print(f"steps: {steps_per_second():,.0f} a second")
    n, seconds, copied = handed_over()
    print(f"{n:,} spikes into NumPy: {seconds * 1e3:.3f} ms, {'copied' if copied else 'not copied'}")
    waits = interrupted()
    print(f"Ctrl-C: {statistics.median(waits) * 1e3:.0f} ms, at most {max(waits) * 1e3:.0f}")
    here, there, same = beside(model, program)
    ratio = min(here) / min(there)
    print(f"{model}: {min(here):.3f} s of processor time from Python, {min(there):.3f} from the command line: {ratio:.3f}")
    print("equal fingerprints" if same else "FINGERPRINTS DIFFER")


if __name__ == "__main__":
    main()
