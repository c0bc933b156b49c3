//! Any choice of images and tasks runs.

use super::setup::{Place, SMALL};

#[test]
fn little_and_unbalanced_data_in_odd_orders_run() {
    let place = Place::with_model(SMALL);
    let per_task = "train_per_task = 100";
    let with = |from: &str, to: &str| SMALL.replace(from, to);
    let tasks = "tasks = [[0, 1], [2, 3]]";
    let cases = [
        (
            "halves",
            with(tasks, "tasks = [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]"),
        ),
        ("odd", with(tasks, "tasks = [[9], [4, 0, 7], [1, 8]]")),
        ("one", with(tasks, "tasks = [[3, 1, 4]]")),
        (
            "unbalanced",
            with(
                per_task,
                "train_per_class = { 0 = 300, 1 = 7, 2 = 1, 3 = \"all\" }",
            ),
        ),
        ("all", with(per_task, "train_per_task = \"all\"")),
        ("few", with(per_task, "train_per_task = 2")),
    ];
    for (name, model) in cases {
        place.write("model.toml", &model);
        let table = place.run(&format!("run model.toml --seeds 1 --out {name}"));
        assert!(table.contains("with sleep"), "{name}: {table}");
        let csv = place.read(&format!("{name}/accuracy.csv"));
        let last = csv.lines().last().unwrap();
        assert!(last.starts_with("5,mean_weights,task "), "{name}: {last}");
        for line in csv.lines().skip(1) {
            let share: f64 = line.rsplit(',').next().unwrap().parse().unwrap();
            assert!((0.0..=1.0).contains(&share), "{name}: {line}");
        }
    }
}
