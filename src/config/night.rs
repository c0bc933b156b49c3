//! The experiment "nights that dream what was learnt", with every default resolved.

mod section;

use std::time;

use super::form::{self, Around, Known, Layers, Paths, read_in, write};
use super::network::{Top, engine};
use super::reader::Section;
use super::sleep_replay::{Data, Export, Mlp, Weights, layer_names, layer_sizes};
use crate::base::parameter::Dimension;
use crate::base::time::Duration;
use crate::protocol::hypnogram::{Bout, Kind, Timeline, TooLong};

pub use section::{Compare, Control, Information, MeanImage, Nights, Record};

/// For each task: learn, sleep, test; by night a spiking network dreams what it knows, and learns from that.
#[derive(Debug, Clone, PartialEq)]
pub struct Night {
    /// Seed of the first repetition.
    pub seed: u64,
    /// Repetitions, with seeds `seed`, `seed + 1`, …
    pub seeds: u64,
    /// Images and tasks.
    pub data: Data,
    /// The artificial network, which is trained by day unless there is a store.
    pub mlp: Mlp,
    /// What happens by night.
    pub nights: Nights,
    /// Yardsticks.
    pub compare: Compare,
    /// What goes into the run file.
    pub record: Record,
    /// Files beside the run file.
    pub output: Export,
    /// Wall time between checkpoints; `None` for no checkpoints.
    pub checkpoint_every: Option<time::Duration>,
}

impl Night {
    /// Names of the tasks: their classes, "0 1".
    pub fn task_labels(&self) -> Vec<String> {
        let label = |classes: &Vec<u8>| {
            let classes: Vec<String> = classes.iter().map(u8::to_string).collect();
            classes.join(" ")
        };
        self.data.tasks.iter().map(label).collect()
    }

    /// Classes up to the task number `task`, in the order in which they are learnt.
    pub fn seen(&self, task: usize) -> Vec<u8> {
        self.data.tasks[..=task].concat()
    }

    /// From the beginning of an event to that of the next.
    pub fn period(&self) -> Duration {
        Duration::from_ps(self.nights.event.ps() + self.nights.pause.ps())
    }

    /// Whether the network sleeps after the task number `task`.
    pub fn sleeps_after(&self, task: usize) -> bool {
        self.nights.after_each || task + 1 == self.data.tasks.len()
    }

    /// How many times the network has slept after the night that follows the task number `task`: the number of that sleep, as tables
    /// of accuracies have it.
    pub fn sleep_number(&self, task: usize) -> usize {
        (0..=task).filter(|&task| self.sleeps_after(task)).count()
    }

    /// Whether the network is trained by day.
    pub fn trains(&self) -> bool {
        self.nights.information == Information::Weights
    }

    /// Whether spikes read by night what the day has left in the weights.
    pub fn reads(&self) -> bool {
        self.nights.reads()
    }

    /// How many events the step number `step` of the dreams after `task` has.
    pub fn events(&self, task: usize, step: usize) -> u64 {
        let steps = self.nights.eta.len() as u64;
        let each = self.nights.dreams;
        let own = each * (step as u64 + 1) / steps - each * step as u64 / steps;
        own * self.seen(task).len() as u64
    }

    /// What every seed goes through.
    ///
    /// # Errors
    /// If it lasts longer than the clock.
    pub fn bouts(&self) -> Result<Vec<Bout>, TooLong> {
        let mut timeline = Timeline::default();
        let lasting = |events: u64| {
            let events = i64::try_from(events).map_err(|_| TooLong)?;
            let length = self.period().ps().checked_mul(events).ok_or(TooLong)?;
            Ok(Duration::from_ps(length))
        };
        for task in 0..self.data.tasks.len() {
            let label = task + 1;
            timeline.mark(format!("task {label}"), Kind::Training, task);
            timeline.mark(format!("test after task {label}"), Kind::Test, task);
            // What is read from weights is read each day: the next one overwrites it.
            if self.reads() {
                let length = lasting(self.nights.capture_events)?;
                timeline.add(format!("capture {label}"), Kind::Capture, task, length)?;
            }
            if self.sleeps_after(task) {
                let sleep = self.sleep_number(task);
                for step in 0..self.nights.eta.len() {
                    let name = format!("sleep {sleep}.{}", step + 1);
                    let length = lasting(self.events(task, step))?;
                    timeline.add(name, Kind::Dreams(step), task, length)?;
                }
                timeline.mark(format!("test after sleep {sleep}"), Kind::Test, task);
            }
        }
        Ok(timeline.into_bouts())
    }
}

/// Reads everything behind `schema` and `experiment`.
pub(super) fn read(root: &Section<'_>, paths: &Paths<'_>) -> Option<Night> {
    root.reader.read_parameters(root);
    let none = Known::default();
    let mut around = Around::new(paths, &none);
    let top = form::read(root, Top::new("night"), &around);
    let mlp_section = root.need_section("mlp", "the artificial network: its layers and training");
    let sizes = mlp_section
        .as_ref()
        .and_then(|section| layer_sizes(section, &around));
    let layers = sizes.map(|sizes| Layers {
        names: layer_names(sizes.len()),
        sizes,
    });
    around.layers = layers.as_ref();
    around.trained = !mlp_section.as_ref().is_some_and(|mlp| mlp.has("weights"));
    let data = root.need_section("data", "the images to learn and their tasks");
    let data = data.and_then(|section| form::read(&section, Data::default(), &around));
    around.tasks = data.as_ref().map(|data| &data.tasks[..]);
    if !around.trained
        && let Some(item) = mlp_section.as_ref().and_then(|mlp| mlp.get("weights"))
    {
        let message = "`mlp.weights`: nights follow days on which the network is trained";
        let help = "give `init` and [mlp.training]";
        item.reader
            .problem(item.key_origin, message, Some(help.into()));
    }
    let mlp = mlp_section.as_ref().and_then(|section| {
        let mlp = form::read(section, Mlp::default(), &around)?;
        is_of_nights(section, &mlp.weights).then_some(mlp)
    });
    let nights = read_in(root, "night", Nights::default(), &around);
    let reads = nights.as_ref().is_none_or(Nights::reads);
    let compare = read_in(root, "compare", Compare::new(reads), &around);
    let acts = match (&nights, &compare) {
        (Some(nights), Some(compare)) => {
            dreams_are_read(root, nights, compare) & all_acts(root, nights, compare)
        }
        _ => true,
    };
    let record = read_in(root, "record", Record::default(), &around);
    let output = read_in(root, "output", Export::default(), &around);
    let checkpoint = read_in(root, "checkpoint", engine::Checkpoint::default(), &around);
    let (top, mlp) = (top?, mlp?);
    if !acts {
        return None;
    }
    if matches!(mlp.weights, Weights::File { .. }) {
        return None;
    }
    if mlp.layers.len() < 3
        && let Some(item) = root.get("mlp")
    {
        let message = "`mlp.layers`: a network that dreams has at least one hidden layer";
        item.reader.problem(item.key_origin, message, None);
        return None;
    }
    let names = mlp.layer_names();
    let record = record?;
    if let Some(found) = record.spikes.iter().find(|name| !names.contains(name))
        && let Some(item) = root.get("record")
    {
        let message = format!(
            "`record.spikes` names `{found}`, expected layers: {}",
            names.join(", ")
        );
        item.reader.problem(item.key_origin, message, None);
        return None;
    }
    Some(Night {
        seed: top.seed,
        seeds: top.seeds,
        data: data?,
        mlp,
        nights: nights?,
        compare: compare?,
        record,
        output: output?,
        checkpoint_every: checkpoint?.every,
    })
}

/// Whether a network with these `weights`, which `mlp` gives, can sleep: reports what no night can have.
fn is_of_nights(mlp: &Section<'_>, weights: &Weights) -> bool {
    let Weights::Trained { bias, training, .. } = weights else {
        return true;
    };
    if *bias && let Some(item) = mlp.get("bias") {
        let expected = "false: the spiking network of a night has weights alone";
        item.refuse::<()>(expected, None);
        return false;
    }
    if training.rehearsal > 0.0
        && let Some(section) = mlp.section("training")
    {
        section.ignore();
        if let Some(item) = section.get("rehearsal") {
            let expected = "0: a night is to do without the images of earlier days";
            let help =
                "the yardstick `rehearsal` of [compare] keeps some, `compare.images` of each class";
            item.refuse::<()>(expected, Some(help.into()));
        }
        return false;
    }
    true
}

/// Whether there are dreams that the yardstick `nearest_dream` could be near, where it is compared.
fn dreams_are_read(root: &Section<'_>, nights: &Nights, compare: &Compare) -> bool {
    if nights.reads() || !compare.has(Control::NearestDream) {
        return true;
    }
    if let Some(section) = root.section("compare") {
        section.ignore();
        let why = match nights.information {
            Information::Store => "`information` of [night] is \"store\"",
            Information::Weights => "`capture` of [night] is false",
        };
        let message = format!(
            "the yardstick `nearest_dream` needs dreams that are read from weights, but {why}"
        );
        let models = section.get("models");
        let origin = models.map_or(section.origin, |item| item.origin());
        let help = "leave it out of `compare.models`";
        root.reader.problem(origin, message, Some(help.into()));
    }
    false
}

/// Whether what depends on [night] and [compare] together acts, where it is given: reports what does not.
fn all_acts(root: &Section<'_>, nights: &Nights, compare: &Compare) -> bool {
    let fresh = Nights::default();
    let stores = nights.information == Information::Store;
    let told_apart = compare.has(Control::Linear) || compare.has(Control::Quadratic);
    let images = Compare::new(true).images;
    let unread = match nights.information {
        Information::Store => "`information` is \"store\"",
        Information::Weights => "`capture` is false",
    };
    let sigma = format!(
        "{} where {unread} and `mean_calibrated` is not compared: no such patterns are drawn",
        fresh.sigma
    );
    let components = format!(
        "{} where `information` is \"weights\" and neither `linear` nor `quadratic` is compared: nothing has components",
        fresh.components
    );
    let kept = format!("{images} where `rehearsal` is not compared: no images are kept");
    let is_smooth = nights.reads() || compare.has(Control::MeanCalibrated);
    let idle = [
        (
            "night",
            "sigma",
            nights.sigma != fresh.sigma && !is_smooth,
            sigma,
        ),
        (
            "night",
            "components",
            nights.components != fresh.components && !stores && !told_apart,
            components,
        ),
        (
            "compare",
            "images",
            compare.images != images && !compare.has(Control::Rehearsal),
            kept,
        ),
    ];
    let mut acts = true;
    for (place, key, _, expected) in idle.iter().filter(|(_, _, is_idle, _)| *is_idle) {
        acts = false;
        if let Some(section) = root.section(place) {
            section.ignore();
            if let Some(item) = section.get(key) {
                item.refuse::<()>(expected, None);
            }
        }
    }
    acts
}

/// The text of a model file that reads back as `model`, with every key explicit.
pub fn resolved_night(model: &Night) -> String {
    let one = Dimension::One;
    let mut text = form::write_top(&Top {
        seed: model.seed,
        seeds: model.seeds,
        ..Top::new("night")
    });
    text += &write("data", &model.data, one);
    text += &write("mlp", &model.mlp, one);
    text += &write("night", &model.nights, one);
    text += &write("compare", &model.compare, one);
    text += &write("record", &model.record, one);
    text += &write("output", &model.output, one);
    let every = model.checkpoint_every;
    text += &write("checkpoint", &engine::Checkpoint { every }, one);
    text
}
