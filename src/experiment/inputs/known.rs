//! The images of a run, known again by what is in them.

use super::Inputs;
use crate::config::sleep_replay::SleepReplay;
use crate::mlp::images::Images;
use crate::record::checkpoint::hash_on;
use crate::record::recording::Recording;

impl Inputs {
    /// What `model` reads, for a look at a run of it that is over; nothing where it cannot be read any more, or where its images
    /// are not those that the run had, which is warned of.
    pub fn of_run(recording: &Recording, model: &SleepReplay) -> Option<Self> {
        let inputs = Self::read(model).ok()?;
        let known = recording.data();
        if known.is_some() && inputs.digest().as_deref() != known {
            tracing::warn!(
                "`{}`: the images of the data set are not those that the run had; what needs them is left out",
                recording.path().display()
            );
            return None;
        }
        Some(inputs)
    }

    /// What the images are known again by, learnt ones and those of tests; nothing where there are none.
    pub fn digest(&self) -> Option<String> {
        if self.train.is_empty() {
            return None;
        }
        let all = self.train.iter().chain(self.test.images());
        let sum = all.fold(0, fold);
        Some(format!("{sum:032x}"))
    }
}

/// `sum` with all that is in `images`, in pieces.
fn fold(sum: u128, images: &Images) -> u128 {
    const PIECE: usize = 1 << 20;
    let (mut sum, mut piece) = (sum, Vec::new());
    for i in 0..images.len() {
        piece.extend(images.image(i));
        piece.push(images.label(i));
        if piece.len() >= PIECE || i + 1 == images.len() {
            sum = hash_on(sum, &mut piece);
        }
    }
    sum
}
