//! Nights that dream: the shipped protocols cut short, on any number of threads, stopped and gone on with.

use ndarray::Array1;
use sharpwave::record::weight_file;

use super::run_file::RunFile;
use super::setup::{Place, shipped};

/// A few seconds of it.
fn command(name: &str, out: &str) -> String {
    let less = "--set seeds=2 --set data.train_per_task=60 --set mlp.layers=[784,80,60,10] --set mlp.training.epochs=2 --set \
                night.dreams=8";
    // A store is not read.
    let less = match name.starts_with("store") {
        true => less.to_owned(),
        false => format!("{less} --set night.capture_events=40"),
    };
    format!("--quiet run {} {less} --out {out}", shipped(name))
}

/// Everything that a run leaves.
fn left(place: &Place, out: &str) -> Vec<String> {
    let names = [
        "accuracy.csv",
        "confusion.csv",
        "figures",
        "report.html",
        "run.h5",
    ];
    assert_eq!(place.names(out), names, "{out}");
    let file = RunFile::open(&place.path(&format!("{out}/run.h5")));
    assert!(file.complete());
    vec![
        format!("{:?}", file.fingerprints()),
        format!("{:?}", file.weights()),
        format!("{:?}", file.accuracy()),
        place.read(&format!("{out}/accuracy.csv")),
        place.read(&format!("{out}/figures/dreams.svg")),
        place.read(&format!("{out}/figures/accuracy.svg")),
    ]
}

#[test]
fn threads_do_not_matter_and_a_run_goes_on_where_it_stopped() {
    for name in ["night_digits.toml", "store_digits.toml"] {
        let place = Place::new();
        let printed = place.run(&format!("{} --threads 1", command(name, "one")));
        let whole = left(&place, "one");
        place.run(&format!("{} --threads 2", command(name, "two")));
        assert!(left(&place, "two") == whole, "{name}: on two threads");

        let file = RunFile::open(&place.path("one/run.h5"));
        let fingerprints = file.fingerprints();
        assert_ne!(fingerprints[0].1, fingerprints[1].1, "seeds differ");
        let weights = file.weights();
        assert!(
            weights.iter().skip(2).all(|one| *one != weights[0]),
            "they learn"
        );
        for yardstick in [
            "joint",
            "quadratic discriminant",
            "nearest class mean",
            "tier",
        ] {
            assert!(printed.contains(yardstick), "{printed}");
        }
        // Whatever is learnt, any of ten outputs may be the highest.
        let fewer = "--set data.tasks=[[0,1],[2,3]] --set seeds=1";
        place.run(&format!("{} {fewer}", command(name, "fewer")));
        let figure = place.read("fewer/figures/accuracy.svg");
        let (_, behind) = figure.split_once(">chance<").expect("a line for chance");
        let score = behind.lines().nth(1).unwrap_or_default();
        assert!(score.contains(">10 %<"), "{name}: {score}");
        let pieces = place.run_cut(&command(name, "cut"), "cut");
        assert!(pieces > 0, "{name}: it was never cut");
        assert!(left(&place, "cut") == whole, "{name}: cut {pieces} times");
    }
}

#[test]
fn one_key_takes_a_part_away() {
    let place = Place::new();
    let base = command("night_digits.toml", "base").replace("seeds=2", "seeds=1");
    let base = format!("{base} --set compare.models=[]");
    place.run(&base);
    let of = |out: &str| place.read(&format!("{out}/accuracy.csv"));
    for (k, key) in [
        "night.capture=false --set night.capture_events=500 --set night.output_spikes=5",
        "night.decay=false",
        "night.mean=\"all\"",
        "night.after=\"last_task\"",
    ]
    .iter()
    .enumerate()
    {
        let out = format!("less{k}");
        place.run(&format!(
            "{} --set {key}",
            base.replace("--out base", &format!("--out {out}"))
        ));
        assert_ne!(of(&out), of("base"), "{key}");
    }
    let store = command("store_digits.toml", "store").replace("seeds=2", "seeds=1");
    let store = format!("{store} --set compare.models=[]");
    place.run(&store);
    let less = store.replace("--out store", "--out even");
    place.run(&format!("{less} --set night.gain_control=false"));
    assert_ne!(of("even"), of("store"));
}

/// What is dreamt is told from what classes look like, and what reads weights from sleep.
#[test]
fn dreams_and_class_means_lie_apart() {
    let place = Place::new();
    let store = command("store_digits.toml", "store").replace("seeds=2", "seeds=1");
    place.run(&format!("{store} --set compare.models=[]"));
    let file = RunFile::open(&place.path("store/run.h5"));
    let (dreams, means) = (file.weights_of("dreams"), file.weights_of("class_means"));
    assert_eq!((dreams.len(), means.len()), (1, 1));
    assert_eq!(means[0].0, "class means");
    // One sleep, after the last of five days, has one name.
    assert_eq!(dreams[0].0, "after sleep 1");
    let bouts = file.bouts();
    assert!(bouts.contains(&"sleep 1.1".to_owned()), "{bouts:?}");
    assert!(
        bouts.contains(&"test after sleep 1".to_owned()),
        "{bouts:?}"
    );
    assert!(place.read("store/accuracy.csv").contains(",sleep 1,"));
    // Dreams vary, and are cut where no light is.
    assert_ne!(dreams[0].1, means[0].1);
    assert!(!place.read("store/figures/dreams.svg").contains("cos 1.00"));
    let read = command("night_digits.toml", "read").replace("seeds=2", "seeds=1");
    place.run(&format!("{read} --set compare.models=[]"));
    let rates = |kind: &str| {
        let said = place.run(&format!("analyse read/run.h5 rate --bout {kind}"));
        let table = said.lines().filter(|line| !line.starts_with("Written"));
        table.collect::<Vec<_>>().join("\n")
    };
    assert_ne!(rates("capture"), rates("sleep"));
    let page = place.read("read/report.html");
    assert!(!page.contains(">class_means<") && !page.contains(">dreams<"));
    place.run("export read/run.h5 --projection dreams --out dreams.npz");
    let said = place.refused("export read/run.h5 --projection input_hidden1 --out no.npz");
    assert!(said.contains("of a night there are"), "{said}");
}

/// Noise on training images reaches the store, and so what is told from it.
#[test]
fn noise_on_training_images_reaches_a_store() {
    let place = Place::new();
    let base = command("store_digits.toml", "base").replace("seeds=2", "seeds=1");
    let base = format!("{base} --set compare.models=['nearest_mean']");
    place.run(&base);
    let noisy = base.replace("--out base", "--out noisy");
    place.run(&format!("{noisy} --set data.train_noise=0.5"));
    let of = |out: &str, network: &str| -> Vec<String> {
        let table = place.read(&format!("{out}/accuracy.csv"));
        let rows = table.lines().filter(|row| row.contains(network));
        rows.map(str::to_owned).collect()
    };
    for network in ["sleep", "nearest_mean"] {
        assert_ne!(of("base", network), of("noisy", network), "{network}");
    }
}

/// Between the two patterns of a task lies the mean image that they were read about.
#[test]
fn nights_after_the_first_move_the_mean_of_all_images() {
    let place = Place::new();
    let base = command("night_digits.toml", "base").replace("seeds=2", "seeds=1");
    // So little contrast that no pixel is cut.
    let base =
        format!("{base} --set compare.models=[] --set night.mean='all' --set night.contrast=0.001");
    place.run(&base);
    place.run(&format!(
        "{} --set night.shift=0.5",
        base.replace("--out base", "--out moved")
    ));
    let middle = |out: &str, night: usize| -> Array1<f32> {
        let file = RunFile::open(&place.path(&format!("{out}/run.h5")));
        let (label, dreams) = file.weights_of("dreams").swap_remove(night);
        assert_eq!(label, format!("after sleep {}", night + 1));
        (&dreams.row(2 * night) + &dreams.row(2 * night + 1)) / 2.0
    };
    assert_eq!(middle("base", 0), middle("moved", 0));
    for night in 1..5 {
        let by = middle("moved", night) - middle("base", night);
        let length = by.mapv(|x| x * x).sum().sqrt();
        // Pixels that nothing lit stay dark where they would be moved below 0.
        let most = 0.5 * night as f32 / (night + 1) as f32;
        assert!(
            (0.5 * most..1.01 * most).contains(&length),
            "{night}: {length}"
        );
    }
}

#[test]
fn mistakes_are_told() {
    let place = Place::new();
    let model = shipped("night_digits.toml");
    let said = place.refused(&format!("run {model} --set data.validation=100"));
    assert!(said.contains("expected the 1000 asked for"), "{said}");
    // Also before a run.
    let said = place.refused(&format!("check {model} --set data.validation=100"));
    assert!(said.contains("expected the 1000 asked for"), "{said}");
    let said = place.refused(&format!(
        "check {model} --data nowhere --set data.source=nowhere"
    ));
    assert!(said.contains("nowhere"), "{said}");
    let said = place.refused(&format!("check {model} --set night.captur=false"));
    assert!(said.contains("did you mean `capture`?"), "{said}");
    let said = place.refused(&format!("check {model} --set night.eta=[]"));
    assert!(said.contains("at least one learning rate"), "{said}");
    let said = place.refused(&format!("check {model} --set night.shift=1"));
    assert!(said.contains("expected 0 where `mean` is"), "{said}");
    let said = place.refused(&format!("check {model} --set mlp.bias=true"));
    assert!(said.contains("weights alone"), "{said}");
    // Neurons that the day leaves silent.
    let silent = command("night_digits.toml", "silent");
    let said = place.refused(&format!(
        "{silent} --set night.decay=false --set mlp.init=0.000001"
    ));
    assert!(said.contains("[night]"), "{said}");
    let said = place.refused(&format!("check {model} --set compare.models=['lineer']"));
    assert!(said.contains("did you mean `linear`?"), "{said}");
    let said = place.refused(&format!("check {model} --set record.spikes=['hidden3']"));
    assert!(said.contains("`record.spikes` names `hidden3`"), "{said}");
    let printed = place.run(&format!("check {model}"));
    assert!(printed.contains("in the last night"), "{printed}");
    assert!(printed.contains("validation = 0"), "{printed}");
}

/// The network after the last night: its output layer is the last that was recorded.
#[test]
fn the_network_that_nights_leave_can_be_taken_away() {
    let place = Place::new();
    let more = "--set output.weights=[\"npz\"] --set output.figures=false --set seeds=1";
    place.run(&format!("{} {more}", command("night_digits.toml", "n")));
    assert_eq!(
        place.names("n"),
        [
            "accuracy.csv",
            "confusion.csv",
            "report.html",
            "run.h5",
            "weights.npz"
        ]
    );
    let read = weight_file::read(&place.path("n/weights.npz")).expect("weights");
    let last = read.tensors.last().expect("layers");
    assert_eq!(last.shape, [10, 60]);
    let file = hdf5::File::open(place.path("n/run.h5")).expect("a run");
    let values = file.dataset("weights/hidden2_output/values").expect("them");
    let values = values.read_dyn::<f32>().expect("numbers");
    let recorded = values.len() / last.values.len();
    let recorded: Vec<f32> = values
        .iter()
        .copied()
        .skip((recorded - 1) * last.values.len())
        .collect();
    assert_eq!(last.values, recorded);
}
