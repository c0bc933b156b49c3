"""Brunel's network (2000, model A, g = 5, eta = 2) in other simulators, beside Sharpwave's, in one run on one thread.

    python3 -m venv DIR && DIR/bin/pip install -r benches/peers/requirements.txt
    DIR/bin/python benches/peers/brunel.py [--neurons 12500] [--seconds 1] [sharpwave] [brian2] [nest] [nest_exact]

Every simulator is timed without building its network and after 100 ms of it have gone by; rates are printed so that it is
plain that the same network ran. Sharpwave and `nest_exact` have no time grid; the others step by 0.1 ms. Brian2 is its C++
standalone mode, compiled before the clock starts.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

J_MV, G, ETA, DELAY_MS = 0.1, 5.0, 2.0, 1.5
TAU_MS, V_TH_MV, V_RESET_MV, T_REF_MS = 20.0, 20.0, 10.0, 2.0
SETTLE_MS = 100.0
# The rate that brings the mean potential to threshold, times eta.
EXTERNAL_HZ = ETA * V_TH_MV / (J_MV * TAU_MS * 1e-3)


def sharpwave(neurons, seconds):
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    command = ["cargo", "bench", "--quiet", "--bench", "brunel", "--", str(seconds), str(neurons)]
    out = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    wall, rate = re.search(r"1 threads:.*?; ([\d.]+) s of wall time per second, ([\d.]+) Hz", out).groups()
    return float(wall), float(rate)


def nest(neurons, seconds, model="iaf_psc_delta"):
    import nest

    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    nest.local_num_threads, nest.resolution = 1, 0.1
    parameters = dict(tau_m=TAU_MS, V_th=V_TH_MV, V_reset=V_RESET_MV, E_L=0.0, t_ref=T_REF_MS, C_m=1.0)
    excitatory, inhibitory = neurons * 4 // 5, neurons // 5
    cells = nest.Create(model, neurons, params=parameters)
    cells.V_m = nest.random.uniform(0.0, V_TH_MV)
    noise = nest.Create("poisson_generator_ps" if model.endswith("_ps") else "poisson_generator",
                        params=dict(rate=EXTERNAL_HZ))
    for source, degree, weight in [(cells[:excitatory], excitatory // 10, J_MV),
                                   (cells[excitatory:], inhibitory // 10, -G * J_MV)]:
        rule = dict(rule="fixed_indegree", indegree=degree, allow_autapses=False)
        nest.Connect(source, cells, rule, dict(weight=weight, delay=DELAY_MS))
    nest.Connect(noise, cells, "all_to_all", dict(weight=J_MV, delay=0.1))
    nest.Simulate(SETTLE_MS)
    start = time.perf_counter()
    nest.Simulate(seconds * 1e3)
    wall = time.perf_counter() - start
    # The counter starts anew with every call of Simulate.
    return wall / seconds, nest.local_spike_counter / neurons / seconds


def nest_exact(neurons, seconds):
    return nest(neurons, seconds, "iaf_psc_delta_ps")


def brian2(neurons, seconds):
    import brian2 as b

    folder = tempfile.mkdtemp()
    b.set_device("cpp_standalone", directory=folder, build_on_run=False)
    b.defaultclock.dt = 0.1 * b.ms
    excitatory, inhibitory = neurons * 4 // 5, neurons // 5
    cells = b.NeuronGroup(neurons, "dv/dt = -v / (20 * ms) : volt (unless refractory)", threshold="v > 20 * mV",
                          reset="v = 10 * mV", refractory=T_REF_MS * b.ms, method="exact")
    cells.v = "rand() * 20 * mV"
    groups = []
    for source, size, weight in [(cells[:excitatory], excitatory, J_MV), (cells[excitatory:], inhibitory, -G * J_MV)]:
        synapses = b.Synapses(source, cells, on_pre=f"v += {weight} * mV", delay=DELAY_MS * b.ms)
        synapses.connect(p=0.1)
        groups.append(synapses)
    # A binomial number of events per step: as many sources as there are excitatory synapses.
    sources = excitatory // 10
    noise = b.PoissonInput(cells, "v", sources, EXTERNAL_HZ / sources * b.Hz, weight=J_MV * b.mV)
    counter = b.SpikeMonitor(cells, record=False)
    network = b.Network(cells, *groups, noise, counter)
    network.run(SETTLE_MS * b.ms)
    network.run(seconds * b.second)
    b.get_device().build(directory=folder, compile=True, run=True, debug=False)
    with open(os.path.join(folder, "results", "last_run_info.txt")) as info:
        wall = float(info.read().split()[0])
    # The program's timer holds both runs; settling is charged in proportion.
    total = seconds + SETTLE_MS * 1e-3
    return wall / total, counter.num_spikes / neurons / total


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("simulators", nargs="*", default=["sharpwave", "brian2", "nest", "nest_exact"])
    parser.add_argument("--neurons", type=int, default=12500)
    parser.add_argument("--seconds", type=float, default=1.0)
    arguments = parser.parse_args()
    first = None
    print(f"{arguments.neurons} neurons, {arguments.seconds} s\n| simulator | s per s | ratio | rate, Hz |\n|---|---|---|---|")
    for name in arguments.simulators:
        wall, rate = {"sharpwave": sharpwave, "brian2": brian2, "nest": nest, "nest_exact": nest_exact}[name](
            arguments.neurons, arguments.seconds)
        first = first or wall
        print(f"| {name} | {wall:.3f} | {wall / first:.1f} | {rate:.1f} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
