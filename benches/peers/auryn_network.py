"""A model file's network in Auryn (Zenke and Gerstner 2014, Front Neuroinform 8:76), built from a checkout of its source.

Auryn has no releases to install: `git clone https://github.com/fzenke/auryn`, and on Debian `apt-get install g++
libboost-dev libboost-filesystem-dev libboost-mpi-dev libboost-program-options-dev libboost-serialization-dev libopenmpi-dev`. The library is compiled
once into a folder of the system's temporary ones, each network beside it, all for this machine, as Auryn's own build does, or for
`AURYN_MARCH` (`haswell` has vectors of 256 bits, as Sharpwave takes with `SHARPWAVE_VECTOR=256`).

What it has no word for is refused, or told where the network differs: delays are axonal, one for each population and at least
0.8 ms; in-degrees are means; a neuron fires at a multiple of 0.1 ms; potentials begin between reset and threshold.
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
MARCH = os.environ.get("AURYN_MARCH", "native")
COMPILER = ["g++", "-O3", f"-march={MARCH}", "-ffast-math", "-pipe"]


def library(checkout):
    """The folder with the compiled library, compiled if it is not there."""
    source = os.path.join(os.path.abspath(checkout), "src")
    if not os.path.exists(os.path.join(source, "auryn.h")):
        sys.exit(f"{checkout}: found no src/auryn.h, expected a checkout of Auryn")
    name = hashlib.sha256(f"{source} {MARCH}".encode()).hexdigest()[:12]
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


# A device is asked after every step, as Auryn's monitors are.
PROGRAM = """#include <ctime>
#include "auryn.h"
using namespace auryn;

struct Counter : Device {
    SpikingGroup * from;
    long n = 0;
    Counter(SpikingGroup * group) : from(group) { sys->register_device(this); }
    void execute() { n += from->get_spikes_immediate()->size(); }
};

int main(int n, char ** words) {
    auryn_init(n, words);
    sys->quiet = true;
    Counter * counters[N_GROUPS];
NETWORK
    sys->run(SETTLE);
    for (Counter * counter : counters) counter->n = 0;
    for (int k = 0; k < REPEATS; ++k) {
        clock_t start = clock();
        sys->run(SECONDS);
        printf("%.6f ", double(clock() - start) / CLOCKS_PER_SEC);
    }
    for (Counter * counter : counters) printf("%ld ", counter->n);
    printf("\\n");
    auryn_free();
}
"""


def shared_delays(model):
    """Milliseconds by source population."""
    delays = {}
    for name, projection in model.projections.items():
        delay = projection["axonal_delay"]
        assert isinstance(delay, (int, float)), f"delays of {name} differ"
        delay += projection["dendritic_delay"]
        source = projection["source"]
        assert delays.setdefault(source, delay) == delay, f"delays from {source} differ"
    for source, delay in delays.items():
        if delay < SHORTEST_MS:
            print(f"auryn: the delay from {source} is {SHORTEST_MS} ms, not {delay}", file=sys.stderr)
    return delays


def network(model):
    """Lines of C++ that build it."""
    delays = shared_delays(model)
    for at, (name, population) in enumerate(model.populations.items()):
        assert population["neuron"] == "lif" and not population.get("i_e"), f"{name} is not `lif` without current"
        group, size = f"group_{name}", population["size"]
        yield f"IafPscDeltaGroup * {group} = new IafPscDeltaGroup({size});"
        yield f"{group}->set_tau_mem({population['tau_m'] * 1e-3});"
        yield f"{group}->set_tau_ref({population['t_ref'] * 1e-3});"
        for field, key in (("e_rest", "e_l"), ("e_reset", "v_reset"), ("thr", "v_th")):
            yield f"{group}->{field} = {population[key] * 1e-3};"
        low, high = population["v_reset"] * 1e-3, population["v_th"] * 1e-3
        yield f"for (NeuronID k = 0; k < {size}; ++k) {group}->mem->set(k, {low} + {high - low} * drand48());"
        yield f"{group}->set_delay({round(max(delays.get(name, 0), SHORTEST_MS) / STEP_MS)});"
        yield f"counters[{at}] = new Counter({group});"
    for name, projection in model.projections.items():
        assert not projection["plasticity"] and projection["short_term"] is None, f"{name} is not static"
        weight, source = projection["weight"], projection["source"]
        assert isinstance(weight, (int, float)), f"weights of {name} differ"
        share = projection.get("probability")
        if projection["rule"] == "fixed_in_degree":
            share = projection["in_degree"] / model.populations[source]["size"]
        assert share is not None, f"{name} is connected by {projection['rule']}"
        for target in projection["target"]:
            yield f"new SparseConnection(group_{source}, group_{target}, {weight * 1e-3}, {share}, MEM);"
    for stimulus in model.stimuli.values():
        for target in stimulus["target"]:
            yield f"new PoissonStimulator(group_{target}, {stimulus['rate']}, {stimulus['weight'] * 1e-3});"


def unfit(model):
    """What of `model` there is no word for here, if there is something."""
    try:
        list(network(model))
    except AssertionError as error:
        return f"this network ({error})"
    return None


def program(model, seconds, settle_ms, repeats):
    """C++ that prints CPU seconds of each repeat, then spikes of each population in all of them."""
    words = {"N_GROUPS": len(model.populations), "SETTLE": settle_ms * 1e-3, "SECONDS": seconds, "REPEATS": repeats,
             "NETWORK": "\n".join("    " + line for line in network(model))}
    text = PROGRAM
    for word, value in words.items():
        text = text.replace(word, str(value))
    return text


def measure(model, seconds, settle_ms, repeats, checkout):
    """CPU seconds per second of biology, of the quickest repeat, and rates by population in hertz."""
    source, folder = library(checkout)
    with tempfile.TemporaryDirectory() as own:
        path = os.path.join(own, "network.cpp")
        with open(path, "w") as file:
            file.write(program(model, seconds, settle_ms, repeats))
        compiled = os.path.join(own, "network")
        libraries = [f"-L{folder}", "-lauryn", "-lboost_mpi", "-lboost_serialization", "-lboost_filesystem", "-lboost_program_options"]
        subprocess.run([*COMPILER, "-w", f"-I{source}", *mpi("compile"), path, "-o", compiled, *libraries, *mpi("link")],
                       check=True)
        printed = subprocess.run([compiled], cwd=own, capture_output=True, text=True, check=True).stdout
    numbers = printed.strip().splitlines()[-1].split()
    cpu, counts = [float(word) for word in numbers[:repeats]], [int(word) for word in numbers[repeats:]]
    rates = {name: count / population["size"] / seconds / repeats
             for (name, population), count in zip(model.populations.items(), counts)}
    return min(cpu) / seconds, rates
