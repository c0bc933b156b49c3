//! Recurrent networks from their model files to what a run leaves.

use crate::run_file::RunFile;
use crate::setup::{Place, shipped, text};

/// Brunel's network, small and short.
fn small(place: &Place, more: &str) -> String {
    place.run(&format!(
        "run {} --set parameter.n=1000 --set duration=300ms --set figure.raster.from=100ms {more}",
        shipped("brunel_balanced.toml")
    ))
}

#[test]
fn the_balanced_network_leaves_spikes_rates_and_a_raster() {
    let place = Place::new();
    let printed = small(&place, "--out r");
    assert!(printed.contains("CV of intervals"), "{printed}");
    let file = RunFile::open(&place.path("r/run.h5"));
    assert!(file.complete());
    assert_eq!(file.bouts(), ["run"]);
    let (e, i) = (file.spikes_of("e"), file.spikes_of("i"));
    assert!(
        e.len() > 1_000 && i.len() > 250,
        "{} and {}",
        e.len(),
        i.len()
    );
    assert!(
        e.iter()
            .all(|&(t, node)| (0.0..300.0).contains(&t) && node < 800)
    );
    assert_eq!(place.names("r/figures"), ["raster.png", "raster.svg"]);
    // The rates hold every spike: 300 bins of 1 ms, 800 neurons.
    let rates = place.read("r/rates.csv");
    let spikes: f64 = rates
        .lines()
        .filter_map(|line| line.split_once(",e,"))
        .map(|(_, rate)| rate.parse::<f64>().expect("a number") * 800.0 * 1e-3)
        .sum();
    assert!(
        (spikes - e.len() as f64).abs() < 1e-6,
        "{spikes} of {}",
        e.len()
    );
}

#[test]
fn threads_recorders_and_the_resolved_file_change_nothing() {
    let place = Place::new();
    small(&place, "--out one --threads 1");
    let one = RunFile::open(&place.path("one/run.h5"));
    small(
        &place,
        "--out two --threads 2 --set figure.raster.populations=[\"e\"] --set record.spikes=[\"e\"]",
    );
    let two = RunFile::open(&place.path("two/run.h5"));
    assert_eq!(two.fingerprint(), one.fingerprint());
    assert_eq!(two.populations(), ["e"]);
    assert_eq!(two.spikes_of("e"), one.spikes_of("e"));
    place.write("resolved.toml", one.resolved());
    place.run("run resolved.toml --out again");
    assert_eq!(
        RunFile::open(&place.path("again/run.h5")).fingerprint(),
        one.fingerprint()
    );
}

#[test]
fn neurons_above_threshold_fire_by_themselves() {
    let place = Place::new();
    let model = shipped("vogels_abbott_delta.toml");
    place.run(&format!("run {model} --set duration=600ms --out r"));
    let spikes = RunFile::open(&place.path("r/run.h5")).spikes_of("e");
    // Brette et al. 2007 and others report rates near 10 Hz.
    let rate = spikes.len() as f64 / 3200.0 / 0.6;
    assert!((5.0..20.0).contains(&rate), "{rate} Hz");
}

#[test]
fn networks_larger_than_the_machine_are_told_before_they_are_built() {
    let place = Place::new();
    let large = format!(
        "{} --set parameter.n=10000000",
        shipped("brunel_balanced.toml")
    );
    let checked = place.command(&format!("check {large}")).output();
    let checked = checked.expect("it starts");
    assert_eq!(checked.status.code(), Some(2));
    // A tenth of 10^7 neurons onto each of them.
    let estimate = text(&checked.stdout);
    assert!(estimate.contains("synapses         1.00e13"), "{estimate}");
    let said = place.refused(&format!("run {large} --out r"));
    assert!(said.contains("GB of memory"), "{said}");
    // What is free on the machine may have changed meanwhile.
    let needs = |said: &str| said.split(", expected").next().map(str::to_owned);
    assert_eq!(needs(&said), needs(&text(&checked.stderr)));
    let bins = "--set record.rates.bin=1e-9ms --out r";
    let said = place.refused(&format!("run {} {bins}", shipped("brunel_balanced.toml")));
    assert!(said.contains("GB of memory"), "{said}");
    assert!(!place.path("r").exists());
}

#[test]
fn impossible_networks_leave_nothing() {
    let place = Place::new();
    let model = shipped("brunel_balanced.toml");
    for (set, message) in [
        ("projection.e_all.axonal_delay=0ms", "delay"),
        ("engine.lanes=0", "lanes"),
        ("projection.e_all.in_degree=-3", "in_degree"),
    ] {
        let said = place.refused(&format!("run {model} --set {set} --out r"));
        assert!(said.contains(message), "{set}: {said}");
        assert!(!place.path("r").exists());
    }
}

#[test]
fn the_shortest_delay_may_be_any_part_of_the_longest() {
    let place = Place::new();
    let delays =
        "--set projection.e_all.axonal_delay=1e-9ms --set projection.i_all.axonal_delay=100ms";
    small(&place, &format!("{delays} --threads 1 --out one"));
    small(&place, &format!("{delays} --threads 2 --out two"));
    let [one, two] = ["one", "two"].map(|run| RunFile::open(&place.path(&format!("{run}/run.h5"))));
    assert!(one.complete());
    assert_eq!(one.fingerprint(), two.fingerprint());
}

#[test]
fn the_raster_counts_from_the_start_of_the_run() {
    let place = Place::new();
    small(&place, "--set figure.raster.to=140ms --out r");
    let svg = place.read("r/figures/raster.svg");
    // 40 ms in 200 bins.
    for text in [">0.100<", ">0.140<", "bins of 0.2 ms"] {
        assert!(svg.contains(text), "the figure says {text}");
    }
}

#[test]
fn thousands_of_threads_are_refused() {
    let place = Place::new();
    let model = shipped("brunel_balanced.toml");
    let said = place.refused(&format!("run {model} --threads 100000 --out r"));
    assert!(said.contains("at most 1024"), "{said}");
}

#[test]
fn a_data_set_is_refused() {
    let place = Place::new();
    let model = shipped("brunel_balanced.toml");
    let said = place.refused(&format!("run {model} --data . --out r"));
    assert!(said.contains("`--data`"), "{said}");
    assert!(!place.path("r").exists());
}

#[test]
fn seeds_of_a_network_are_runs_of_their_own_and_the_table_is_their_mean() {
    let place = Place::new();
    let printed = small(
        &place,
        "--seeds 3 --keep-seeds --threads 2 --json --out three",
    );
    let printed: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!(
        place.names("three"),
        [
            "figures",
            "rates.csv",
            "report.html",
            "run-seed-2.h5",
            "run-seed-3.h5",
            "run.h5"
        ]
    );
    let table = RunFile::open(&place.path("three/run.h5")).fingerprints();
    let mut rates = Vec::new();
    let mut bins: Vec<Vec<f64>> = Vec::new();
    for (index, seed) in (1..=3).enumerate() {
        let out = format!("s{seed}");
        let alone = small(&place, &format!("--seed {seed} --json --out {out}"));
        let alone: serde_json::Value = serde_json::from_str(&alone).expect("JSON");
        let row = &alone["summary"]["populations"][0];
        rates.push(row["rate_hz"].as_f64().expect("a rate"));
        assert!(row.get("rate_sd_hz").is_none());
        let kept = match seed {
            1 => "three/run.h5".to_owned(),
            _ => format!("three/run-seed-{seed}.h5"),
        };
        let [kept, alone] =
            [kept, format!("{out}/run.h5")].map(|name| RunFile::open(&place.path(&name)));
        assert_eq!(kept.spikes(), alone.spikes());
        assert_eq!(kept.resolved(), alone.resolved());
        assert_eq!(table[index], (seed, alone.fingerprint()));
        let text = place.read(&format!("{out}/rates.csv"));
        let rates = text.lines().skip(1);
        let rates = rates.map(|line| {
            line.rsplit(',')
                .next()
                .expect("a rate")
                .parse()
                .expect("it")
        });
        bins.push(rates.collect());
    }
    let row = &printed["summary"]["populations"][0];
    let mean = rates.iter().sum::<f64>() / 3.0;
    let sd = (rates.iter().map(|rate| (rate - mean).powi(2)).sum::<f64>() / 2.0).sqrt();
    assert!(sd > 0.0);
    assert!((row["rate_hz"].as_f64().expect("a mean") - mean).abs() < 1e-9);
    assert!((row["rate_sd_hz"].as_f64().expect("an SD") - sd).abs() < 1e-9);
    let text = place.read("three/rates.csv");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("time_ms,population,rate_hz,rate_sd_hz"));
    let lines: Vec<&str> = lines.collect();
    assert!(!lines.is_empty() && lines.len() == bins[0].len());
    for (k, line) in lines.into_iter().enumerate() {
        let fields: Vec<&str> = line.split(',').collect();
        let [mean, sd] = [2, 3].map(|at| fields[at].parse::<f64>().expect("a number"));
        let sample = [0, 1, 2].map(|seed: usize| bins[seed][k]);
        let expected = sample.iter().sum::<f64>() / 3.0;
        let spread = sample
            .iter()
            .map(|rate| (rate - expected).powi(2))
            .sum::<f64>()
            / 2.0;
        assert!(
            (mean - expected).abs() < 1e-9 && (sd - spread.sqrt()).abs() < 1e-9,
            "{line}"
        );
    }
    // Without the option the first alone leaves a file.
    small(&place, "--seeds 3 --out first");
    assert_eq!(
        place.names("first"),
        ["figures", "rates.csv", "report.html", "run.h5"]
    );
    let first = RunFile::open(&place.path("first/run.h5"));
    assert_eq!(first.fingerprints(), table);
    assert!(first.resolved().contains("seeds = 3"));
}

/// Brunel 2000, Fig. 8: published 60.7, 37.7 and 5.5 Hz for the last three; in the first, neurons fire together and
/// regularly near saturation (t_ref 2 ms).
#[test]
fn the_four_states_of_the_balanced_network() {
    let place = Place::new();
    let model = shipped("brunel_balanced.toml");
    let states = [
        ("SR", 3.0, 2.0, 250.0..450.0, 0.0..0.1),
        ("SI, fast", 6.0, 4.0, 50.0..75.0, 0.8..1.5),
        ("AI", 5.0, 2.0, 34.0..44.0, 0.2..0.7),
        ("SI, slow", 4.5, 0.9, 3.0..9.0, 0.3..1.0),
    ];
    for (at, (state, g, eta, rate_hz, cv)) in states.into_iter().enumerate() {
        let printed = place.run(&format!(
            "run {model} --json --quiet --set parameter.g={g} --set parameter.eta={eta} --set duration=500ms \
             --set figure.raster.from=400ms --out r{at}"
        ));
        let printed: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
        let row = &printed["summary"]["populations"][0];
        let of = |key: &str| row[key].as_f64().expect("a number");
        assert!(rate_hz.contains(&of("rate_hz")), "{state}: {row}");
        assert!(cv.contains(&of("interval_cv")), "{state}: {row}");
    }
}

/// Rates of Potjans and Diesmann 2014, simulated at full scale. Scaling keeps mean and variance of the input and no more:
/// a tenth of the network fires less, l23e most, and does so in NEST too (`benches/peers`).
#[test]
fn a_tenth_of_the_cortical_microcircuit_fires_like_the_whole() {
    let place = Place::new();
    let printed = place.run(&format!(
        "run {} --json --quiet --set parameter.scale=0.1 --set duration=1s --out r",
        shipped("cortical_microcircuit.toml")
    ));
    let printed: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
    let published = [0.90, 2.97, 4.41, 5.88, 7.61, 8.65, 1.11, 7.83];
    let rows = printed["summary"]["populations"].as_array();
    let rows = rows.expect("one row per population");
    assert_eq!(rows.len(), published.len());
    for (row, published) in rows.iter().zip(published) {
        let of = |key: &str| row[key].as_f64().expect("a number");
        let ratio = of("rate_hz") / published;
        assert!((0.4..1.2).contains(&ratio), "{row}: {ratio} of {published}");
        assert!((0.5..1.2).contains(&of("interval_cv")), "irregular: {row}");
    }
}

/// Four neurons of which the first fires by itself, and a file of synapses.
const CHAIN: &str = r#"
schema = 1
experiment = "network"
duration = "100 ms"

[population.first]
neuron = "lif"
size = 1
tau_m = "10 ms"
e_l = "30 mV"
v_th = "20 mV"
v_reset = "0 mV"

[population.rest]
neuron = "lif"
size = 3
tau_m = "10 ms"
v_th = "20 mV"

[projection.onto_rest]
source = "first"
target = "rest"
rule = "from_file"
file = "edges.csv"

[record]
spikes = ["first", "rest"]
"#;

#[test]
fn synapses_of_a_file_carry_spikes_with_its_weights_and_delays() {
    let place = Place::with_model(CHAIN);
    // The second neuron is left out, the third is hit twice at once, by half of what it takes each time.
    place.write(
        "edges.csv",
        "source,target,weight,delay_ms\n0,0,25,1.5\n0,2,12.5,3\n0,2,12.5,3\n",
    );
    place.run("run model.toml --out r");
    let file = RunFile::open(&place.path("r/run.h5"));
    let (first, rest) = (file.spikes_of("first"), file.spikes_of("rest"));
    assert!(first.len() > 5);
    let mut expected: Vec<(f64, u64)> = Vec::new();
    for &(t, _) in &first {
        expected.push((t + 1.5, 0));
        expected.push((t + 3.0, 2));
    }
    expected.retain(|&(t, _)| t < 100.0);
    assert_eq!(rest.len(), expected.len());
    for (found, expected) in rest.iter().zip(&expected) {
        assert!((found.0 - expected.0).abs() < 1e-9 && found.1 == expected.1);
    }
    // The key stands in place of the column.
    place.run("run model.toml --out s --set projection.onto_rest.axonal_delay=2ms");
    let delayed = RunFile::open(&place.path("s/run.h5")).spikes_of("rest");
    assert!((delayed[0].0 - first[0].0 - 2.0).abs() < 1e-9);
    assert!((delayed[1].0 - first[0].0 - 2.0).abs() < 1e-9);
}

/// A relay that fires once, onto three neurons that fire at the first arrival.
const GIVEN: &str = r#"
    schema = 1
    experiment = "network"
    duration = "20 ms"
    [population.src]
    neuron = "relay"
    size = 1
    [population.n]
    neuron = "lif"
    size = 3
    tau_m = "20 ms"
    v_th = "1 mV"
    [projection.p]
    source = "src"
    target = "n"
    rule = "from_file"
    file = "edges.csv"
    [stimulus.s]
    kind = "spikes"
    target = "src"
    weight = 1
    file = "in.csv"
    [record]
    spikes = ["n"]
"#;

#[test]
fn given_delays_differ_and_stay_as_they_are() {
    let place = Place::with_model(GIVEN);
    place.write("in.csv", "node_id,timestamp_ms\n0,1\n");
    let times = |name: &str, delays: [f64; 3], more: &str| {
        let [a, b, c] = delays;
        let table = format!("source,target,weight,delay_ms\n0,0,5,{a}\n0,1,5,{b}\n0,2,5,{c}\n");
        place.write("edges.csv", &table);
        place.run(&format!("run model.toml --out {name} {more}"));
        let mut spikes = RunFile::open(&place.path(&format!("{name}/run.h5"))).spikes_of("n");
        spikes.sort_by_key(|&(_, neuron)| neuron);
        spikes.into_iter().map(|(t, _)| t).collect::<Vec<f64>>()
    };
    let exact = times("a", [1.2345, 2.3456, 0.7812], "");
    assert_eq!(exact, [2.2345, 3.3456, 1.7812]);
    // The grid of drawn delays bounds them in neither direction.
    let fine = "--set projection.p.delay_resolution=0.0001ms";
    assert_eq!(
        times("b", [0.000_02, 7.0, 12.5], fine),
        [1.000_02, 8.0, 13.5]
    );
}

#[test]
fn noise_may_reach_some_kinds_of_neurons_and_not_others() {
    let place = Place::with_model(
        r#"
            schema = 1
            experiment = "network"
            duration = "1 s"
            [population.driven]
            neuron = "relay"
            size = 2
            [population.alone]
            neuron = "poisson"
            size = 3
            rate = "50 Hz"
            [stimulus.noise]
            kind = "poisson"
            target = "driven"
            rate = "100 Hz"
            weight = 1.0
            [record]
            spikes = ["driven", "alone"]
        "#,
    );
    place.run("run model.toml --out r");
    let file = RunFile::open(&place.path("r/run.h5"));
    // 200 expected, standard deviation 14.
    assert!((130..270).contains(&file.spikes_of("driven").len()));
    place.run("run model.toml --set stimulus.noise.rate=0Hz --out silent");
    let file = RunFile::open(&place.path("silent/run.h5"));
    assert_eq!(file.spikes_of("driven").len(), 0);
}
