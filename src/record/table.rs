//! Scores, and the tidy CSV of them: one row per seed, network, stage and task.

use std::path::Path;

use super::output::{OutputError, write_new};

/// The accuracy of one network at one moment on one task.
#[derive(Debug, Clone, PartialEq)]
pub struct Accuracy {
    /// Seed of the run.
    pub seed: u64,
    /// Which network: `sleep`, or a control such as `sequential`, `joint`, `mean_weights`.
    pub network: String,
    /// When in the run: `task 1`, `sleep 1`.
    pub stage: String,
    /// Index of the last task trained before.
    pub after_task: usize,
    /// Index of the task tested; `None` is all tasks at once.
    pub task: Option<usize>,
    /// Share of test images classified correctly, 0 to 1.
    pub accuracy: f64,
    /// The same of the images held out for validation, if there are any.
    pub validation: Option<f64>,
    /// The same of training images, if they are scored.
    pub training: Option<f64>,
}

impl Accuracy {
    /// The task as files hold it: its index, or −1 for all tasks at once.
    pub fn task_index(&self) -> i64 {
        self.task.map_or(-1, |task| task as i64)
    }
}

/// Writes `scores` as a new CSV file with the columns `seed,network,stage,after_task,task,accuracy`; `task` is −1
/// for all tasks at once. A column `validation` follows where images were held out, one `training` where those learnt are scored.
///
/// # Errors
/// If `path` exists or cannot be written.
pub fn write_csv(path: &Path, scores: &[Accuracy]) -> Result<(), OutputError> {
    write_new(path, |out| {
        let is_validated = scores.iter().any(|score| score.validation.is_some());
        let learnt = scores.iter().any(|score| score.training.is_some());
        let others = [(is_validated, "validation"), (learnt, "training")];
        write!(out, "seed,network,stage,after_task,task,accuracy")?;
        for (_, name) in others.iter().filter(|(is_there, _)| *is_there) {
            write!(out, ",{name}")?;
        }
        writeln!(out)?;
        scores.iter().try_for_each(|score| {
            write!(
                out,
                "{},{},{},{},{},{}",
                score.seed,
                field(&score.network),
                field(&score.stage),
                score.after_task,
                score.task_index(),
                score.accuracy
            )?;
            for (share, is_there) in [(score.validation, is_validated), (score.training, learnt)] {
                match share {
                    Some(share) => write!(out, ",{share}")?,
                    None if is_there => write!(out, ",")?,
                    None => {}
                }
            }
            writeln!(out)
        })
    })
}

/// How many test images of a class a network took for which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confused {
    /// Seed of the run.
    pub seed: u64,
    /// Which network.
    pub network: String,
    /// When.
    pub stage: String,
    /// The last task trained before.
    pub after_task: usize,
    /// Class of the images.
    pub class: u8,
    /// The class that the network answered.
    pub answer: usize,
    /// How many images.
    pub images: u32,
}

/// Name of the table of what images are taken for.
pub const CONFUSION: &str = "confusion.csv";

/// Writes `rows`, if there are any, into a new file of `directory` with the columns `seed,network,stage,after_task,class,answer,images`:
/// a confusion matrix of each test, without the zeros.
///
/// # Errors
/// If there is such a file, or it cannot be written.
pub fn write_confusion(
    directory: &Path,
    rows: impl Iterator<Item = Confused>,
) -> Result<(), OutputError> {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    let path = &directory.join(CONFUSION);
    write_new(path, |out| {
        writeln!(out, "seed,network,stage,after_task,class,answer,images")?;
        for row in rows {
            let Confused {
                seed,
                network,
                stage,
                after_task,
                class,
                answer,
                images,
            } = row;
            let (network, stage) = (field(&network), field(&stage));
            writeln!(
                out,
                "{seed},{network},{stage},{after_task},{class},{answer},{images}"
            )?;
        }
        Ok(())
    })
}

/// `text` as a CSV field, quoted where RFC 4180 asks for it.
pub fn field(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_tidy_and_odd_labels_are_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("accuracy.csv");
        let score = Accuracy {
            seed: 7,
            network: "sleep".to_owned(),
            stage: "task \"1\", again".to_owned(),
            after_task: 0,
            task: None,
            accuracy: 0.1975,
            validation: None,
            training: None,
        };
        let second = Accuracy {
            stage: "sleep 1".to_owned(),
            task: Some(1),
            accuracy: 1.0,
            ..score.clone()
        };
        write_csv(&path, &[score.clone(), second.clone()]).unwrap();
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "seed,network,stage,after_task,task,accuracy\n\
             7,sleep,\"task \"\"1\"\", again\",0,-1,0.1975\n\
             7,sleep,sleep 1,0,1,1\n"
        );
        let held = folder.path().join("held.csv");
        let second = Accuracy {
            validation: Some(0.5),
            ..second
        };
        write_csv(&held, &[score, second.clone()]).unwrap();
        assert_eq!(
            std::fs::read_to_string(&held).unwrap(),
            "seed,network,stage,after_task,task,accuracy,validation\n\
             7,sleep,\"task \"\"1\"\", again\",0,-1,0.1975,\n\
             7,sleep,sleep 1,0,1,1,0.5\n"
        );
        let learnt = folder.path().join("learnt.csv");
        let third = Accuracy {
            validation: None,
            training: Some(0.75),
            ..second.clone()
        };
        write_csv(&learnt, &[second, third]).unwrap();
        assert_eq!(
            std::fs::read_to_string(&learnt).unwrap(),
            "seed,network,stage,after_task,task,accuracy,validation,training\n\
             7,sleep,sleep 1,0,1,1,0.5,\n\
             7,sleep,sleep 1,0,1,1,,0.75\n"
        );
    }
}
