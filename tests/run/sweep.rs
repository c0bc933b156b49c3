//! Sweeps: rows that outlast every end, one table, the best chosen on validation and tested once.

use super::setup::{Place, SMALL, said, shipped, text};

/// Four points with two seeds, in two seconds or so.
const POINTS: &str = "sweep model.toml mlp.training.epochs=1,2 sleep.duration=0.1:0.2s:2 --set data.validation=50 --set \
                      data.train_per_task=50 --set compare.models=['sequential']";

fn table(place: &Place, out: &str) -> Vec<Vec<String>> {
    let text = place.read(&format!("{out}/table.csv"));
    let lines = text.lines();
    lines
        .map(|line| line.split(',').map(str::to_owned).collect())
        .collect()
}

#[test]
fn a_grid_becomes_a_table_and_its_best_is_tested_once_with_other_seeds() {
    let place = Place::with_model(SMALL);
    let printed = place.run(&format!("--quiet {POINTS} --out s"));
    let rows = table(&place, "s");
    assert_eq!(
        rows[0].join(","),
        "mlp.training.epochs,sleep.duration,seed,images,sleep,before_sleep,sequential,fingerprint,run,error"
    );
    assert_eq!(rows.len(), 1 + 8);
    let points: Vec<String> = rows[1..].iter().map(|row| row[..4].join(" ")).collect();
    assert_eq!(points[0], "1 0.1 s 5 validation");
    assert_eq!(points[1], "1 0.1 s 6 validation");
    assert_eq!(points[7], "2 0.2 s 6 validation");
    // Whoever runs a point by itself has the same.
    place.run(
        "--quiet run model.toml --set data.validation=50 --set data.train_per_task=50 --set mlp.training.epochs=2 --set \
         sleep.duration=100ms --seed 6 --seeds 1 --set compare.models=['sequential'] --out alone",
    );
    let alone = place.read("alone/accuracy.csv");
    let last = alone
        .lines()
        .rfind(|line| line.starts_with("6,sleep,sleep 2,1,-1"));
    let validation = last
        .and_then(|line| line.rsplit(',').next())
        .expect("a score");
    let row = rows.iter().find(|row| row[..3].join(" ") == "2 0.1 s 6");
    assert_eq!(row.expect("a row")[4], validation);

    // The best mean on validation, and test accuracies nowhere but in its run.
    let mean = |k: usize| -> f64 {
        let pair = rows[1 + 2 * k..][..2].iter();
        pair.map(|row| row[4].parse::<f64>().expect("a share"))
            .sum()
    };
    let best = (0..4).rev().max_by(|&a, &b| mean(a).total_cmp(&mean(b)));
    let best = &rows[1 + 2 * best.expect("points")];
    let told = format!(
        "The best on validation, mlp.training.epochs = {}, sleep.duration = {}, on test images, with seeds that the sweep has not \
         seen (7, 8):",
        best[0], best[1]
    );
    assert!(printed.contains(&told), "{told}\n{printed}");
    let of_best = place.read("s/best/accuracy.csv");
    assert!(
        of_best
            .lines()
            .skip(1)
            .all(|line| line.starts_with("7,") || line.starts_with("8,"))
    );
    assert_eq!(
        place.names("s"),
        ["best", "best.json", "shards", "sweep.json", "table.csv"]
    );

    // Once more: nothing runs again, and it says the same.
    let before = place.read("s/shards/1-of-1/rows.jsonl");
    std::fs::remove_dir_all(place.path("s/best")).expect("removed");
    let again = place.run(&format!("--quiet {POINTS} --out s"));
    assert_eq!(again, printed);
    assert_eq!(place.read("s/shards/1-of-1/rows.jsonl"), before);
    assert!(!place.path("s/best").exists());
}

#[test]
fn stopped_in_pieces_and_shards_it_comes_to_the_same_table() {
    let place = Place::with_model(SMALL);
    place.run(&format!("--quiet {POINTS} --out whole --threads 1"));
    let mut wall_ms = 60.0;
    let mut stops = 0;
    loop {
        let command = format!("{POINTS} --out pieces --max-wall {wall_ms:.0}ms");
        let output = place.command(&command).output().expect("it starts");
        match output.status.code() {
            Some(0) => break,
            code => assert_eq!(code, Some(3), "{}", said(&output)),
        }
        let said = text(&output.stderr);
        assert!(said.contains("with `--out pieces` goes on"), "{said}");
        stops += 1;
        wall_ms *= 1.2;
    }
    assert!(stops > 1, "{stops}");
    let whole = place.read("whole/table.csv");
    assert_eq!(place.read("pieces/table.csv"), whole);
    assert!(!place.path("pieces/runs").exists());

    for shard in ["3/3", "1/3"] {
        let printed = place.run(&format!("--quiet {POINTS} --out shards --shard {shard}"));
        assert!(printed.contains("of 8 runs are done"), "{printed}");
        assert!(!place.path("shards/table.csv").exists());
    }
    let last = place.run(&format!("--quiet {POINTS} --out shards --shard 2/3"));
    assert!(
        last.contains("highest first") && !last.contains("on test images"),
        "{last}"
    );
    assert_eq!(place.read("shards/table.csv"), whole);
    let all = place.run(&format!("--quiet {POINTS} --out shards"));
    assert!(all.contains("on test images"), "{all}");
    assert_eq!(
        place.names("shards/shards"),
        ["1-of-1", "1-of-3", "2-of-3", "3-of-3"]
    );
    assert_eq!(place.read("shards/shards/1-of-1/rows.jsonl"), "");
}

#[test]
fn test_images_are_chosen_on_by_word_alone() {
    let place = Place::with_model(SMALL);
    let less = "--set data.train_per_task=20 --set compare.models=[] --seeds 1";
    let bare = format!("sweep model.toml mlp.training.epochs=1,2 {less}");
    let said = place.refused(&format!("{bare} --out s"));
    assert!(
        said.contains("`data.validation` is 0, expected images to choose on"),
        "{said}"
    );
    assert!(
        said.contains("`--on test` chooses on test images"),
        "{said}"
    );
    assert!(!place.path("s").exists());
    let printed = place.run(&format!("--quiet {bare} --on test --out s"));
    assert!(printed.contains("Chosen on test images"), "{printed}");
    let rows = table(&place, "s");
    assert!(rows[1..].iter().all(|row| row[2] == "test"), "{rows:?}");
    let said = place.refused(&format!("{bare} --set data.validation=50 --out s"));
    assert!(
        said.contains("accuracies on test, found validation"),
        "{said}"
    );
}

#[test]
fn more_points_go_on_and_another_model_does_not() {
    let place = Place::with_model(SMALL);
    let less = "--set data.train_per_task=20 --set data.validation=20 --set compare.models=[] --seeds 1 --set sleep.duration=50ms";
    let draw = |n: u32| {
        format!(
            "--quiet sweep model.toml sleep.input.max_rate=100:200Hz --random {n} {less} --out s"
        )
    };
    place.run(&draw(2));
    let two = table(&place, "s");
    place.run(&draw(3));
    let three = table(&place, "s");
    assert_eq!(two[..], three[..3]);
    assert_eq!(place.read("s/shards/1-of-1/rows.jsonl").lines().count(), 3);
    let said = place.refused(&draw(3).replace("50ms", "60ms"));
    assert!(
        said.contains("this sweep was begun with a model that has `duration = [\"50 ms\", \"50 ms\"]` [sleep], found `duration = [\"60 ms\", \"60 ms\"]` [sleep]"),
        "{said}"
    );
    let said = place.refused(&draw(3).replace("--random", "plasticity.increment=0.01 --random"));
    assert!(
        said.contains("the keys `sleep.input.max_rate`, found"),
        "{said}"
    );
}

#[test]
fn networks_are_swept_by_their_rates() {
    let place = Place::new();
    let model = shipped("brunel_balanced.toml");
    let less =
        "--set parameter.scale=0.05 --set duration=200ms --set figure.raster.from=0ms --seeds 2";
    let has_scale = std::fs::read_to_string(&model)
        .expect("a model")
        .contains("scale");
    let less = if has_scale {
        less.to_owned()
    } else {
        less.replace("--set parameter.scale=0.05 ", "")
    };
    let command = format!("sweep {model} parameter.g=3,5 {less}");
    let printed = place.run(&format!(
        "--quiet {command} --measure e_hz --lowest --out s"
    ));
    assert!(printed.contains("`e_hz`, lowest first"), "{printed}");
    let rows = table(&place, "s");
    assert!(rows[0].contains(&"e_hz".to_owned()), "{:?}", rows[0]);
    assert!(!rows[0].contains(&"images".to_owned()));
    let said = place.refused(&format!("{command} --measure ee_hz --out t"));
    assert!(said.contains("did you mean `e_hz`?"), "{said}");
    let said = place.refused(&format!("{command} --on test --out t"));
    assert!(said.contains("has no accuracies of images"), "{said}");
}

#[test]
fn slips_are_told_before_anything_runs() {
    let place = Place::with_model(SMALL);
    let refused = |rest: &str| {
        place.refused(&format!(
            "sweep model.toml --set data.validation=50 --out s {rest}"
        ))
    };
    let said = refused("mlp.training.epoch=1,2");
    assert!(
        said.contains("did you mean `epochs`?") && said.contains("at the point"),
        "{said}"
    );
    assert!(refused("sleep.duration=1:2s").contains("`sleep.duration=1:2s:5` takes five"));
    assert!(refused("seed=1,2").contains("`--seeds` how many"));
    assert!(refused("mlp.training.epochs").contains("expected KEY=VALUES"));
    assert!(refused("mlp.training.epochs=1 --measure sleeep").contains("did you mean `sleep`?"));
    assert!(refused("mlp.training.epochs=1 --shard 4/3").contains("such as 3/16"));
    assert!(!place.path("s").exists());
}

#[test]
fn a_run_that_fails_is_a_row_with_its_error() {
    let place = Place::with_model(SMALL);
    let command = "--quiet sweep model.toml mlp.init=0.01,1e30 --set data.train_per_task=20 --set \
                   data.validation=20 --set compare.models=[] --seeds 1 --out s";
    let output = place.command(command).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let stderr = text(&output.stderr);
    assert!(stderr.contains("1 of 2 runs failed"), "{stderr}");
    let printed = text(&output.stdout);
    assert!(
        printed.contains("1e30") && printed.contains("failed"),
        "{printed}"
    );
    assert!(place.read("s/table.csv").contains("training diverged"));
    assert!(
        printed.contains("The best on validation, mlp.init = 0.01"),
        "{printed}"
    );
}

#[test]
fn other_data_and_what_is_wrong_with_data_are_told_before_anything_is_written() {
    let place = Place::with_model(SMALL);
    let few =
        "--quiet sweep model.toml mlp.training.epochs=1 --set data.validation=950 --seeds 1 --out";
    let said = place.refused(&format!("{few} few"));
    assert!(
        said.contains("help: `train_per_task` takes at most 50 here"),
        "{said}"
    );
    assert!(!place.path("few").exists());
    place.run(&format!("{few} few --set data.train_per_task=50"));

    let said = place.refused(&format!("{few} twice --set mlp.training.epochs=2"));
    assert!(
        said.contains("`mlp.training.epochs` cannot be swept: `--set` gives it one value"),
        "{said}"
    );

    // Other questions have no best answer.
    let exam = "--quiet sweep model.toml data.test_noise=0,0.5 --set data.validation=50 --set data.train_per_task=50 --seeds 1 --out";
    let printed = place.run(&format!("{exam} exam"));
    assert!(printed.contains("No point is the best"), "{printed}");
    let printed = place.run(&format!("--json {exam} exam"));
    let document: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
    let why = document["unchosen"].as_str().expect("a reason");
    assert!(
        why.starts_with("No point is the best: other values of `data.test_noise`"),
        "{why}"
    );
    assert_eq!(place.names("exam"), ["shards", "sweep.json", "table.csv"]);
    let said = place.refused("resume exam");
    assert!(
        said.contains("found a sweep, expected the folder of a run"),
        "{said}"
    );
}

#[test]
fn a_sweep_does_not_go_on_with_other_data() {
    let place = Place::new();
    let idx = |sizes: &[u32], bytes: Vec<u8>| {
        let mut file = vec![0, 0, 8, sizes.len() as u8];
        file.extend(sizes.iter().flat_map(|n| n.to_be_bytes()));
        file.extend(bytes);
        file
    };
    let pixels = |n: u32| {
        (0..n * 16)
            .map(|k| (k * 37 % 251) as u8)
            .collect::<Vec<u8>>()
    };
    let labels = |n: u32| (0..n).map(|k| (k % 4) as u8).collect::<Vec<u8>>();
    for (name, n) in [("train", 80), ("test", 20)] {
        place.write(&format!("{name}-x.idx"), idx(&[n, 4, 4], pixels(n)));
        place.write(&format!("{name}-y.idx"), idx(&[n], labels(n)));
    }
    let own = "images = \"train-x.idx\"\nlabels = \"train-y.idx\"\ntest_images = \"test-x.idx\"\ntest_labels = \"test-y.idx\"";
    let model = SMALL
        .replace("source = \"embedded:mnist\"", own)
        .replace("train_per_task = 100", "validation = 10")
        .replace("[784, 40, 10]", "[16, 10, 4]")
        .replace("patch = { side = 11, period = \"1 ms\" }", "");
    place.write("model.toml", model);
    let sweep = "--quiet sweep model.toml mlp.training.epochs=1 --seeds 1 --out s";
    place.run(sweep);
    let mut others = labels(80);
    others.rotate_left(1);
    place.write("train-y.idx", idx(&[80], others));
    let said = place.refused(&sweep.replace("epochs=1", "epochs=1,2"));
    assert!(
        said.contains("this sweep was begun with what was in"),
        "{said}"
    );
    assert!(said.contains("train-y.idx"), "{said}");
}

#[test]
fn a_sweep_does_not_go_on_with_other_data_of_a_later_point() {
    let place = Place::with_model(
        "schema = 1\nexperiment = \"network\"\nduration = \"20 ms\"\n[population.e]\nneuron = \"lif\"\nsize = 2\n\
         tau_m = \"20 ms\"\nv_th = \"20 mV\"\n[stimulus.given]\nkind = \"spikes\"\nfile = \"a.csv\"\ntarget = \"e\"\n\
         weight = \"30 mV\"\n[record]\nspikes = [\"e\"]\n",
    );
    let spikes = |at: u32| format!("node_id,timestamp_ms\n0,{at}\n").into_bytes();
    for (name, at) in [("a.csv", 1), ("b.csv", 2), ("c.csv", 3)] {
        place.write(name, spikes(at));
    }
    let sweep = |files: &str| {
        format!("--quiet sweep model.toml stimulus.given.file={files} --seeds 1 --out s")
    };
    place.run(&sweep("a.csv,b.csv"));
    // Values that come later bring their files.
    place.run(&sweep("a.csv,c.csv"));
    for (name, at) in [("b.csv", 2), ("c.csv", 3)] {
        place.write(name, spikes(at + 5));
        let said = place.refused(&sweep("a.csv,b.csv,c.csv"));
        assert!(
            said.contains("this sweep was begun with what was in") && said.contains(name),
            "{said}"
        );
        place.write(name, spikes(at));
    }
    // What cannot be read is the matter of the run that reads it.
    let mut command = place.command(&sweep("a.csv,none.csv"));
    let said = said(&command.output().expect("it starts"));
    assert!(said.contains("none.csv`: cannot read"), "{said}");
}

#[test]
fn points_that_are_one_model_are_one_point() {
    let place = Place::with_model(
        "schema = 1\nexperiment = \"network\"\nduration = \"20 ms\"\n[population.e]\nneuron = \"lif\"\nsize = 2\n\
         tau_m = \"20 ms\"\nv_th = \"20 mV\"\n[record]\nspikes = [\"e\"]\n",
    );
    let sweep = "--quiet sweep model.toml population.e.tau_m=20ms,20.0ms,10ms --seeds 2 --out s";
    let output = place.command(sweep).output().expect("it starts");
    let said = said(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("in other words: it is run once"), "{said}");
    let rows = table(&place, "s");
    let points: Vec<String> = rows[1..].iter().map(|row| row[..2].join(" ")).collect();
    assert_eq!(points, ["20ms 1", "20ms 2", "10ms 1", "10ms 2"]);
}

/// Whether there is a page changes no accuracy.
#[test]
fn points_that_do_equally_well_are_said_to() {
    let place = Place::with_model(SMALL);
    let said = place.run(
        "--quiet sweep model.toml record.report=true,false --set data.validation=50 --set seeds=1 --on validation --out s",
    );
    assert!(
        said.contains("The first 2 do equally well; of them the one stands first that comes first in the sweep."),
        "{said}"
    );
    let said = place.run(
        "--quiet sweep model.toml mlp.training.epochs=1,2 --set data.validation=50 --set seeds=1 --on validation --out t",
    );
    assert!(!said.contains("do equally well"), "{said}");
}

/// What lies where the best is to be tested is gone on with only if it is of the best.
#[test]
fn the_test_of_another_point_is_not_gone_on_with() {
    let place = Place::with_model(SMALL);
    place.run(&format!("--quiet {POINTS} --out s"));
    let best = place.read("s/best.json");
    std::fs::remove_dir_all(place.path("s/best")).expect("removed");
    std::fs::remove_file(place.path("s/best.json")).expect("removed");
    let mut wall_ms = 200;
    while !place.path("s/best/checkpoint").exists() {
        let other = format!(
            "--quiet run model.toml --set mlp.training.epochs=2000 --max-wall {wall_ms}ms --out s/best"
        );
        assert_eq!(
            place.command(&other).status().expect("it starts").code(),
            Some(3)
        );
        wall_ms *= 2;
    }
    place.run(&format!("--quiet {POINTS} --out s"));
    assert_eq!(place.read("s/best.json"), best);
}
