//! The tables of a run: bouts, scores, fingerprints.

use super::read::lossy;
use super::{Recording, RecordingError};
use crate::record::contents::{TRAINING, VALIDATION};
use crate::record::header::Fingerprint;
use crate::record::sink::Bout;
use crate::record::table::Accuracy;

impl Recording {
    /// The bouts that have ended, in order.
    ///
    /// # Errors
    /// If their table is damaged.
    pub fn bouts(&self) -> Result<Vec<Bout>, RecordingError> {
        let reader = self.reader()?;
        let [names, kinds] = ["name", "kind"].map(|name| reader.labels(&format!("/bouts/{name}")));
        let [starts, stops] = ["start", "stop"].map(|name| reader.times(&format!("/bouts/{name}")));
        let (names, kinds, starts, stops) = (names?, kinds?, starts?, stops?);
        let lengths = [names.len(), kinds.len(), starts.len(), stops.len()];
        let rows = reader.rows("/bouts", &lengths)?;
        let labels = names.into_iter().zip(kinds);
        let bouts = labels.zip(starts.into_iter().zip(stops)).take(rows);
        let bout = |((name, kind), (start, stop))| Bout {
            name,
            kind,
            start,
            stop,
        };
        Ok(bouts.map(bout).collect())
    }

    /// The table of scores of all seeds.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn accuracies(&self) -> Result<Vec<Accuracy>, RecordingError> {
        let reader = self.reader()?;
        if !reader.has("/accuracy") {
            return Ok(Vec::new());
        }
        let place = |name: &str| format!("/accuracy/{name}");
        let seeds = reader.column::<u64>(&place("seed"))?;
        let networks = reader.labels(&place("network"))?;
        let stages = reader.labels(&place("stage"))?;
        let after = reader.column::<i64>(&place("after_task"))?;
        let tasks = reader.column::<i64>(&place("task"))?;
        let shares = reader.column::<f64>(&place("accuracy"))?;
        let validation = place(VALIDATION);
        let further = |place: &str| match reader.has(place) {
            true => reader.column::<f64>(place).map(Some),
            false => Ok(None),
        };
        let held = further(&validation)?;
        let learnt = further(&place(TRAINING))?;
        let lengths = [
            seeds.len(),
            networks.len(),
            stages.len(),
            after.len(),
            tasks.len(),
            shares.len(),
            held.as_ref().map_or(shares.len(), Vec::len),
            learnt.as_ref().map_or(shares.len(), Vec::len),
        ];
        let rows = reader.rows("/accuracy", &lengths)?;
        let row = |row: usize| {
            let after_task = usize::try_from(after[row]);
            Ok(Accuracy {
                seed: seeds[row],
                network: networks[row].clone(),
                stage: stages[row].clone(),
                after_task: after_task.map_err(|_| {
                    reader.content(
                        &format!("{}[{row}]", place("after_task")),
                        after[row],
                        "a task",
                    )
                })?,
                // −1 is all tasks at once.
                task: usize::try_from(tasks[row]).ok(),
                accuracy: shares[row],
                validation: held.as_ref().map(|held| held[row]),
                training: learnt.as_ref().map(|learnt| learnt[row]),
            })
        };
        (0..rows).map(row).collect()
    }

    /// The fingerprint of each seed of the run that has come to its end.
    ///
    /// # Errors
    /// If their table is damaged.
    pub fn fingerprints(&self) -> Result<Vec<(u64, String)>, RecordingError> {
        let reader = self.reader()?;
        let seeds = reader.column::<u64>("/fingerprints/seed")?;
        let hashes = reader.column::<Fingerprint>("/fingerprints/fingerprint")?;
        let rows = reader.rows("/fingerprints", &[seeds.len(), hashes.len()])?;
        let hashes = hashes.iter().map(|hash| lossy(hash.as_bytes()));
        Ok(seeds.into_iter().zip(hashes).take(rows).collect())
    }
}
