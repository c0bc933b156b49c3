//! The record of one call, in Markdown.

use std::fmt;

use sharpwave::analysis::summary::Summary as Sample;
use sharpwave::stimulus::image::Timing;

use super::child::{Summary, Usage};
use super::phase::LAYERS;
use super::phase_time::Phase;
use super::spikes::Count;
use super::workload::{Floor, Quantity, Workload};

/// CPU time that a sleep phase may take, s.
const PHASE_FLOOR_S: f64 = 0.2;

/// Everything measured.
pub struct Record {
    machine: String,
    /// The sleep phase by itself.
    pub phase: Option<[Phase; 2]>,
    /// Whole runs.
    pub runs: Vec<Run>,
    /// Names of the runs that lacked data.
    pub skipped: Vec<&'static str>,
}

/// One whole run.
pub struct Run {
    /// What was run.
    pub workload: Workload,
    /// Its accuracies.
    pub summary: Summary,
    /// What it took.
    pub usage: Usage,
    /// Spikes per layer of every seed that left a file.
    pub spikes: Vec<Vec<Count>>,
}

impl Record {
    /// A record without numbers.
    pub fn new(machine: String) -> Self {
        Self {
            machine,
            phase: None,
            runs: Vec::new(),
            skipped: Vec::new(),
        }
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.machine)?;
        if !self.skipped.is_empty() {
            writeln!(f, "Skipped for want of data: {}\n", self.skipped.join(", "))?;
        }
        self.floors(f)?;
        self.accuracies(f)?;
        self.spikes(f)
    }
}

/// Writes the head of a table.
fn head(f: &mut fmt::Formatter<'_>, cells: &[&str]) -> fmt::Result {
    writeln!(
        f,
        "\n| {} |\n|{}",
        cells.join(" | "),
        "---|".repeat(cells.len())
    )
}

impl Record {
    fn floors(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let runs = self.runs.iter().flat_map(|run| {
            let floors = run.workload.floors.iter();
            floors.map(move |floor| run.floor(floor))
        });
        let phases = self.phase.iter().flatten().map(Phase::floor);
        let rows: Vec<String> = phases.chain(runs).collect();
        if rows.is_empty() {
            return Ok(());
        }
        writeln!(f, "### Numbers to reach")?;
        head(f, &["run", "what", "floor", "measured", "met"])?;
        rows.iter().try_for_each(|row| writeln!(f, "{row}"))?;
        writeln!(f)
    }

    fn accuracies(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.runs.is_empty() {
            return Ok(());
        }
        writeln!(
            f,
            "### Runs\n\nFinal accuracy on all classes, %: mean ± SD over seeds (least to greatest)."
        )?;
        let cells = [
            "run",
            "seeds",
            "after sleep",
            "sequential",
            "joint",
            "null",
            "wall s",
            "CPU s",
            "MB",
        ];
        head(f, &cells)?;
        for run in &self.runs {
            let sleep = run.accuracy("sleep");
            write!(f, "| {} | {} ", run.workload.title, sleep.len())?;
            write!(f, "| {} ({}) ", spread(sleep), range(sleep))?;
            for network in ["sequential", "joint", "mean_weights"] {
                write!(f, "| {} ", spread(run.accuracy(network)))?;
            }
            let Usage {
                wall_s,
                cpu_s,
                memory_mb,
            } = run.usage;
            writeln!(f, "| {wall_s:.1} | {cpu_s:.1} | {memory_mb:.0} |")?;
        }
        writeln!(f)
    }

    fn spikes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.runs.is_empty() {
            return Ok(());
        }
        writeln!(
            f,
            "### Spikes\n\nIn the first 15 s of the first sleep: mean ± SD over the seeds that left a file."
        )?;
        let cells: Vec<&str> = ["run", "after sleep, %", "files"]
            .into_iter()
            .chain(LAYERS)
            .collect();
        head(f, &cells)?;
        for run in &self.runs {
            let sleep = spread(run.accuracy("sleep"));
            write!(
                f,
                "| {} | {sleep} | {} ",
                run.workload.title,
                run.spikes.len()
            )?;
            for layer in LAYERS {
                let of_layer = run.spikes.iter().flatten().filter(|of| of.layer == layer);
                let counts: Vec<f64> = of_layer.map(|of| of.spikes as f64).collect();
                write!(f, "| {} ", rounded(&counts))?;
            }
            writeln!(f, "|")?;
        }
        Ok(())
    }
}

impl Run {
    /// Final accuracy of every seed of `network`; nothing if it was not asked for.
    fn accuracy(&self, network: &str) -> &[f64] {
        self.summary.accuracy(network, None).unwrap_or_default()
    }

    /// A row of the table of floors.
    fn floor(&self, floor: &Floor) -> String {
        let seeds;
        let (what, unit, measured): (String, &str, &[f64]) = match floor.quantity {
            Quantity::Wall => {
                seeds = [self.usage.wall_s];
                ("wall time".into(), "s", &seeds)
            }
            Quantity::Memory => {
                seeds = [self.usage.memory_mb];
                ("memory".into(), "MB", &seeds)
            }
            Quantity::Mean(network) => {
                seeds = [Sample::of(self.accuracy(network)).map_or(f64::NAN, |all| all.mean)];
                (format!("{}, mean", label(network)), "%", &seeds)
            }
            Quantity::EverySeed(network) => (
                format!("{}, every seed", label(network)),
                "%",
                self.accuracy(network),
            ),
            Quantity::Stage(stage) => (
                format!("after {stage}, every seed"),
                "%",
                self.summary
                    .accuracy("sleep", Some(stage))
                    .unwrap_or_default(),
            ),
        };
        let Floor { low, high, .. } = *floor;
        let met = !measured.is_empty() && measured.iter().all(|x| (low..=high).contains(x));
        let floor = match (low, high) {
            (0.0, high) => format!("≤ {high} {unit}"),
            (low, 100.0) if low < 100.0 && unit == "%" => format!("≥ {low} {unit}"),
            (low, high) if low == high => format!("{low} {unit}"),
            (low, high) => format!("{low} to {high} {unit}"),
        };
        format!(
            "| {} | {what} | {floor} | {} {unit} | {} |",
            self.workload.title,
            range(measured),
            yes(met)
        )
    }
}

impl Phase {
    /// A row of the table of floors.
    fn floor(&self) -> String {
        let timing = match self.timing {
            Timing::Grid => "grid",
            Timing::Continuous => "continuous",
        };
        let spikes: Vec<String> = self.spikes.iter().map(usize::to_string).collect();
        format!(
            "| 15 s sleep phase, {timing}, {} spikes | CPU time, one thread | ≤ {PHASE_FLOOR_S} s | \
             median {:.3}, least {:.3} s | {} |",
            spikes.join(" + "),
            self.median_s,
            self.least_s,
            yes(self.median_s <= PHASE_FLOOR_S)
        )
    }
}

fn yes(met: bool) -> &'static str {
    if met { "yes" } else { "**no**" }
}

/// A network's name as readers know it.
fn label(network: &str) -> &str {
    match network {
        "sleep" => "after sleep",
        "mean_weights" => "null",
        other => other,
    }
}

/// "43.8 ± 4.5", or a dash.
fn spread(sample: &[f64]) -> String {
    match Sample::of(sample) {
        None => "–".into(),
        Some(Sample { mean, sd: None, .. }) => format!("{mean:.1}"),
        Some(Sample {
            mean, sd: Some(sd), ..
        }) => format!("{mean:.1} ± {sd:.1}"),
    }
}

/// As [`spread`], of counts.
fn rounded(sample: &[f64]) -> String {
    match Sample::of(sample) {
        None => "–".into(),
        Some(Sample { mean, sd: None, .. }) => format!("{mean:.0}"),
        Some(Sample {
            mean, sd: Some(sd), ..
        }) => format!("{mean:.0} ± {sd:.0}"),
    }
}

/// "35.9 to 48.2", or the one value.
fn range(sample: &[f64]) -> String {
    let least = sample.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = sample.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if sample.is_empty() {
        "nothing".into()
    } else if least == greatest {
        format!("{least:.1}")
    } else {
        format!("{least:.1} to {greatest:.1}")
    }
}
