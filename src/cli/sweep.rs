//! `sweep`: a model at many points, one table, the best point tested once.

use std::num::NonZeroUsize;

use serde_json::json;

use super::argument::SweepArguments;
use super::failure::Failure;
use super::model_file;
use super::shell::Shell;
use super::thread;
use super::wall::Limited;
use crate::base::shown::shown;
use crate::experiment::sweep::axis::Axis;
use crate::experiment::sweep::plan::{Options, Plan};
use crate::experiment::sweep::table::{self, Ranked};
use crate::experiment::sweep::{Swept, Way, sweep};

/// Points that are printed: the rest is in the table.
const MOST: usize = 20;

/// Runs what lacks of the sweep and prints what it came to.
pub(super) fn run(arguments: &SweepArguments, shell: &Shell) -> Result<(), Failure> {
    let axes = arguments.over.iter().map(|text| Axis::parse(text));
    let options = Options {
        axes: axes.collect::<Result<_, _>>().map_err(Failure::input)?,
        random: arguments.random.map(NonZeroUsize::get),
        seed: arguments.model.seed,
        seeds: arguments.model.seeds.map(|n| n.get() as u64),
        on: arguments.on.map(Into::into),
        measure: arguments.measure.clone(),
    };
    let plan = Plan::new(model_file::source(&arguments.model)?, &options)?;
    let way = Way {
        out: arguments.out.clone(),
        shard: arguments.shard,
        keep_runs: arguments.keep_runs,
        lowest: arguments.lowest,
        test_seeds: arguments.test_seeds.map(|n| n.get() as u64),
    };
    let watcher = Limited::new(shell.watch(), arguments.wall.max_wall);
    let threads = arguments.threads.threads;
    let swept = thread::with(threads, || sweep(&plan, &way, &watcher))??;
    drop(watcher);
    print(arguments, shell, &plan, &swept)?;
    if !swept.complete {
        let Swept {
            folder, done, of, ..
        } = swept;
        return Err(Failure::Unswept { folder, done, of });
    }
    if let Some((point, error)) = &swept.untested {
        return Err(Failure::input(format!(
            "the test of the best point, {point}, with seeds that the sweep has not seen, failed: {error}"
        )));
    }
    match swept.failed {
        0 => Ok(()),
        n => Err(Failure::input(format!(
            "{n} of {} runs failed, expected none\n  help: the column `error` of `{}` says why",
            swept.of,
            swept.folder.join(table::FILE).display()
        ))),
    }
}

fn print(
    arguments: &SweepArguments,
    shell: &Shell,
    plan: &Plan,
    swept: &Swept,
) -> Result<(), Failure> {
    if shell.json() {
        return shell.print_json(&document(plan, swept));
    }
    let model = arguments.model.model.display();
    let folder = swept.folder.display();
    shell.print(|out| {
        let (points, seeds) = (plan.points.len(), plan.seeds.len());
        let of = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let (points, seeds) = (of(points, "point"), of(seeds, "seed"));
        writeln!(out, "{model}: {points}, {seeds} each")?;
        if swept.done < swept.of {
            return writeln!(out, "{} of {} runs are done, in {folder}/", swept.done, swept.of);
        }
        if let (Some(ranked), Some(measure)) = (&swept.ranked, &plan.measure) {
            ranking(out, plan, ranked, measure, arguments.lowest)?;
            match alike(ranked) {
                0 | 1 => {}
                n => writeln!(
                    out,
                    "The first {n} do equally well; of them the one stands first that comes first in the sweep."
                )?,
            }
        }
        match (&swept.tested, unchosen(plan)) {
            (Some(tested), _) => {
                let seeds: Vec<String> = tested.seeds.iter().map(u64::to_string).collect();
                writeln!(
                    out,
                    "\nThe best on validation, {}, on test images, with seeds that the sweep has not seen ({}):",
                    tested.point,
                    seeds.join(", ")
                )?;
                write!(out, "{}", tested.summary)?;
                if tested.times > 1 {
                    let n = tested.times;
                    writeln!(out, "Test images have been looked at for {n} points of this sweep.")?;
                }
            }
            (None, Some(why)) => writeln!(out, "\n{why}")?,
            (None, None) if plan.on.is_some_and(|on| on.name() == "test") => writeln!(
                out,
                "\nChosen on test images: the accuracy of the best point is that of the luckiest, too."
            )?,
            (None, None) => {}
        }
        writeln!(out, "\nWritten to {folder}/{}", table::FILE)
    })
}

/// How many points do as well as the best.
fn alike(ranked: &[Ranked]) -> usize {
    let mean = |row: &Ranked| row.sample.map(|sample| sample.mean);
    let best = ranked.first().and_then(mean);
    let alike = ranked.iter().take_while(|row| mean(row) == best);
    best.map_or(0, |_| alike.count())
}

/// Why no point is the best, where none is chosen.
fn unchosen(plan: &Plan) -> Option<String> {
    if let Some(key) = &plan.exam {
        let why = "ask other questions, so that accuracies are not to be compared.";
        return Some(format!(
            "No point is the best: other values of `{key}` {why}"
        ));
    }
    let names = plan.names.join("`, `");
    let asked = plan.measure.is_none() && !plan.names.is_empty();
    asked.then(|| format!("No point is chosen: `--measure NAME` orders them, by one of `{names}`."))
}

/// The points, the best first.
fn ranking(
    out: &mut dyn std::io::Write,
    plan: &Plan,
    ranked: &[Ranked],
    measure: &str,
    lowest: bool,
) -> std::io::Result<()> {
    let order = if lowest { "lowest" } else { "highest" };
    let factor = if plan.on.is_some() { 100.0 } else { 1.0 };
    match plan.on {
        Some(on) => {
            let images = on.name();
            writeln!(
                out,
                "Accuracy of `{measure}` on {images} images, %, {order} first"
            )?;
        }
        None => writeln!(out, "`{measure}`, {order} first")?,
    }
    let shown_value = |point: usize, key: usize| shown(&plan.points[point][key]).to_string();
    let listed: Vec<&Ranked> = ranked.iter().take(MOST).collect();
    let widths: Vec<usize> = (0..plan.keys.len())
        .map(|key| {
            let values = listed.iter().map(|row| shown_value(row.point, key));
            let values = values.map(|value| value.chars().count());
            values
                .chain([plan.keys[key].chars().count()])
                .max()
                .unwrap_or(0)
        })
        .collect();
    for (name, width) in plan.keys.iter().zip(&widths) {
        write!(out, "{name:width$}  ")?;
    }
    writeln!(out, "{:>15}", "mean ± SD")?;
    for row in &listed {
        for (key, width) in widths.iter().enumerate() {
            write!(out, "{:width$}  ", shown_value(row.point, key))?;
        }
        let value = match row.sample {
            None => "failed".into(),
            Some(sample) => {
                let mean = factor * sample.mean;
                match sample.sd {
                    Some(sd) => format!("{mean:.1} ± {:.1}", factor * sd),
                    None => format!("{mean:.1}"),
                }
            }
        };
        writeln!(out, "{value:>15}")?;
    }
    match ranked.len().saturating_sub(MOST) {
        0 => Ok(()),
        more => writeln!(out, "and {more} more"),
    }
}

fn document(plan: &Plan, swept: &Swept) -> serde_json::Value {
    let point = |row: &Ranked| {
        let pairs = plan.keys.iter().cloned();
        let pairs = pairs.zip(plan.points[row.point].iter().map(|value| json!(value)));
        json!({
            "keys": pairs.collect::<serde_json::Map<_, _>>(),
            "mean": row.sample.map(|sample| sample.mean),
            "sd": row.sample.and_then(|sample| sample.sd),
        })
    };
    let ranked = swept.ranked.as_ref();
    json!({
        "directory": swept.folder,
        "table": (swept.done == swept.of).then_some(table::FILE),
        "done": swept.done,
        "of": swept.of,
        "failed": swept.failed,
        "complete": swept.complete,
        "measure": plan.measure,
        "on": plan.on,
        "points": ranked.map(|ranked| ranked.iter().map(point).collect::<Vec<_>>()),
        "tested": swept.tested,
        "untested": swept.untested.as_ref().map(|(point, error)| json!({ "point": point, "error": error })),
        "unchosen": unchosen(plan),
    })
}
