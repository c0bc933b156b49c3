//! `[compare]`: controls that are trained beside the network that sleeps.

use crate::config::document::Origin;
use crate::config::form::{Around, Keys, Table, each, read_in, some, words};
use crate::config::reader::{Item, Section};

use super::{Amount, Data, Mlp, TrainImages, Weights};

/// Controls. All are off for a network from a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Compare {
    /// The same training without sleep.
    pub sequential: bool,
    /// All tasks trained at once.
    pub joint: Option<Joint>,
    /// The same with sleep but without a memory.
    pub without_memory: bool,
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
    WithoutMemory,
    Joint,
    MeanWeights,
}

impl Compare {
    /// All controls, with `joint` training, or none; of a network that has a `memory`, or of one that has none.
    pub(in crate::config) fn new(joint: Option<Joint>, memory: bool) -> Self {
        Self {
            sequential: joint.is_some(),
            without_memory: memory && joint.is_some(),
            mean_weights: joint.is_some(),
            joint,
        }
    }
}

impl Table for Compare {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let on = [
            (self.sequential, Control::Sequential),
            (self.without_memory, Control::WithoutMemory),
            (self.joint.is_some(), Control::Joint),
            (self.mean_weights, Control::MeanWeights),
        ];
        let on = on.iter().filter_map(|(on, control)| on.then_some(*control));
        let mut models: Vec<Control> = on.collect();
        let controls = words(&[
            ("sequential", Control::Sequential),
            ("without_memory", Control::WithoutMemory),
            ("joint", Control::Joint),
            ("mean_weights", Control::MeanWeights),
        ]);
        let what = "the same training without sleep, the same with sleep but without [memory], all tasks at once, the mean of \
                    networks of one task each; none for a network from a file";
        k.told(
            "models",
            "all",
            &mut models,
            each(controls, "control", true),
            what,
        );
        let what =
            "[compare.joint]: images and passes of `joint`; those of the tasks where it is silent";
        let start = self.joint.clone().unwrap_or_default();
        k.section("joint", &mut self.joint, (start, false), what);
        let has = |control| models.contains(&control);
        (self.sequential, self.mean_weights) =
            (has(Control::Sequential), has(Control::MeanWeights));
        self.without_memory = has(Control::WithoutMemory);
        let joint = self.joint.take().unwrap_or_default();
        self.joint = has(Control::Joint).then_some(joint);
    }
}

impl Default for Joint {
    fn default() -> Self {
        Self {
            train: TrainImages::PerTask(Amount::All),
            epochs: 1,
        }
    }
}

impl Joint {
    /// Joint training on the images of the tasks, for as many passes as the task with most. What is at fault elsewhere
    /// plays no part.
    fn of(data: Option<&Data>, mlp: Option<&Mlp>) -> Self {
        let epochs = match mlp.map(|mlp| &mlp.weights) {
            Some(Weights::Trained { training, .. }) => training.epochs.iter().max().copied(),
            _ => None,
        };
        Self {
            train: data.map_or(Self::default().train, |data| data.train.clone()),
            epochs: epochs.unwrap_or(1),
        }
    }
}

impl Table for Joint {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let tasks = k.reading().and_then(|(_, around)| around.tasks);
        let classes = tasks.map(|tasks| tasks.concat()).unwrap_or_default();
        self.train.keys(classes, Some("that of [data]"), k);
        let what = "passes through them";
        k.told(
            "epochs",
            "the most of `mlp.training.epochs`",
            &mut self.epochs,
            some(),
            what,
        );
    }
}

/// Reads `[compare]`: all controls by default, none for a network from a file.
pub(super) fn compare(
    root: &Section<'_>,
    data: Option<&Data>,
    mlp: Option<&Mlp>,
    memory: bool,
    around: &Around<'_>,
) -> Option<Compare> {
    let joint = around.trained.then(|| Joint::of(data, mlp));
    let compare = read_in(root, "compare", Compare::new(joint, memory), around)?;
    if compare.without_memory
        && !memory
        && let Some(item) = root.get("compare")
    {
        let message = "the control `without_memory` needs a memory, but there is no [memory]";
        root.reader.problem(item.key_origin, message, None);
        return None;
    }
    if around.trained
        && compare.joint.is_none()
        && let Some(section) = root.section("compare")
    {
        section.ignore();
        if let Some(item) = section.get("joint")
            && !is_left_out(&section, &item)
        {
            let message = format!(
                "[{}] is of a control that is not trained: `compare.models` does not list `joint`",
                item.path
            );
            root.reader.problem(item.key_origin, message, None);
            return None;
        }
    }
    if !around.trained
        && let Some(item) = root.get("compare")
    {
        let section = item.section()?;
        section.ignore();
        if compare == Compare::new(None, false) && !section.gives("joint") {
            return Some(compare);
        }
        let message = "[compare] needs training, but the network is read from `mlp.weights`";
        let help = "remove [compare]: accuracy before and after sleep is shown with [data]";
        root.reader
            .problem(item.key_origin, message, Some(help.into()));
        return None;
    }
    Some(compare)
}

/// Whether the command line leaves out the control that the file describes in `joint`, of which it can take nothing away.
fn is_left_out(compare: &Section<'_>, joint: &Item<'_>) -> bool {
    let is_typed = |item: &Item<'_>| matches!(item.origin(), Origin::Set(_));
    let inner = joint.section();
    let typed = inner.is_some_and(|joint| joint.items().iter().any(|(_, item)| is_typed(item)));
    compare
        .get("models")
        .is_some_and(|models| is_typed(&models))
        && !is_typed(joint)
        && !typed
}
