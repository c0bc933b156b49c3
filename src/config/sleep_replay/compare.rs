//! `[compare]`: controls that are trained beside the network that sleeps.

use crate::config::form::{self, Around, Count, Given, Keys, List, Table, Words};
use crate::config::reader::Section;

use super::{Amount, Data, Mlp, TrainImages, Weights};

/// Controls. All are off for a network from a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Compare {
    /// The same training without sleep.
    pub sequential: bool,
    /// All tasks trained at once.
    pub joint: Option<Joint>,
    /// The null model: mean of the weights of networks trained on one task each, from one initialisation.
    pub mean_weights: bool,
}

/// Joint training.
#[derive(Debug, Clone, PartialEq)]
pub struct Joint {
    /// Training images.
    pub train: TrainImages,
    /// Passes through them.
    pub epochs: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Control {
    Sequential,
    Joint,
    MeanWeights,
}

const CONTROLS: Words<Control> = Words(&[
    ("sequential", Control::Sequential),
    ("joint", Control::Joint),
    ("mean_weights", Control::MeanWeights),
]);

/// What joint training begins as: a part that is `None` is unknown.
#[derive(Clone, Default)]
pub(in crate::config) struct Draft {
    models: Vec<Control>,
    joint: Option<JointDraft>,
}

#[derive(Clone, Default)]
pub(in crate::config) struct JointDraft {
    train: Option<TrainImages>,
    epochs: Option<usize>,
    classes: Vec<u8>,
}

impl Draft {
    /// All controls, with joint training on the images of the tasks, for as many passes as the task with most.
    pub(in crate::config) fn new(data: Option<&Data>, mlp: Option<&Mlp>, trained: bool) -> Self {
        let epochs = match mlp.map(|mlp| &mlp.weights) {
            Some(Weights::Trained { training, .. }) => training.epochs.iter().max().copied(),
            _ => None,
        };
        let all = CONTROLS.0.iter().map(|(_, control)| *control);
        Self {
            models: all.filter(|_| trained).collect(),
            joint: Some(JointDraft {
                train: data.map(|data| data.train.clone()),
                epochs,
                classes: data
                    .map(|data| data.classes().collect())
                    .unwrap_or_default(),
            }),
        }
    }
}

impl Table for Draft {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "the same training without sleep, all tasks at once, the mean of networks of one task each; none for a \
                    network from a file";
        k.told(
            "models",
            "all",
            &mut self.models,
            List(CONTROLS, "an array of controls"),
            what,
        );
        let start = self.joint.clone().unwrap_or_default();
        let what =
            "[compare.joint]: images and passes of `joint`; those of the tasks where it is silent";
        k.section("joint", &mut self.joint, (start, false), what);
    }
}

impl Table for JointDraft {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let mut train = self
            .train
            .clone()
            .unwrap_or(TrainImages::PerTask(Amount::All));
        train.keys(self.classes.clone(), k);
        if k.reading()
            .is_none_or(|(section, _)| self.train.is_some() || section.gives("train_per_task"))
        {
            self.train = Some(train);
        }
        let what = "passes through them";
        k.told(
            "epochs",
            "most of a task",
            &mut self.epochs,
            Given(Count::SOME),
            what,
        );
    }
}

/// Reads `[compare]`: all controls by default, none for a network from a file.
pub(super) fn compare(
    root: &Section<'_>,
    data: Option<&Data>,
    mlp: Option<&Mlp>,
    around: &Around<'_>,
) -> Option<Compare> {
    let start = Draft::new(data, mlp, around.trained);
    let item = root.get("compare");
    let draft = match &item {
        Some(item) if !around.trained => {
            let section = item.section()?;
            let joint = section.section("joint");
            joint.iter().for_each(Section::ignore);
            let draft = form::read(&section, start, around)?;
            if joint.is_some() || !draft.models.is_empty() {
                let message =
                    "[compare] needs training, but the network is read from `mlp.weights`";
                let help = "remove [compare]: accuracy before and after sleep is shown with [data]";
                root.reader
                    .problem(item.key_origin, message, Some(help.into()));
                return None;
            }
            draft
        }
        Some(item) => form::read(&item.section()?, start, around)?,
        None => start,
    };
    let has = |control| draft.models.contains(&control);
    let joint = draft.joint.unwrap_or_default();
    Some(Compare {
        sequential: has(Control::Sequential),
        joint: match has(Control::Joint) {
            true => Some(Joint {
                train: joint.train?,
                epochs: joint.epochs?,
            }),
            false => None,
        },
        mean_weights: has(Control::MeanWeights),
    })
}

impl Table for Compare {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let on = [
            (self.sequential, Control::Sequential),
            (self.joint.is_some(), Control::Joint),
            (self.mean_weights, Control::MeanWeights),
        ];
        let mut draft = Draft {
            models: on
                .iter()
                .filter_map(|(on, control)| on.then_some(*control))
                .collect(),
            joint: self.joint.clone().map(|joint| JointDraft {
                train: Some(joint.train),
                epochs: Some(joint.epochs),
                classes: Vec::new(),
            }),
        };
        draft.keys(k);
    }
}
