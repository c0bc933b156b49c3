"""Makes the traces of NEST's neurons with exact spike times: python3 make_traces.py [DIRECTORY]. Needs nest-simulator 3.10.

Every case is one neuron under frozen input. What went in and what came out stands in CASE.csv, so that a test needs
nothing else; README.md describes the files.
"""

import os
import random
import sys

import nest

PS_PER_MS = 10**9
STEP_PS = 10**7
# The least that NEST can do. What a generator emits at t reaches the neuron at t + delay, currents included.
DELAY_PS = STEP_PS
DURATION_MS = 400.0
# Coprime to the steps of current and to refractory periods; a multiple of the resolution.
SAMPLE_MS = 1.7

BASE = dict(tau_m=10.0, c_m=250.0, e_l=-65.0, v_th=-50.0, v_reset=-65.0, t_ref=2.0, i_e=0.0)
EXP = dict(BASE, tau_syn_ex=2.0, tau_syn_in=5.0)
NEST_NAMES = dict(tau_m="tau_m", c_m="C_m", e_l="E_L", v_th="V_th", v_reset="V_reset", t_ref="t_ref", i_e="I_e",
                  tau_syn_ex="tau_syn_ex", tau_syn_in="tau_syn_in")
# Steps on NEST's grid: (from, in ms, picoamperes in addition to i_e).
STEPS = [(30.0, 300.0), (90.3, 450.0), (151.0, -200.0), (210.7, 0.0), (260.0, 380.0), (333.3, 100.0)]


def case(model, neuron, parameters, inputs, v_m, steps=()):
    """`inputs` are (rate in Hz, weight); weights are exact in single precision."""
    return dict(model=model, neuron=neuron, parameters=parameters, inputs=inputs, v_m=v_m, steps=steps)


def delta(parameters, inputs, v_m=-65.0, steps=()):
    return case("lif", "iaf_psc_delta_ps", dict(BASE, **parameters), inputs, v_m, steps)


def exp(parameters, inputs, v_m=-65.0, steps=(), neuron="iaf_psc_exp_ps"):
    return case("lif_exp", neuron, dict(EXP, **parameters), inputs, v_m, steps)


CASES = {
    # Jumps.
    "delta_undriven": delta(dict(tau_m=20.0), [(700.0, 2.5), (150.0, -3.0)]),
    "delta_below_threshold": delta(dict(i_e=300.0), [(600.0, 1.25), (200.0, -1.5)]),
    "delta_above_threshold": delta(dict(i_e=500.0, t_ref=1.0), [(400.0, 0.75), (300.0, -1.25)], v_m=-60.0),
    "delta_regular": delta(dict(tau_m=20.0, e_l=-49.0, v_reset=-60.0, t_ref=5.0), [], v_m=-55.0),
    "delta_long_refractory": delta(dict(i_e=420.0, t_ref=12.0, v_reset=-70.0), [(900.0, 1.5)]),
    "delta_steps": delta(dict(), [(500.0, 1.25), (250.0, -1.0)], steps=STEPS),
    # Exponential currents.
    "exp_below_threshold": exp(dict(i_e=300.0), [(700.0, 150.0), (250.0, -87.5)]),
    "exp_above_threshold": exp(dict(i_e=450.0, t_ref=1.0), [(500.0, 80.0), (300.0, -87.5)], v_m=-60.0),
    "exp_cortical": exp(dict(tau_syn_ex=0.5, tau_syn_in=0.5, i_e=280.0), [(900.0, 351.25), (200.0, -702.5)]),
    "exp_equal": exp(dict(tau_syn_ex=10.0, tau_syn_in=10.0), [(900.0, 48.0), (150.0, -48.0)]),
    "exp_half_equal": exp(dict(tau_syn_ex=3.0, tau_syn_in=10.0, i_e=200.0), [(900.0, 90.0), (150.0, -48.0)]),
    "exp_slow": exp(dict(tau_syn_ex=25.0, tau_syn_in=60.0, i_e=150.0), [(900.0, 20.0), (150.0, -16.0)]),
    "exp_long_refractory": exp(dict(t_ref=9.0, v_reset=-72.0, i_e=250.0), [(900.0, 150.0), (200.0, -100.0)]),
    "exp_steps": exp(dict(), [(600.0, 96.0), (250.0, -72.5)], steps=STEPS),
    # Crossings between NEST's steps are found too, and currents can be recorded; one time constant for both currents.
    "lossless_cortical": exp(dict(tau_syn_ex=0.5, tau_syn_in=0.5, i_e=280.0), [(900.0, 351.25), (200.0, -702.5)],
                             neuron="iaf_psc_exp_ps_lossless"),
    "lossless_slow": exp(dict(tau_syn_ex=25.0, tau_syn_in=25.0, i_e=150.0), [(900.0, 20.0), (150.0, -24.0)],
                         neuron="iaf_psc_exp_ps_lossless"),
}


def train(stream, rate_hz):
    """Poisson arrivals in whole picoseconds, almost surely off every grid."""
    t, arrivals = DELAY_PS, []
    while True:
        t += round(stream.expovariate(rate_hz) * 1e3 * PS_PER_MS)
        if t >= DURATION_MS * PS_PER_MS:
            return arrivals
        arrivals.append(t)


def simulate(name, case):
    nest.ResetKernel()
    nest.resolution = STEP_PS / PS_PER_MS
    delay_ms = DELAY_PS / PS_PER_MS
    parameters = {NEST_NAMES[key]: value for key, value in case["parameters"].items()}
    neuron = nest.Create(case["neuron"], params=dict(parameters, V_m=case["v_m"]))
    stream = random.Random(name)
    trains = [(weight, train(stream, rate)) for rate, weight in case["inputs"]]
    for weight, arrivals in trains:
        times = [(t - DELAY_PS) / PS_PER_MS for t in arrivals]
        source = nest.Create("spike_generator", params=dict(precise_times=True, spike_times=times))
        nest.Connect(source, neuron, syn_spec=dict(weight=weight, delay=delay_ms))
    if case["steps"]:
        source = nest.Create("step_current_generator", params=dict(
            amplitude_times=[(t * PS_PER_MS - DELAY_PS) / PS_PER_MS for t, _ in case["steps"]],
            amplitude_values=[current for _, current in case["steps"]]))
        nest.Connect(source, neuron, syn_spec=dict(delay=delay_ms))
    variables = ["V_m", "I_syn_ex", "I_syn_in"]
    variables = [variable for variable in variables if variable in neuron.recordables]
    meter = nest.Create("multimeter", params=dict(interval=SAMPLE_MS, record_from=variables))
    nest.Connect(meter, neuron, syn_spec=dict(delay=delay_ms))
    recorder = nest.Create("spike_recorder")
    nest.Connect(neuron, recorder, syn_spec=dict(delay=delay_ms))
    nest.Simulate(DURATION_MS)
    return trains, list(recorder.events["times"]), [meter.events[key] for key in ["times"] + variables]


def write(path, name, case):
    trains, spikes, samples = simulate(name, case)
    lines = [f"neuron,{case['neuron']}", f"model,{case['model']}", f"duration_ms,{DURATION_MS!r}",
             f"v_m,{case['v_m']!r}"]
    lines += [f"parameter,{key},{value!r}" for key, value in case["parameters"].items()]
    lines += [f"current,{round(t * PS_PER_MS)},{current!r}" for t, current in case["steps"]]
    lines += [f"arrival,{t},{weight!r}" for weight, arrivals in trains for t in arrivals]
    lines += [f"spike,{float(t)!r}" for t in spikes]
    for t, *values in zip(*samples):
        # On the grid, which doubles of milliseconds miss by a hair.
        values = ",".join(repr(float(value)) for value in values)
        lines.append(f"sample,{round(t * PS_PER_MS / STEP_PS) * STEP_PS},{values}")
    with open(os.path.join(path, f"{name}.csv"), "w") as file:
        file.write("\n".join(lines) + "\n")
    print(f"{name}: {sum(len(t) for _, t in trains)} arrivals, {len(spikes)} spikes")


def main():
    directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    nest.verbosity = nest.VerbosityLevel.ERROR
    for name, case in CASES.items():
        write(directory, name, case)


if __name__ == "__main__":
    main()
