"""A model file's network in Brian2, in its C++ standalone mode: populations of one kind, weights and delays constant."""

import tempfile

STEP_MS = 0.1
EQUATIONS = {
    "lif": "dv/dt = (v_inf - v) / tau_m : volt (unless refractory)",
    "lif_exp": """dv/dt = (v_inf - v) / tau_m + (i_ex + i_in) / c_m : volt (unless refractory)
                  di_ex/dt = -i_ex / tau_syn_ex : amp
                  di_in/dt = -i_in / tau_syn_in : amp""",
}
# External events arrive as so many sources of equal rate: a binomial number per step.
SOURCES = 1000


def unfit(model):
    """What of `model` there is no word for here, if there is something."""
    first, *others = model.populations.values()
    if first["neuron"] not in EQUATIONS:
        return f"neurons `{first['neuron']}`"
    if not all(dict(other, size=first["size"]) == first for other in others):
        return "populations of several kinds"
    for name, projection in model.projections.items():
        if any(isinstance(projection[key], dict) for key in ("weight", "axonal_delay")):
            return f"drawn weights or delays of projection `{name}`"
        if (projection["plasticity"] or {}).get("rule") not in (None, "stdp_pair"):
            return f"the rule `{projection['plasticity']['rule']}` of projection `{name}`"
    return None


def plastic(b, source, target, projection, delay):
    """Synapses that learn by pair STDP, on the soma's clock."""
    rule = projection["plasticity"]
    assert rule["rule"] == "stdp_pair" and rule["pairing"] == "all_to_all", rule
    names = {key: value for key, value in rule.items() if key not in ("rule", "pairing")}
    names.update({key: names[key] * b.ms for key in ("tau_plus", "tau_minus")})
    equations = """w : 1
                   dx/dt = -x / tau_plus : 1 (event-driven)
                   dy/dt = -y / tau_minus : 1 (event-driven)"""
    arrive = """v_post += w * mV
                w = clip(w - a_minus * w_max * (w / w_max)**mu_minus * y, 0, w_max)
                x += 1"""
    fire = """w = clip(w + a_plus * w_max * (1 - w / w_max)**mu_plus * x, 0, w_max)
              y += 1"""
    back = 2 * projection["dendritic_delay"] * b.ms
    return b.Synapses(source, target, equations, on_pre=arrive, on_post=fire, delay={"pre": delay, "post": back},
                      namespace=names)


def measure(model, seconds, settle_ms, repeats):
    """CPU seconds per second of biology, of the quickest repeat, and rates by population in hertz."""
    import brian2 as b
    import numpy

    folder = tempfile.mkdtemp()
    b.set_device("cpp_standalone", directory=folder, build_on_run=False)
    b.defaultclock.dt = STEP_MS * b.ms
    first, *others = model.populations.values()
    units = {"tau": b.ms, "t_": b.ms, "v_": b.mV, "e_": b.mV, "c_": b.pF, "i_": b.pA}
    names = {key: value * next(unit for start, unit in units.items() if key.startswith(start))
             for key, value in first.items() if key not in ("neuron", "size", "initial", "reset")}
    names["v_inf"] = names["e_l"] + names["i_e"] * names["tau_m"] / names["c_m"]
    cells = b.NeuronGroup(model.size(), EQUATIONS[first["neuron"]], threshold="v > v_th", reset="v = v_reset",
                          refractory=names["t_ref"], method="exact", namespace=names)
    initial = first["initial"]["v_m"]
    assert initial["distribution"] == "uniform", initial
    cells.v = f"({initial['low']} + rand() * {initial['high'] - initial['low']}) * mV"

    parts, start = {}, 0
    for name, population in model.populations.items():
        parts[name] = slice(start, start + population["size"])
        start += population["size"]

    def arrival(weight):
        """What changes, and by how much."""
        if first["neuron"] == "lif":
            return "v", weight * b.mV
        return "i_ex" if weight > 0 else "i_in", weight * b.pA

    objects, draw = [], numpy.random.default_rng(1)
    for projection in model.projections.values():
        assert projection["short_term"] is None
        source = cells[parts[projection["source"]]]
        first_target, last_target = (parts[projection["target"][k]] for k in (0, -1))
        target = cells[first_target.start:last_target.stop]
        assert len(target) == sum(parts[name].stop - parts[name].start for name in projection["target"])
        variable, weight = arrival(projection["weight"])
        delay = (projection["axonal_delay"] + projection["dendritic_delay"]) * b.ms
        if projection["plasticity"]:
            assert first["neuron"] == "lif"
            synapses = plastic(b, source, target, projection, delay)
        else:
            synapses = b.Synapses(source, target, on_pre=f"{variable} += w", delay=delay, namespace={"w": weight})
        if projection["rule"] == "fixed_in_degree":
            # By a probability in-degrees would vary, and with them the rates.
            chosen = [draw.choice(len(source), projection["in_degree"], replace=False) for _ in range(len(target))]
            synapses.connect(i=numpy.concatenate(chosen), j=numpy.repeat(numpy.arange(len(target)), projection["in_degree"]))
        else:
            synapses.connect(p=1 if projection["rule"] == "all_to_all" else projection["probability"])
        if projection["plasticity"]:
            synapses.w = projection["weight"]
        objects.append(synapses)
    for stimulus in model.stimuli.values():
        variable, weight = arrival(stimulus["weight"])
        objects.append(b.PoissonInput(cells, variable, SOURCES, stimulus["rate"] / SOURCES * b.Hz, weight=weight))
    counter = b.SpikeMonitor(cells, record=False)
    network = b.Network(cells, *objects, counter)
    counter.active = False
    network.run(settle_ms * b.ms)
    counter.active = True
    network.run(seconds * b.second)
    device = b.get_device()
    device.build(directory=folder, compile=True, run=False, debug=False)
    cpu = []
    for _ in range(repeats):
        device.run(folder, with_output=False)
        # Of the last call of `run` alone, by the processor's clock.
        cpu.append(device._last_run_time)
    counts = counter.count[:]
    return min(cpu) / seconds, {name: counts[part].sum() / (part.stop - part.start) / seconds
                                for name, part in parts.items()}
