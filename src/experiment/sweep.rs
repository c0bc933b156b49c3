//! Sweeps: a model at many points, each with several seeds; rows that outlast an end at any moment; one table; the best point chosen on
//! images held out and tested once.
//!
//! ```text
//! DIR/sweep.json                 what it was begun with
//! DIR/shards/1-of-1/rows.jsonl   rows as they were done, a file for each shard
//! DIR/runs/ID/                   runs that go on, or all with `keep_runs`
//! DIR/table.csv                  one tidy table, once all rows are done
//! DIR/best/, DIR/best.json       the run of the best point that test images were looked at for
//! ```

pub mod axis;
pub mod error;
pub mod manifest;
pub mod measure;
pub mod plan;
mod point;
pub mod row;
pub mod table;
mod work;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::base::file;
use crate::experiment::error::ExperimentError;
use crate::experiment::run;
use crate::record::checkpoint::hash;
use crate::record::lock::lock;
use crate::record::output::{self, write_over};
use crate::run::progress::Watch;
use error::SweepError;
use manifest::Manifest;
use measure::On;
use plan::Plan;
use row::Rows;
use table::Ranked;
use work::{Work, go_on_or_begin};

/// Rows, runs, and the run of the best point, in a sweep's folder.
const SHARDS: &str = "shards";
const RUNS: &str = "runs";
const BEST: &str = "best";
const BEST_FILE: &str = "best.json";

/// A part of a sweep's runs: every `of`th, from the number `number` on, which counts from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which.
    pub number: usize,
    /// Of how many, at least 1.
    pub of: usize,
}

impl Shard {
    /// All of it.
    pub const WHOLE: Self = Self { number: 1, of: 1 };
}

/// How a sweep is done, which changes no row.
#[derive(Debug, Clone)]
pub struct Way {
    /// Folder: one of a sweep that goes on, or to make; numbered (`sweep-001`, …) in the current directory if absent.
    pub out: Option<PathBuf>,
    /// Which part of it.
    pub shard: Shard,
    /// Whether the folders of all runs stay.
    pub keep_runs: bool,
    /// Whether the best point is the one with the least.
    pub lowest: bool,
    /// Seeds with which the best point is tested: those behind the last one of the sweep. As many as each point has if absent.
    pub test_seeds: Option<u64>,
}

/// What a sweep came to.
#[derive(Debug)]
pub struct Swept {
    /// Its folder.
    pub folder: PathBuf,
    /// Rows that are done, of all shards.
    pub done: usize,
    /// Rows in all.
    pub of: usize,
    /// Rows of runs that failed.
    pub failed: usize,
    /// Whether all that this program was to do is done.
    pub complete: bool,
    /// The points, the best first, once all rows are done and if one is to be chosen.
    pub ranked: Option<Vec<Ranked>>,
    /// The test of the best point.
    pub tested: Option<Tested>,
    /// Which point's test failed, and why.
    pub untested: Option<(String, String)>,
}

/// The best point on test images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tested {
    /// What ran.
    id: String,
    /// Keys and values.
    pub point: String,
    /// Seeds that the sweep has not seen.
    pub seeds: Vec<u64>,
    /// The table of the run, as text.
    pub summary: String,
    /// How often a point of this sweep was tested, this time included: more than once where values were added later.
    pub times: usize,
}

/// Does what lacks of `plan`, or of a part of it.
///
/// # Errors
/// If the folder holds another sweep, something cannot be written, or a run fails for a reason that can be mended.
pub fn sweep(plan: &Plan, way: &Way, watch: &dyn Watch) -> Result<Swept, SweepError> {
    // What is wrong with the data is known before anything is written.
    let first = plan.seeds.first().copied().unwrap_or_default();
    let files = match run::inputs(plan.model(0, first, 1)?, &plan.files, watch) {
        Err(error) if error.is_stop() => return stopped(plan, folder(way.out.as_deref())?),
        files => files?.into_iter(),
    };
    let manifest = Manifest {
        files: files
            .map(|(path, hash)| (path, format!("{hash:032x}")))
            .collect(),
        ..plan.manifest.clone()
    };
    let folder = folder(way.out.as_deref())?;
    manifest.agree(&folder)?;
    let Shard { number, of } = way.shard;
    let shards = folder.join(SHARDS);
    let shard = shards.join(format!("{number}-of-{of}"));
    std::fs::create_dir_all(&shard).map_err(|cause| SweepError::File {
        path: shard.clone(),
        verb: "write",
        cause,
    })?;
    let _lock = lock(&shard)?;
    let rows = Rows::open(&shard)?;
    let done = row::read_all(&shards)?;
    let own = plan.items.iter().skip(number - 1).step_by(of);
    let (ready, pending): (Vec<_>, Vec<_>) = own.partition(|item| done.contains_key(&item.id));
    let runs = folder.join(RUNS);
    let work = Work {
        plan,
        pending,
        done: ready.len(),
        runs: runs.clone(),
        keep: way.keep_runs,
        watch,
    };
    work.carry_out(rows)?;
    // It goes where nothing is left in it.
    let _ = std::fs::remove_dir(&runs);
    let rows = row::read_all(&shards)?;
    let has = |item: &&plan::Item| rows.contains_key(&item.id);
    let mut swept = Swept {
        done: plan.items.iter().filter(has).count(),
        of: plan.items.len(),
        failed: plan
            .items
            .iter()
            .filter(|item| rows.get(&item.id).is_some_and(|row| row.error.is_some()))
            .count(),
        complete: work.pending.iter().all(|item| rows.contains_key(&item.id)),
        ranked: None,
        tested: None,
        untested: None,
        folder,
    };
    if swept.done < swept.of {
        return Ok(swept);
    }
    table::write(&swept.folder.join(table::FILE), plan, &rows)?;
    let Some(measure) = &plan.measure else {
        return Ok(swept);
    };
    let ranked = table::ranked(plan, &rows, measure, way.lowest);
    let best = ranked.first().filter(|best| best.sample.is_some());
    let best = best.map(|best| best.point);
    swept.ranked = Some(ranked);
    // Shards end at any time; the one program that has all of it tests.
    if let (Some(best), Some(On::Validation), Shard::WHOLE) = (best, plan.on, way.shard) {
        match test(plan, best, way, &swept.folder, watch) {
            // As of rows: it would fail again, and what was found before stays.
            Err(SweepError::Run(error)) if error.would_recur() => {
                swept.untested = Some((plan.describe(best), error.to_string()));
            }
            tested => {
                swept.tested = tested?;
                swept.complete = swept.tested.is_some();
            }
        }
    }
    Ok(swept)
}

/// What there is in `folder` of `plan`, of which nothing more was done.
fn stopped(plan: &Plan, folder: PathBuf) -> Result<Swept, SweepError> {
    let rows = row::read_all(&folder.join(SHARDS))?;
    let own = plan.items.iter().filter(|item| rows.contains_key(&item.id));
    Ok(Swept {
        done: own.count(),
        of: plan.items.len(),
        failed: 0,
        complete: false,
        ranked: None,
        tested: None,
        untested: None,
        folder,
    })
}

/// The folder `out`, made if it is not there, or a numbered one.
fn folder(out: Option<&Path>) -> Result<PathBuf, SweepError> {
    let Some(out) = out else {
        return Ok(output::numbered_directory(Path::new("."), "sweep")?);
    };
    std::fs::create_dir_all(out).map_err(|cause| SweepError::File {
        path: out.to_owned(),
        verb: "write",
        cause,
    })?;
    Ok(out.to_owned())
}

/// What stands in the file `path`. A damaged one is refused: it says how often test images were looked at.
fn tested_before(path: &Path) -> Result<Option<Tested>, SweepError> {
    let text = match file::read_text(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        read => read.map_err(|cause| SweepError::File {
            path: path.to_owned(),
            verb: "read",
            cause,
        })?,
    };
    let tested = serde_json::from_str(&text).map_err(|error| SweepError::Damaged {
        path: path.to_owned(),
        line: error.line(),
        cause: error.to_string(),
    })?;
    Ok(Some(tested))
}

/// The point number `best` on test images, with seeds that the sweep has not seen, unless that has been done; nothing if it is told
/// to stop before.
fn test(
    plan: &Plan,
    best: usize,
    way: &Way,
    folder: &Path,
    watch: &dyn Watch,
) -> Result<Option<Tested>, SweepError> {
    let path = folder.join(BEST_FILE);
    let before = tested_before(&path)?;
    let n = way.test_seeds.unwrap_or(plan.seeds.len() as u64);
    let first = plan.seeds.last().map_or(1, |last| last.wrapping_add(1));
    let model = plan.model(best, first, n)?;
    let id = format!("{:032x}", hash(model.resolved().as_bytes()));
    let times = match before {
        Some(before) if before.id == id => return Ok(Some(before)),
        before => before.map_or(0, |before| before.times) + 1,
    };
    let (source, overrides) = plan.typed(best, first, n);
    let options = run::Options {
        // Another point's stays beside it.
        out: Some(folder.join(match times {
            1 => BEST.to_owned(),
            n => format!("{BEST}-{n}"),
        })),
        keep_seeds: false,
        source,
        overrides,
    };
    let finished = match go_on_or_begin(model, &options, watch) {
        Err(error) if error.is_stop() => None,
        done => done?,
    };
    let Some(finished) = finished else {
        return Ok(None);
    };
    if let Some(tripped) = finished.tripped {
        return Err(ExperimentError::from(tripped).into());
    }
    if !finished.complete {
        return Ok(None);
    }
    let tested = Tested {
        id,
        point: plan.describe(best),
        seeds: (0..n).map(|k| first.wrapping_add(k)).collect(),
        summary: finished.summary.to_string(),
        times,
    };
    write_over(&path, |out| {
        serde_json::to_writer_pretty(&mut *out, &tested)?;
        writeln!(out)
    })?;
    Ok(Some(tested))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_often_test_images_were_looked_at_is_not_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(BEST_FILE);
        assert_eq!(tested_before(&path).unwrap(), None);
        let tested = Tested {
            id: "a".into(),
            point: "x = 1".into(),
            seeds: vec![2],
            summary: "50.0".into(),
            times: 3,
        };
        let text = serde_json::to_string(&tested).unwrap();
        std::fs::write(&path, &text).unwrap();
        assert_eq!(tested_before(&path).unwrap(), Some(tested));
        std::fs::write(&path, &text[..text.len() / 2]).unwrap();
        let said = tested_before(&path).unwrap_err().to_string();
        assert!(
            said.contains("best.json`: line 1 is not as a sweep writes it"),
            "{said}"
        );
    }
}
