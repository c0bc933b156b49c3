//! Whole runs of the program, measured and held against the numbers to reach. Prints a record in Markdown.
//!
//! `cargo bench --bench protocol -- [--data DIR] [NAME]...`
//!
//! Without a name the runs that have numbers to reach; `all` and the names of `workload.rs` select others. DIR holds
//! `mnist/` and `fashion-mnist/`; without it, what needs them is skipped.

mod child;
mod machine;
mod phase;
mod phase_time;
mod record;
mod spikes;
mod workload;

use std::path::Path;

use record::Record;
use workload::Workload;

/// Whatever goes wrong ends the benchmark with a message.
type Failure = Box<dyn std::error::Error>;

/// Name of the one measurement that is no run of the program.
const PHASE: &str = "phase";

/// What was typed.
#[derive(Debug, Default)]
struct Arguments {
    data: Option<String>,
    names: Vec<String>,
}

impl Arguments {
    fn parse(mut typed: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut arguments = Self::default();
        while let Some(argument) = typed.next() {
            match argument.as_str() {
                // Cargo says so to every benchmark.
                "--bench" => {}
                "--data" => {
                    arguments.data = Some(typed.next().ok_or("`--data` needs a directory")?);
                }
                name if known(name) => arguments.names.push(argument),
                _ => {
                    let names: Vec<_> = workload::ALL.iter().map(|known| known.name).collect();
                    let names = names.join(", ");
                    return Err(
                        format!("found `{argument}`, expected all, {PHASE}, {names}").into(),
                    );
                }
            }
        }
        Ok(arguments)
    }

    fn wants(&self, name: &str, standard: bool) -> bool {
        match self.names.as_slice() {
            [] => standard,
            names => names
                .iter()
                .any(|wanted| wanted == "all" || selects(wanted, name)),
        }
    }
}

fn known(wanted: &str) -> bool {
    let names = workload::ALL.iter().map(|known| known.name);
    wanted == "all" || names.chain([PHASE]).any(|name| selects(wanted, name))
}

/// Whether `wanted` is `name` or the part of it before a slash.
fn selects(wanted: &str, name: &str) -> bool {
    name.strip_prefix(wanted)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse(std::env::args().skip(1))?;
    let mut record = Record::new(machine::describe());
    if arguments.wants(PHASE, true) {
        eprintln!("{PHASE} …");
        record.phase = Some(phase_time::measure()?);
    }
    for workload in workload::ALL {
        if !arguments.wants(workload.name, workload.standard) {
            continue;
        }
        match (workload.data, &arguments.data) {
            (true, None) => {
                eprintln!("{}: skipped, it needs --data DIR", workload.name);
                record.skipped.push(workload.name);
            }
            (_, data) => {
                eprintln!("{} …", workload.name);
                let data = data.as_deref().filter(|_| workload.data);
                let measured =
                    run(workload, data).map_err(|error| format!("{}: {error}", workload.name))?;
                record.runs.push(measured);
            }
        }
    }
    print!("{record}");
    Ok(())
}

/// Runs `workload` in a folder that is removed afterwards.
fn run(workload: &Workload, data: Option<&str>) -> Result<record::Run, Failure> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("run");
    let model = format!(
        "{}/models/{}.toml",
        env!("CARGO_MANIFEST_DIR"),
        workload.model
    );
    let mut arguments = vec![model];
    arguments.extend(workload.changes.iter().map(|&change| change.to_owned()));
    if let Some(data) = data {
        arguments.extend(["--data".to_owned(), data.to_owned()]);
    }
    let (summary, usage) = child::run(&arguments, &out)?;
    Ok(record::Run {
        workload: *workload,
        summary,
        usage,
        spikes: count_spikes(&out)?,
    })
}

/// Spikes of every run file in the folder `out`.
fn count_spikes(out: &Path) -> Result<Vec<Vec<spikes::Count>>, Failure> {
    let mut counts = Vec::new();
    for entry in std::fs::read_dir(out)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "h5") {
            counts.push(spikes::count(&path)?);
        }
    }
    Ok(counts)
}
