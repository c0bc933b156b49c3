"""Makes the traces of NEST's plastic synapses: python3 make_stdp.py [DIRECTORY]. Needs nest-simulator 3.10.

Every case is one synapse between two neurons that repeat frozen trains of spikes on NEST's grid, and the weight that NEST
sends with each presynaptic spike. README.md describes the files.
"""

import os
import random
import sys

import nest

STEP_MS = 0.1
STEP_PS = 10**8
# From a generator to the neuron that repeats it.
FEED_MS = 1.0
STEPS = 40_000

PAIR = dict(tau_plus=20.0, lambda_=0.01, alpha=1.05, Wmax=2.0)
POWER = dict(tau_plus=15.0, lambda_=0.1, alpha=0.11)


def case(model, delay, parameters, tau_minus=20.0, weight=1.0, ties=False):
    return dict(model=model, delay=delay, parameters=parameters, tau_minus=tau_minus, weight=weight, ties=ties)


CASES = {
    "additive": case("stdp_synapse", 1.0, dict(PAIR, mu_plus=0.0, mu_minus=0.0)),
    "multiplicative": case("stdp_synapse", 1.5, dict(PAIR, mu_plus=1.0, mu_minus=1.0), tau_minus=33.7),
    "between": case("stdp_synapse", 0.3, dict(PAIR, mu_plus=0.4, mu_minus=0.7, lambda_=0.05)),
    "ties": case("stdp_synapse", 1.0, dict(PAIR, mu_plus=0.4, mu_minus=0.4), ties=True),
    "power_law": case("stdp_pl_synapse_hom", 1.5, dict(POWER, mu=0.4), weight=45.0),
    "power_law_steep": case("stdp_pl_synapse_hom", 0.7, dict(POWER, mu=0.9, alpha=0.6), weight=5.0, tau_minus=30.0),
}


def train(stream, rate_hz, without=()):
    """Instants on the grid, in steps, no two alike, none of those in `without`."""
    chance = rate_hz * STEP_MS * 1e-3
    return [t for t in range(20, STEPS) if stream.random() < chance and t not in without]


def simulate(name, case):
    nest.ResetKernel()
    nest.resolution = STEP_MS
    stream = random.Random(name)
    delay = round(case["delay"] / STEP_MS)
    pre = train(stream, 30.0)
    # A postsynaptic spike reaches the synapse a delay later.
    tied = {t - delay for t in pre}
    post = train(stream, 25.0, without=() if case["ties"] else tied)
    if case["ties"]:
        post = sorted(set(post) | {t for k, t in enumerate(sorted(tied)) if k % 3 == 0 and t > 20})
    source, target = nest.Create("parrot_neuron"), nest.Create("parrot_neuron", params=dict(tau_minus=case["tau_minus"]))
    for neuron, times in (source, pre), (target, post):
        feed = nest.Create("spike_generator", params=dict(spike_times=[t * STEP_MS - FEED_MS for t in times]))
        nest.Connect(feed, neuron, syn_spec=dict(delay=FEED_MS))
    recorder = nest.Create("weight_recorder")
    parameters = {key.rstrip("_"): value for key, value in case["parameters"].items()}
    if case["model"].endswith("_hom"):
        nest.CopyModel(case["model"], "recorded", dict(parameters, weight_recorder=recorder))
        own = {}
    else:
        nest.CopyModel(case["model"], "recorded", dict(weight_recorder=recorder))
        own = parameters
    # A parrot repeats nothing that comes in at its second port.
    nest.Connect(source, target, syn_spec=dict(synapse_model="recorded", weight=case["weight"], delay=case["delay"],
                                               receptor_type=1, **own))
    nest.Simulate(STEPS * STEP_MS + 10.0)
    events = recorder.events
    sent = [round(float(t) / STEP_MS) for t in events["times"]]
    # What is sent at t is told with the time of the spike.
    assert sent == pre, (name, len(sent), len(pre))
    return pre, post, [float(weight) for weight in events["weights"]]


def write(path, name, case):
    pre, post, weights = simulate(name, case)
    lines = [f"synapse,{case['model']}", f"delay,{round(case['delay'] / STEP_MS) * STEP_PS}", f"weight,{case['weight']!r}",
             f"parameter,tau_minus,{case['tau_minus']!r}"]
    lines += [f"parameter,{key.rstrip('_')},{value!r}" for key, value in case["parameters"].items()]
    lines += [f"post,{t * STEP_PS}" for t in post]
    lines += [f"pre,{t * STEP_PS},{weight!r}" for t, weight in zip(pre, weights)]
    with open(os.path.join(path, f"{name}.csv"), "w") as file:
        file.write("\n".join(lines) + "\n")
    print(f"{name}: {len(pre)} and {len(post)} spikes, {weights[0]} to {weights[-1]}")


def main():
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "stdp")
    directory = sys.argv[1] if len(sys.argv) > 1 else here
    nest.verbosity = nest.VerbosityLevel.ERROR
    for name, case in CASES.items():
        write(directory, name, case)


if __name__ == "__main__":
    main()
