//! Network models: what a file says is what is read, formulas follow their parameters, and nothing panics.

#[path = "network_model/model.rs"]
mod model;
#[path = "network_model/polyphasic.rs"]
mod polyphasic;
#[path = "network_model/rule.rs"]
mod rule;
#[path = "network_model/stage.rs"]
mod stage;
#[path = "network_model/table.rs"]
mod table;

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::base::time::Duration;
use sharpwave::config::network::{Recorded, Selection};
use sharpwave::config::{Model, NetworkModel, Options, parse};
use sharpwave::network::{Connection, Projection, Stimulus};

fn brunel() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/brunel_balanced.toml");
    fs::read_to_string(path).unwrap()
}

fn take(text: &str, sets: &[&str]) -> Result<Model, String> {
    let options = Options {
        sets: sets.iter().map(|set| (*set).to_owned()).collect(),
        data: None,
    };
    parse("m.toml", text, Path::new("/"), &options).map_err(|error| error.to_string())
}

fn network(text: &str, sets: &[&str]) -> NetworkModel {
    let model = take(text, sets).unwrap_or_else(|error| panic!("{error}"));
    model.network().unwrap()
}

fn ms(ms: f64) -> Duration {
    Duration::from_ms(ms).unwrap()
}

fn constant(value: f64) -> Distribution {
    Distribution::new(Shape::Constant(value)).unwrap()
}

/// The one stimulus, which is noise.
fn only(stimuli: &[Stimulus]) -> &Stimulus {
    let [stimulus] = stimuli else {
        panic!("{stimuli:?}")
    };
    assert_eq!(stimulus.kind.spec.name, "poisson");
    stimulus
}

#[test]
fn the_shipped_network_is_that_of_the_paper() {
    let model = network(&brunel(), &[]);
    assert_eq!(
        (model.network.seed, model.duration(), model.network.lanes),
        (1, ms(1000.0), None)
    );
    let sizes: Vec<(&str, u32)> = model
        .network
        .populations
        .iter()
        .map(|population| (population.name.as_str(), population.size))
        .collect();
    assert_eq!(sizes, [("e", 10_000), ("i", 2_500)]);
    for population in &model.network.populations {
        let values: Vec<f64> = ["tau_m", "v_th", "v_reset", "e_l", "t_ref"]
            .iter()
            .map(|name| population.values[name])
            .collect();
        assert_eq!(values, [20.0, 20.0, 10.0, 0.0, 2.0]);
        let uniform = Shape::Uniform {
            low: 0.0,
            high: 20.0,
        };
        let uniform = Distribution::new(uniform).expect("a distribution");
        assert_eq!(population.v_m, Some(uniform.into()));
    }
    let [e_all, i_all] = &model.network.projections[..] else {
        panic!("{:?}", model.network.projections)
    };
    let in_degree = |projection: &Projection| match &projection.connection {
        Connection::Rule(rule) => {
            assert_eq!(rule.spec.name, "fixed_in_degree");
            assert!(rule.values.flag("multapses"));
            rule.values.count("in_degree")
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(in_degree(e_all), Some(1_000));
    assert_eq!(in_degree(i_all), Some(250));
    assert_eq!(
        (e_all.weight, i_all.weight),
        (Some(constant(0.1)), Some(constant(-0.5)))
    );
    for projection in [e_all, i_all] {
        assert_eq!(projection.targets, ["e", "i"]);
        let delay = projection.delay.unwrap();
        assert_eq!(
            (delay.axonal, delay.dendritic),
            (constant(1.5), constant(0.0))
        );
        assert!(!projection.autapses);
        assert_eq!(projection.delay_resolution, ms(0.1));
    }
    // 12,500 neurons, 1,250 synapses each.
    let plan = model.network.plan().unwrap();
    let synapses = |k: usize| plan.projections[k].plan.expected_synapses();
    assert_eq!(synapses(0) + synapses(1), 12_500.0 * 1_250.0);
    // The inhibitory neurons are the last of their own targets.
    assert_eq!(plan.projections[1].plan.space.own, Some(10_000));
    let external = only(&model.network.stimuli);
    let rate_hz = external.kind.values["rate"];
    assert!((rate_hz - 20_000.0).abs() < 1e-9, "{rate_hz}");
    assert_eq!(external.weight, 0.1);
    let raster = model.figures.raster.unwrap();
    assert_eq!(
        (raster.from, raster.to, raster.neurons),
        (ms(800.0), ms(1000.0), None)
    );
    let all = |name: &str| Recorded {
        population: name.into(),
        neurons: Selection::All,
    };
    assert_eq!(model.record.spikes, [all("e"), all("i")]);
    assert_eq!(model.record.rates_bin, Some(ms(1.0)));
}

#[test]
fn without_a_raster_the_end_of_recorded_populations_is_drawn_unless_it_is_off() {
    let text = |record: &str, duration: &str, more: &str| {
        format!(
            "schema = 1\nexperiment = \"network\"\nduration = \"{duration}\"\n[population.e]\nneuron = \"lif\"\n\
             size = 5000\ntau_m = \"20 ms\"\nv_th = \"20 mV\"\n[record]\nspikes = {record}\n{more}"
        )
    };
    let raster = |record: &str, duration: &str, more: &str| {
        let model = network(&text(record, duration, more), &[]);
        // What is resolved reads back as it is.
        let resolved = sharpwave::config::resolved_network(&model);
        assert_eq!(network(&resolved, &[]).figures, model.figures, "{resolved}");
        model.figures.raster
    };
    let shown = raster("[\"e\"]", "3 s", "").unwrap();
    assert_eq!(shown.populations, ["e"]);
    assert_eq!(
        (shown.from, shown.to, shown.neurons),
        (ms(2000.0), ms(3000.0), Some(1000))
    );
    let short = raster("[\"e\"]", "0.3 s", "").unwrap();
    assert_eq!((short.from, short.to), (ms(0.0), ms(300.0)));
    assert_eq!(raster("[]", "3 s", ""), None);
    assert_eq!(raster("[\"e\"]", "3 s", "[figure]\nraster = \"off\""), None);
    // What is off is as if its section were not there.
    for name in [
        "window",
        "weight_matrix",
        "degrees",
        "wave",
        "evoked",
        "rhythms",
        "spectrogram",
    ] {
        let text = format!("[figure]\nraster = \"off\"\n{name} = \"off\"");
        assert_eq!(raster("[\"e\"]", "3 s", &text), None, "{name}");
    }
}

#[test]
fn overrides_reach_formulas_and_copies() {
    let model = network(
        &brunel(),
        &[
            "parameter.g=4.5",
            "parameter.n=2500",
            "parameter.eta== 0.5 + 0.4",
            "population.e.tau_m=10 ms",
            "population.i.t_ref=1 ms",
            "figure.raster.neurons=50",
            "engine.lanes=4",
        ],
    );
    let [e, i] = &model.network.populations[..] else {
        panic!("{:?}", model.network.populations)
    };
    assert_eq!((e.size, i.size), (2_000, 500));
    // `i` copies what `e` became, and keeps its own.
    assert_eq!((e.values["tau_m"], i.values["tau_m"]), (10.0, 10.0));
    assert_eq!((e.values["t_ref"], i.values["t_ref"]), (2.0, 1.0));
    assert_eq!(
        model.network.projections[1].weight,
        Some(constant(-4.5 * 0.1))
    );
    let external = only(&model.network.stimuli);
    assert!((external.kind.values["rate"] - 9_000.0).abs() < 1e-9);
    assert_eq!(model.network.lanes, Some(4));
    assert_eq!(model.figures.raster.unwrap().neurons, Some(50));
}

#[test]
fn overrides_that_are_wrong_say_so_at_the_override() {
    for (set, expected) in [
        (
            "parameter.gg=4.5",
            "error: no formula refers to the parameter `gg`\n  --> --set parameter.gg\n  help: did you mean `g`?",
        ),
        (
            "parameter.n=12.5",
            "error: `population.i.size` comes to 2.5, expected a whole number",
        ),
        (
            "parameter.j=0.1",
            "error: `projection.e_all.weight` comes to 0.1, expected a potential (mV)",
        ),
        (
            "population.e.size== 2 * q",
            "error: `population.e.size`: no parameter is called `q`\n  --> --set population.e.size\n  help: known here: `epsilon`, `eta`, `g`, `j`, `n`, `nu_th`",
        ),
        (
            "projection.e_all.target=x",
            "error: `projection.e_all.target` is \"x\", expected the name of a population\n  --> --set \
             projection.e_all.target\n  help: known here: `e`, `i`",
        ),
    ] {
        let error = take(&brunel(), &[set]).unwrap_err();
        assert!(error.contains(expected), "{set}: {error}");
    }
}

#[test]
fn formulas_serve_sleep_replay_too() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/sleep_replay_patches.toml");
    let text = fs::read_to_string(path).unwrap();
    let model = take(
        &text,
        &[
            "parameter.tau=1 s",
            "neuron.tau_m== tau / 2",
            "neuron.v_th== sqrt(4)",
            "seed== 2 * 3",
        ],
    );
    let model = model.unwrap_or_else(|error| panic!("{error}"));
    let model = model.sleep_replay().unwrap();
    assert_eq!(model.neuron.layers[0]["tau_m"], 500.0);
    assert_eq!(model.neuron.layers[0]["v_th"], 2.0);
    assert_eq!(model.seed, 6);
}

#[test]
fn a_resolved_network_reads_back_as_itself() {
    let rich = [
        "projection.e_all.weight={ distribution = 'log_normal', mean = '0.1 mV', sd = '0.05 mV', high = '1 mV' }",
        "projection.e_all.axonal_delay={ distribution = 'normal', mean = '1.5 ms', sd = '0.7 ms', low = '0.1 ms' }",
        "projection.i_all.axonal_delay=0 ms",
        "projection.i_all.dendritic_delay={ distribution = 'uniform', low = '0.5 ms', high = '1 ms' }",
        "population.i.initial={}",
        "record.rates=off",
        "figure.raster.neurons=50",
        "engine.lanes=3",
        "guard={ max_rate = 'off', min_rate = '0.5 Hz', window = '0.3 s' }",
        "checkpoint.every=1.5 ms",
        "record.spikes=['e', { population = 'i', neurons = [7, 3] }]",
        "record.states=[{ population = 'i', first = 3, variables = ['v_m'], every = '0.1 ms' }]",
        "projection.dense={ source = 'e', target = 'i', rule = 'weights', file = '/x/w.npz', layer = 1, gain = '1 mV', \
         axonal_delay = '0 ms' }",
        "record.weights={ projection = 'dense', at = ['1 s', '0 s', '0.5 ms'] }",
        "stimulus.given={ kind = 'spikes', target = 'i', file = 'a \"b\".h5', population = 'p', weight = '= j', from = '1 s' }",
        "stimulus.table={ kind = 'spikes', target = 'e', file = '/x/r.csv', weight = '-1 uV' }",
    ];
    for sets in [&[][..], &rich] {
        let model = take(&brunel(), sets).unwrap_or_else(|error| panic!("{error}"));
        let text = model.resolved();
        assert!(!text.contains("= \"="), "{text}");
        assert_eq!(take(&text, &[]), Ok(model), "{text}");
    }
}

#[test]
fn chains_are_followed_and_bounded() {
    let chain = |n: usize| {
        let mut text = String::from("schema = 1\nexperiment = \"network\"\nduration = \"1 s\"\n");
        text +=
            "[population.p0]\nneuron = \"lif\"\nsize = 5\ntau_m = \"20 ms\"\nv_th = \"20 mV\"\n";
        for i in 1..n {
            text += &format!("[population.p{i}]\nlike = \"p{}\"\n", i - 1);
        }
        text
    };
    let model = network(&chain(16), &[]);
    assert!(
        model
            .network
            .populations
            .iter()
            .all(|population| population.size == 5)
    );
    let error = take(&chain(17), &[]).unwrap_err();
    assert!(
        error.contains("more than 16 tables copy one another in a chain"),
        "{error}"
    );
}

#[test]
fn thousands_of_parameters_in_a_chain_are_computed() {
    let mut text = brunel();
    let n = 20_000;
    let mut chain = format!("a{n} = 1\n");
    for i in 0..n {
        chain += &format!("a{i} = \"= a{}\"\n", i + 1);
    }
    text = text.replace("\ng = 5.0 ", &format!("\n{chain}g = \"= 5 * a0\" "));
    let model = network(&text, &[]);
    assert_eq!(model.network.projections[1].weight, Some(constant(-0.5)));
    // A ring of them is one error.
    let error = take(&text, &["parameter.a20000== a0"]).unwrap_err();
    assert_eq!(error.matches("error: ").count(), 1, "{error}");
    assert!(error.contains("in a loop: `a0` -> `a1`"), "{error}");
}

/// Reads `text` and, if it is taken, what it resolves to.
fn never_panics(text: &str, sets: &[&str]) {
    match take(text, sets) {
        Ok(model) => {
            let text = model.resolved();
            assert_eq!(take(&text, &[]), Ok(model), "{text}");
        }
        Err(error) => {
            assert!(error.starts_with("error: "), "{error}");
            // The reader says this when it gives nothing and knows no reason.
            assert!(!error.contains("the model file is incomplete"), "{error}");
        }
    }
}

/// Pieces that a mutation may put anywhere.
const PIECES: [&str; 36] = [
    "",
    "\n",
    "[",
    "]",
    "{",
    "}",
    "=",
    "\"",
    ".",
    "-",
    "0",
    "1e999",
    "nan",
    "\"off\"",
    "\"\"",
    "[]",
    "{}",
    "9223372036854775807",
    "\"= n\"",
    "\"= 1e300 * j\"",
    "\"= (\"",
    "\"e\"",
    "\"= 2 ms\"",
    "µ",
    "true",
    "* ",
    "like = \"i\"\n",
    "{ distribution = \"normal\", mean = \"1 ms\", sd = \"1 ms\" }",
    "{ distribution = \"normal\", mean = \"20 mV\", sd = \"1 mV\" }",
    "{ population = \"e\", first = 10 }",
    "[{ population = \"e\", neurons = [1, 0] }, \"i\"]",
    "0.5\nstates = { population = \"i\", first = 2, variables = \"v_m\", every = \"1 ms\" }",
    "\"current\"\namplitude = \"1 pA\"\nto = \"1 s\"",
    "\"spikes\"\nfile = \"r.csv\"",
    "\"1 Hz\"\n[guard]\nmin_rate = \"10 Hz\"\n[checkpoint]\nevery = \"1 h\"",
    "{ population = \"e\", first = 4294967295 }",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn mutations_never_panic(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), 0..12usize, any::<prop::sample::Index>()), 1..4),
    ) {
        let mut chars: Vec<char> = brunel().chars().collect();
        for (at, cut, piece) in edits {
            let at = at.index(chars.len());
            let end = (at + cut).min(chars.len());
            chars.splice(at..end, PIECES[piece.index(PIECES.len())].chars());
        }
        never_panics(&chars.into_iter().collect::<String>(), &[]);
    }

    /// Replaces whole values, which reaches the checks behind the parser.
    #[test]
    fn replaced_values_never_panic(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..4),
    ) {
        let text = brunel();
        let mut lines: Vec<String> = text.lines().map(String::from).collect();
        let keys: Vec<usize> = (0..lines.len())
            .filter(|&i| lines[i].contains(" = ") && !lines[i].starts_with('#'))
            .collect();
        for (line, value) in edits {
            let line = &mut lines[keys[line.index(keys.len())]];
            let other = value.index(keys.len() + PIECES.len());
            let value = match keys.get(other) {
                Some(&i) => text.lines().nth(i).unwrap().split_once(" = ").unwrap().1,
                None => PIECES[other - keys.len()],
            };
            let key = line.split_once(" = ").unwrap().0.to_owned();
            *line = format!("{key} = {value}");
        }
        never_panics(&lines.join("\n"), &[]);
    }

    #[test]
    fn any_override_never_panics(path in proptest::sample::select(&[
        "seed", "duration", "parameter.n", "parameter.j", "parameter.new", "population.e.size", "population.i.like",
        "population.e.initial", "projection.e_all.rule", "projection.e_all.in_degree", "projection.i_all.weight",
        "projection.i_all.axonal_delay", "projection.i_all.target.0", "stimulus.external.rate", "record.rates.bin",
        "figure.raster.from", "engine.lanes", "guard.max_rate", "checkpoint.every", "record.states", "record.spikes",
        "record.weights", "record.weights.at",
        "stimulus.new", "stimulus.external.kind", "population.e.v_th",
    ][..]), value in "[ -~µ]{0,20}") {
        never_panics(&brunel(), &[&format!("{path}={value}")]);
    }
}
