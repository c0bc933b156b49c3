"""A model file's network in NEST."""

import os
import time

RESOLUTION_MS = 0.1
# An adaptive neuron is AdEx without its exponential, which NEST integrates numerically.
MODELS = {"lif": "iaf_psc_delta", "lif_exp": "iaf_psc_exp", "lif_adaptive": "aeif_psc_delta"}
EXACT = {"lif", "lif_exp"}
PARAMETERS = {"tau_m": "tau_m", "c_m": "C_m", "e_l": "E_L", "v_th": "V_th", "v_reset": "V_reset", "t_ref": "t_ref",
              "i_e": "I_e", "tau_syn_ex": "tau_syn_ex", "tau_syn_in": "tau_syn_in"}
RULES = {"fixed_probability": ("pairwise_bernoulli", "p", "probability"),
         "fixed_in_degree": ("fixed_indegree", "indegree", "in_degree"),
         "fixed_total": ("fixed_total_number", "N", "total")}


def unfit(model, exact):
    """What of `model` NEST has no word for here, if there is something."""
    for name, population in model.populations.items():
        if population["neuron"] not in (EXACT if exact else MODELS):
            return f"neurons `{population['neuron']}` of population `{name}`"
    for name, projection in model.projections.items():
        if projection["rule"] not in ("all_to_all", *RULES):
            return f"the rule `{projection['rule']}` of projection `{name}`"
        if projection["short_term"] is not None:
            return f"`short_term` of projection `{name}`"
        rule = (projection["plasticity"] or {}).get("rule")
        if rule not in (None, "stdp_pair", "stdp_power_law"):
            return f"the rule `{rule}` of projection `{name}`"
    return None


def neuron(population):
    """Parameters of a population's neurons under NEST's names."""
    parameters = {nest_name: population[own] for own, nest_name in PARAMETERS.items() if own in population}
    if population["neuron"] == "lif_adaptive":
        del parameters["tau_m"]
        parameters.update(g_L=population["c_m"] / population["tau_m"], V_peak=population["v_th"], Delta_T=0.0,
                          a=0.0, b=population["b"], tau_w=population["tau_w"], w=0.0)
    return parameters


def plastic(nest, name, rule):
    """Declares the synapse of `rule` under `name`; the time constant that is the targets'."""
    if rule["rule"] == "stdp_pair":
        assert rule["pairing"] == "all_to_all"
        nest.CopyModel("stdp_synapse", name, {
            "tau_plus": rule["tau_plus"], "lambda": rule["a_plus"], "alpha": rule["a_minus"] / rule["a_plus"],
            "mu_plus": rule["mu_plus"], "mu_minus": rule["mu_minus"], "Wmax": rule["w_max"]})
    else:
        assert rule["rule"] == "stdp_power_law" and rule["w_0"] == 1, rule
        nest.CopyModel("stdp_pl_synapse_hom", name, {
            "tau_plus": rule["tau_plus"], "lambda": rule["lambda"], "alpha": rule["alpha"], "mu": rule["mu"]})
    return rule["tau_minus"]


def measure(model, seconds, settle_ms, repeats, exact):
    """CPU seconds per second of biology, of the quickest repeat, and rates by population in hertz."""
    # It greets otherwise, in the middle of the table.
    os.environ["PYNEST_QUIET"] = "1"
    import nest

    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    nest.local_num_threads, nest.resolution = 1, RESOLUTION_MS
    precise = "_ps" if exact else ""

    def drawn(value):
        """Redrawn out of bounds, as here."""
        if not isinstance(value, dict):
            return value
        if value["distribution"] == "uniform":
            return nest.random.uniform(value["low"], value["high"])
        if value["distribution"] == "exponential":
            parameter = nest.random.exponential(beta=value["mean"])
        else:
            assert value["distribution"] == "normal", value
            parameter = nest.random.normal(value["mean"], value["sd"])
        return nest.math.redraw(parameter, value.get("low", -1e9), value.get("high", 1e9))

    cells, recorders = {}, {}
    for name, population in model.populations.items():
        cells[name] = nest.Create(MODELS[population["neuron"]] + precise, population["size"], params=neuron(population))
        cells[name].V_m = drawn(population["initial"]["v_m"])
        recorders[name] = nest.Create("spike_recorder")
        nest.Connect(cells[name], recorders[name])

    def targets(names):
        # Collections must be joined in the order of their creation.
        first, *rest = [cells[name] for name in cells if name in names]
        return sum(rest, first)

    for name, projection in model.projections.items():
        spec = {"allow_autapses": projection.get("autapses", True)}
        if projection["rule"] == "all_to_all":
            rule = spec["rule"] = "all_to_all"
        else:
            rule, key, own = RULES[projection["rule"]]
            spec.update({"rule": rule, key: projection[own]})
        if "multapses" in projection and rule != "pairwise_bernoulli":
            spec["allow_multapses"] = projection["multapses"]
        delay = projection["axonal_delay"]
        if isinstance(delay, dict):
            # A delay there is a step at least.
            delay = {**delay, "low": max(delay.get("low", 0.0), RESOLUTION_MS)}
        synapse = dict(weight=drawn(projection["weight"]), delay=drawn(delay))
        if projection["dendritic_delay"]:
            # All of a delay is dendritic in NEST.
            synapse["delay"] = projection["axonal_delay"] + projection["dendritic_delay"]
        if projection["plasticity"]:
            synapse["synapse_model"] = f"plastic_{name}"
            tau_minus = plastic(nest, synapse["synapse_model"], projection["plasticity"])
            targets(projection["target"]).tau_minus = tau_minus
        nest.Connect(cells[projection["source"]], targets(projection["target"]), spec, synapse)
    for stimulus in model.stimuli.values():
        noise = nest.Create("poisson_generator" + precise, params=dict(rate=stimulus["rate"]))
        nest.Connect(noise, targets(stimulus["target"]), "all_to_all",
                     dict(weight=stimulus["weight"], delay=RESOLUTION_MS))

    nest.Simulate(settle_ms)
    for recorder in recorders.values():
        recorder.n_events = 0
    cpu = []
    for _ in range(repeats):
        start = time.process_time()
        nest.Simulate(seconds * 1e3)
        cpu.append(time.process_time() - start)
    rates = {name: recorder.n_events / model.populations[name]["size"] / (seconds * repeats)
             for name, recorder in recorders.items()}
    return min(cpu) / seconds, rates
