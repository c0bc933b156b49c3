"""A model file's network in Auryn (Zenke and Gerstner 2014, Front Neuroinform 8:76), built from a checkout of its source.

Auryn has no releases to install: `git clone https://github.com/fzenke/auryn`, and on Debian `apt-get install g++
libboost-dev libboost-program-options-dev libboost-serialization-dev libboost-mpi-dev libopenmpi-dev`. The library is compiled
once into a folder of the system's temporary ones, each network beside it, all for this machine, as Auryn's own build does.

What it has no word for is refused, or told where the network differs: delays are axonal, one for each population and at least
0.8 ms; in-degrees are means; a neuron fires at a multiple of 0.1 ms.
"""

import glob
import hashlib
import os
import subprocess
import sys
import tempfile

STEP_MS = 0.1
# `MINDELAY` steps.
SHORTEST_MS = 0.8
# As in Auryn's CMakeLists.txt.
COMPILER = ["g++", "-O3", "-march=native", "-ffast-math", "-pipe"]


def library(checkout):
    """The folder with the compiled library, compiled if it is not there."""
    source = os.path.join(os.path.abspath(checkout), "src")
    assert os.path.exists(os.path.join(source, "auryn.h")), f"{checkout} is no checkout of Auryn"
    name = hashlib.sha256(source.encode()).hexdigest()[:12]
    folder = os.path.join(tempfile.gettempdir(), f"auryn-{name}")
    if os.path.exists(os.path.join(folder, "libauryn.a")):
        return source, folder
    os.makedirs(folder, exist_ok=True)
    files = sorted(glob.glob(os.path.join(source, "auryn", "*.cpp")))
    objects = [os.path.join(folder, os.path.basename(file) + ".o") for file in files]
    for file, compiled in zip(files, objects):
        subprocess.run([*COMPILER, "-w", f"-I{source}", *mpi("compile"), "-c", file, "-o", compiled], check=True)
    subprocess.run(["ar", "rcs", os.path.join(folder, "libauryn.a"), *objects], check=True)
    return source, folder


def mpi(what):
    return subprocess.run(["mpicxx", f"--showme:{what}"], capture_output=True, text=True, check=True).stdout.split()


def program(model, seconds, settle_ms, repeats):
    """C++ that prints CPU seconds of each repeat, then spikes of each population in all of them."""
    lines = ['#include <ctime>', '#include "auryn.h"', "using namespace auryn;", "int main(int n, char ** words) {",
             "auryn_init(n, words);", "sys->quiet = true;", "logger->set_logfile_loglevel(NONE);"]
    delays = {}
    for name, projection in model.projections.items():
        delay = projection["axonal_delay"] + projection["dendritic_delay"]
        assert isinstance(delay, float), f"delays of {name} differ"
        known = delays.setdefault(projection["source"], delay)
        assert known == delay, f"delays from {projection['source']} differ"
    for name, population in model.populations.items():
        assert population["neuron"] == "lif" and not population.get("i_e"), "Auryn's delta neurons are compared, without current"
        lines.append(f"IafPscDeltaGroup * {name} = new IafPscDeltaGroup({population['size']});")
        for call in (f"set_tau_mem({population['tau_m'] * 1e-3})", f"set_tau_ref({population['t_ref'] * 1e-3})"):
            lines.append(f"{name}->{call};")
        for field, key in (("e_rest", "e_l"), ("e_reset", "v_reset"), ("thr", "v_th")):
            lines.append(f"{name}->{field} = {population[key] * 1e-3};")
        drawn = population["initial"]["v_m"]
        low, high = (drawn["low"], drawn["high"]) if isinstance(drawn, dict) and drawn["distribution"] == "uniform" else (
            population["v_reset"], population["v_th"])
        lines.append(f"for (NeuronID i = 0; i < {population['size']}; ++i) {name}->mem->set(i, "
                     f"{low * 1e-3} + {(high - low) * 1e-3} * drand48());")
        delay = max(delays.get(name, SHORTEST_MS), SHORTEST_MS)
        if delay != delays.get(name, delay):
            print(f"note: Auryn's delay from {name} is {delay} ms", file=sys.stderr)
        lines.append(f"{name}->set_delay({round(delay / STEP_MS)});")
    for name, projection in model.projections.items():
        assert not projection["plasticity"] and projection["short_term"] is None, f"{name} is not static"
        assert isinstance(projection["weight"], (int, float)), f"weights of {name} differ"
        size = model.populations[projection["source"]]["size"]
        share = {"fixed_probability": lambda: projection["probability"],
                 "fixed_in_degree": lambda: projection["in_degree"] / size}[projection["rule"]]()
        for target in projection["target"]:
            lines.append(f"new SparseConnection({projection['source']}, {target}, {projection['weight'] * 1e-3}, {share}, MEM);")
    for stimulus in model.stimuli.values():
        for target in stimulus["target"]:
            lines.append(f"new PoissonStimulator({target}, {stimulus['rate']}, {stimulus['weight'] * 1e-3});")
    lines += [f"sys->run({settle_ms * 1e-3});"]
    names = list(model.populations)
    counters = [f"spikes_{name}" for name in names]
    # A device that counts, asked after every step as monitors are.
    lines.insert(2, "struct Counter : Device { SpikingGroup * from; long n; Counter(SpikingGroup * group) : from(group), n(0) "
                    "{ sys->register_device(this); } void execute() { n += from->get_spikes_immediate()->size(); } };")
    made = [f"Counter * {counter} = new Counter({name});" for counter, name in zip(counters, names)]
    lines[-1:-1] = made
    lines += [f"{counter}->n = 0;" for counter in counters]
    lines += [f"for (int i = 0; i < {repeats}; ++i) {{", "clock_t start = clock();", f"sys->run({seconds});",
              'printf("%.6f ", double(clock() - start) / CLOCKS_PER_SEC);', "}"]
    lines += [f'printf("%ld ", {counter}->n);' for counter in counters]
    lines += ['printf("\\n");', "auryn_free();", "return 0;", "}"]
    return "\n".join(lines) + "\n"


def measure(model, seconds, settle_ms, repeats, checkout):
    """CPU seconds per second of biology, of the quickest repeat, and rates by population in hertz."""
    source, folder = library(checkout)
    with tempfile.TemporaryDirectory() as own:
        path = os.path.join(own, "network.cpp")
        with open(path, "w") as file:
            file.write(program(model, seconds, settle_ms, repeats))
        subprocess.run([*COMPILER, "-w", f"-I{source}", *mpi("compile"), path, "-o", os.path.join(own, "network"), f"-L{folder}", "-lauryn",
                        "-lboost_mpi", "-lboost_serialization", "-lboost_program_options", *mpi("link")], check=True)
        printed = subprocess.run([os.path.join(own, "network")], cwd=own, capture_output=True, text=True, check=True).stdout
    numbers = printed.strip().splitlines()[-1].split()
    cpu, counts = [float(word) for word in numbers[:repeats]], [int(word) for word in numbers[repeats:]]
    rates = {name: count / population["size"] / seconds / repeats
             for (name, population), count in zip(model.populations.items(), counts)}
    return min(cpu) / seconds, rates
