//! One run of the program as a child process: what it printed, what it left, what it took.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use serde::Deserialize;
use wait4::Wait4;

use super::Failure;

/// What a run took.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    /// From start to end, s.
    pub wall_s: f64,
    /// User and system time of all threads, s.
    pub cpu_s: f64,
    /// Largest resident set, 10⁶ bytes.
    pub memory_mb: f64,
}

/// The program's `--json` answer.
#[derive(Debug, Deserialize)]
struct Answer {
    complete: bool,
    summary: Summary,
}

/// Its table.
#[derive(Debug, Deserialize)]
pub struct Summary {
    /// One row per network and stage, in the order of the run.
    pub rows: Vec<Row>,
}

/// One network at one moment.
#[derive(Debug, Deserialize)]
pub struct Row {
    /// `sleep`, `sequential`, `joint` or `mean_weights`.
    pub network: String,
    /// `task 1`, `sleep 1`.
    pub stage: String,
    /// Accuracy on all tasks together, %.
    pub overall: Overall,
}

/// Accuracy over seeds, %.
#[derive(Debug, Deserialize)]
pub struct Overall {
    /// Each seed.
    pub seeds: Vec<f64>,
}

impl Summary {
    /// Accuracy of every seed of `network` at `stage`, or at its last stage; %.
    pub fn accuracy(&self, network: &str, stage: Option<&str>) -> Option<&[f64]> {
        let row =
            self.rows.iter().rev().find(|row| {
                row.network == network && stage.is_none_or(|stage| row.stage == stage)
            })?;
        Some(&row.overall.seeds)
    }
}

/// Runs `sharpwave run` with `arguments` and writes into the new folder `out`.
pub fn run(arguments: &[String], out: &Path) -> Result<(Summary, Usage), Failure> {
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_sharpwave"))
        .args(["--json", "--quiet", "run"])
        .args(arguments)
        .arg("--out")
        .arg(out)
        .stdout(Stdio::piped())
        .spawn()?;
    let mut text = String::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_string(&mut text)?;
    }
    let end = child.wait4()?;
    let usage = Usage {
        wall_s: start.elapsed().as_secs_f64(),
        cpu_s: (end.rusage.utime + end.rusage.stime).as_secs_f64(),
        memory_mb: end.rusage.maxrss as f64 / 1e6,
    };
    if !end.status.success() {
        return Err(format!("the program ended with {}", end.status).into());
    }
    let answer: Answer = serde_json::from_str(&text)?;
    if !answer.complete {
        return Err("the run was stopped".into());
    }
    Ok((answer.summary, usage))
}
