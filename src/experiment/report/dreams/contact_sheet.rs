//! What a network dreams of each class, beside the class means.

use crate::config::night::Night;
use crate::experiment::error::ExperimentError;
use crate::experiment::night::{AT_MEANS, CLASS_MEANS, DREAMT, Inputs};
use crate::experiment::report::Subject;
use crate::report::figure;
use crate::report::html::{Drawn, Part, Picture};

pub(super) fn parts(subject: &Subject, model: &Night) -> Result<Vec<Part>, ExperimentError> {
    let run = &subject.recording;
    let mut snapshots = run.weights(DREAMT)?;
    let known = run.projections()?;
    if known.iter().any(|one| one.name == CLASS_MEANS) {
        snapshots.extend(run.weights(CLASS_MEANS)?);
    }
    let means = snapshots.iter().find(|one| one.label == AT_MEANS);
    let mut nights = snapshots.iter().filter(|one| one.label != AT_MEANS);
    let (Some(means), Some(last)) = (means, nights.next_back()) else {
        return Ok(Vec::new());
    };
    let pixels = last.weights.columns();
    let square = pixels.isqrt();
    // Of data that are no longer there a square is as good a guess as any.
    let (width, height) = match Inputs::read(model).map(|inputs| inputs.shape()) {
        Ok((width, height)) if width * height == pixels => (width, height),
        _ if square * square == pixels => (square, square),
        _ => (pixels, 1),
    };
    let dreams = figure::Dreams {
        dreams: &last.weights,
        means: &means.weights,
        classes: model.data.classes().collect(),
        width,
        height,
        of: "the network".into(),
    };
    Ok(vec![Part::Figure(Picture {
        name: "dreams".into(),
        says: "The mean dream of each class above the mean image of the class, with the cosine of both.".into(),
        svg: dreams.svg()?,
    })])
}
