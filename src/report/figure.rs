//! The figures: plain data with a `draw` method that writes `stem.svg` and `stem.png`.

mod accuracy;
mod change_plot;
mod dreams;
mod evoked;
mod forage;
mod map;
mod raster;
mod recall;
mod receptive_fields;
mod replay;
mod rhythm;
mod spectrogram;
mod wave;
mod weight_course;
mod weight_histogram;
mod weight_matrix;

pub use accuracy::{Accuracy, Reference, Run, Stage};
pub use change_plot::{ChangePlot, Series};
pub use dreams::Dreams;
pub use evoked::{Evoked, Response};
pub use forage::{Forage, Stretch};
pub use raster::{Bout, Layer, Raster, Sign, Stimulus, Window};
pub use recall::{Recall, Scores};
pub use receptive_fields::ReceptiveFields;
pub use replay::{Event as ReplayEvent, Replay};
pub use rhythm::{Rhythm, Rhythms, StageRaster, StageRhythm};
pub use spectrogram::{Pressed, Spectrogram};
pub use wave::WaveMap;
pub use weight_course::{Course, DegreeCourse, Moment, WeightCourse};
pub use weight_histogram::{Projection, WeightHistogram};
pub use weight_matrix::WeightMatrix;
