"""A model file's network in GeNN (Yavuz, Turner and Nowotny 2016, Sci Rep 6:18854), on its backend for one thread of a processor.

GeNN has no releases to install by pip: `git clone https://github.com/genn-team/genn`, on Debian `apt-get install g++ pkg-config
libffi-dev`, then `pip install setuptools wheel pybind11 psutil pkgconfig numpy` and `pip install --no-build-isolation genn` in an
environment whose Python `compare.py` is run with, or named by `--genn PYTHON`.

Numbers are single precision and steps 0.1 ms. What a neuron receives in a step by noise is a Poisson number of arrivals; traces decay step by
step, once per neuron: no synapse takes an exponential.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
import time

STEP_MS = 0.1

# What arrives adds to V, but for neurons that are refractory; a test once per step.
NEURON = """
    scalar arrived = Isyn;
    {noise}
    if (hold > 0.0) {{
        hold -= dt;
    }} else {{
        V = (v_inf + ((V - v_inf) * left)) + arrived;
    }}
"""
# Knuth: as many uniform numbers as arrive, and one.
NOISE = """
    {{
        scalar product = gennrand_uniform();
        while (product > {none}) {{ arrived += {weight}; product *= gennrand_uniform(); }}
    }}
"""


def measure(model, seconds, settle_ms, repeats, python):
    """CPU seconds per second of biology, of the quickest repeat, and rates by population in hertz."""
    what = {"populations": model.populations, "projections": model.projections, "stimuli": model.stimuli,
            "seconds": seconds, "settle_ms": settle_ms, "repeats": repeats}
    with tempfile.TemporaryDirectory() as folder:
        # Beside GeNN's own `-O3 -ffast-math`, for this machine.
        environment = dict(os.environ, CXX="g++ -march=native")
        done = subprocess.run([python or sys.executable, os.path.abspath(__file__)], input=json.dumps(what), cwd=folder,
                              env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"genn: {done.stderr.strip()}")
    cpu, rates = json.loads(done.stdout.splitlines()[-1])
    return cpu, rates


def build(what):
    """The network, compiled and at rest, with its groups by population."""
    import pygenn

    steps = round(1e3 * what["seconds"] / STEP_MS)
    model = pygenn.GeNNModel("float", "network", backend="single_threaded_cpu", optimize_code=True)
    model.dt = STEP_MS
    groups = {}
    for name, population in what["populations"].items():
        assert population["neuron"] == "lif", population
        noise = ""
        for stimulus in what["stimuli"].values():
            if name in stimulus["target"]:
                mean = stimulus["rate"] * STEP_MS / 1e3
                noise += NOISE.format(none=f"{math.exp(-mean):.9g}f", weight=f"{stimulus['weight']:.9g}f")
        kind = pygenn.create_neuron_model(
            f"lif_{name}", params=["v_inf", "left", "v_th", "v_reset", "t_ref"], vars=[("V", "scalar"), ("hold", "scalar")],
            sim_code=NEURON.format(noise=noise), threshold_condition_code="hold <= 0.0 && V >= v_th",
            reset_code="V = v_reset; hold = t_ref;")
        v_inf = population["e_l"] + population.get("i_e", 0.0) * population["tau_m"] / population.get("c_m", 1.0)
        initial = population["initial"]["v_m"]
        uniform = {"min": initial["low"], "max": initial["high"]}
        groups[name] = model.add_neuron_population(
            name, population["size"], kind,
            {"v_inf": v_inf, "left": math.exp(-STEP_MS / population["tau_m"]), "v_th": population["v_th"],
             "v_reset": population["v_reset"], "t_ref": population["t_ref"]},
            {"V": pygenn.init_var("Uniform", uniform), "hold": 0.0})
        groups[name].spike_recording_enabled = True

    # GeNN does not keep them.
    kinds = []
    for name, projection in what["projections"].items():
        assert projection["short_term"] is None, projection
        rule = projection["plasticity"]
        if rule:
            kind = plastic(pygenn, name, rule)
            kinds.append(kind)
            update = pygenn.init_weight_update(kind, constants(rule), {"g": projection["weight"]}, {"x": 0.0}, {"y": 0.0})
        else:
            update = pygenn.init_weight_update("StaticPulseConstantWeight", {"g": projection["weight"]})
        for target in projection["target"]:
            arguments = [f"{name}_{target}", "DENSE", groups[projection["source"]], groups[target], update,
                         pygenn.init_postsynaptic("DeltaCurr")]
            if projection["rule"] == "fixed_probability":
                arguments[1] = "SPARSE"
                arguments.append(pygenn.init_sparse_connectivity("FixedProbability", {"prob": projection["probability"]}))
            elif projection["rule"] == "fixed_in_degree":
                arguments[1] = "SPARSE"
                degree = {"num": round(projection["in_degree"])}
                arguments.append(pygenn.init_sparse_connectivity("FixedNumberPreWithReplacement", degree))
            else:
                assert projection["rule"] == "all_to_all", projection
            synapses = model.add_synapse_population(*arguments)
            # Without a delay a spike arrives in the step after it.
            delay_ms = projection["axonal_delay"] + projection["dendritic_delay"]
            synapses.axonal_delay_steps = max(0, round(delay_ms / STEP_MS) - 1)
            # On the soma's clock.
            synapses.back_prop_delay_steps = round(2 * projection["dendritic_delay"] / STEP_MS)
    model.build()
    model.load(num_recording_timesteps=steps)
    return model, groups, steps


def plastic(pygenn, name, rule):
    """Pair STDP with all pairs."""
    assert rule["rule"] == "stdp_pair" and rule["pairing"] == "all_to_all", rule

    def power(base, exponent):
        return {0: "1.0", 1: base}.get(exponent, f"pow({base}, {exponent:.9g}f)")

    up, down = power("(1.0 - g / w_max)", rule["mu_plus"]), power("(g / w_max)", rule["mu_minus"])
    return pygenn.create_weight_update_model(
        f"stdp_{name}", params=["a_plus", "a_minus", "w_max", "keep_plus", "keep_minus"], vars=[("g", "scalar")],
        pre_vars=[("x", "scalar")], post_vars=[("y", "scalar")],
        pre_spike_code="x += 1.0;", pre_dynamics_code="x *= keep_plus;",
        post_spike_code="y += 1.0;", post_dynamics_code="y *= keep_minus;",
        pre_spike_syn_code=f"addToPost(g); g = fmin(w_max, fmax(0.0, g - (a_minus * w_max * {down} * y)));",
        post_spike_syn_code=f"g = fmin(w_max, fmax(0.0, g + (a_plus * w_max * {up} * x)));")


def constants(rule):
    return {"a_plus": rule["a_plus"], "a_minus": rule["a_minus"], "w_max": rule["w_max"],
            "keep_plus": math.exp(-STEP_MS / rule["tau_plus"]), "keep_minus": math.exp(-STEP_MS / rule["tau_minus"])}


def main():
    what = json.load(sys.stdin)
    model, groups, steps = build(what)
    for _ in range(round(what["settle_ms"] / STEP_MS)):
        model.step_time()
    taken, counts = [], {}
    for _ in range(what["repeats"]):
        begin = time.process_time()
        for _ in range(steps):
            model.step_time()
        taken.append(time.process_time() - begin)
    model.pull_recording_buffers_from_device()
    for name, group in groups.items():
        times, _ = group.spike_recording_data[0]
        counts[name] = len(times) / group.num_neurons / what["seconds"]
    print(json.dumps([min(taken) / what["seconds"], counts]))


if __name__ == "__main__":
    main()
