//! The experiment "an agent forages", with every default resolved.

mod phase;
mod section;

use std::time;

use super::form::{self, Around, Known, Paths, read_in, write, write_entry};
use super::network::{Top, engine, named};
use super::reader::Section;
use crate::base::parameter::Dimension;
use crate::foraging::network::Setting;
use crate::foraging::plan::{Agent, Phase, Plan, Task};
use crate::foraging::world::Pattern;

pub(super) use phase::PhaseTable;
pub(super) use section::{Body, Habits, Homeostasis, Learning, Place, Recorded, TaskTable};

/// An agent that forages.
#[derive(Debug, Clone, PartialEq)]
pub struct Foraging {
    /// Seed of the first repetition.
    pub seed: u64,
    /// Repetitions, with seeds `seed`, `seed + 1`, …
    pub seeds: u64,
    /// What the agent goes through.
    pub plan: Plan,
    /// Wall time between checkpoints; `None` for no checkpoints.
    pub checkpoint_every: Option<time::Duration>,
}

/// The published experiment without tasks and phases.
pub(super) fn published() -> Plan {
    Plan {
        setting: Setting::PUBLISHED,
        side: 50,
        pairs: 63,
        epochs: 100,
        agent: Agent {
            right: 1.0,
            wrong: -0.001,
            nothing: -0.0001,
            asleep: 0.5,
            restlessness: 0.005,
            most_restless: 1.0,
        },
        tasks: Vec::new(),
        phases: Vec::new(),
        performance_rate: 1e-4,
        points: 100,
    }
}

/// Reads everything behind `schema` and `experiment`.
pub(super) fn read(root: &Section<'_>, paths: &Paths<'_>) -> Option<Foraging> {
    root.reader.read_parameters(root);
    let none = Known::default();
    let around = Around::new(paths, &none);
    let top = form::read(root, Top::new("foraging"), &around);
    let start = published();
    let world = read_in(root, "world", Place::of(&start), &around);
    let agent = read_in(root, "agent", habits(), &around);
    let body = read_in(root, "network", body(), &around);
    let learning = read_in(root, "learning", learning(), &around);
    let homeostasis = read_in(root, "homeostasis", homeostasis(), &around);
    let record = read_in(root, "record", Recorded::of(&start), &around);
    let checkpoint = read_in(root, "checkpoint", engine::Checkpoint::default(), &around);
    let tasks = named(root, "task", |section, name| {
        let start = Task {
            name: name.into(),
            rewarded: Pattern::Horizontal,
            punished: Pattern::Vertical,
        };
        form::read(section, TaskTable(start), &around).map(|TaskTable(task)| task)
    });
    // Phases name tasks; those of faulty tasks are looked at once these are mended.
    let phases = match &tasks {
        Some(tasks) => phase::phases(root, tasks, &around),
        None => {
            root.get("phase");
            None
        }
    };
    let (top, world, record, body) = (top?, world?, record?, body?);
    let (learning, homeostasis) = (learning?.0, homeostasis?.0);
    let plan = Plan {
        setting: Setting {
            most: learning.most,
            least: learning.least,
            rule: learning.rule,
            salience_rate: learning.salience_rate,
            target: homeostasis.target,
            rate_rate: homeostasis.rate_rate,
            homeostasis: homeostasis.homeostasis,
            ..body.0
        },
        side: world.side,
        pairs: world.pairs,
        epochs: world.epochs,
        agent: agent?.0,
        tasks: tasks?,
        phases: phases?,
        performance_rate: record.performance_rate,
        points: record.points,
    };
    let checkpoint = checkpoint?;
    fits(root, &plan).then_some(Foraging {
        seed: top.seed,
        seeds: top.seeds,
        plan,
        checkpoint_every: checkpoint.every,
    })
}

/// Whether the agent's view fits into its world; reports it if not.
fn fits(root: &Section<'_>, plan: &Plan) -> bool {
    let (view, side) = (plan.setting.view, plan.side);
    if view <= side {
        return true;
    }
    let message = format!(
        "a view of {view} × {view} cells, expected one that fits into a world of {side} × {side}"
    );
    let item = root.get("network").or_else(|| root.get("world"));
    if let Some(item) = item {
        let help = "lower `network.view` or raise `world.side`";
        item.reader
            .problem(item.key_origin, message, Some(help.into()));
    }
    false
}

/// The text of a model file that reads back as `model`, with every key explicit.
pub fn resolved_foraging(model: &Foraging) -> String {
    let (plan, one) = (&model.plan, Dimension::One);
    let mut text = form::write_top(&Top {
        seed: model.seed,
        seeds: model.seeds,
        ..Top::new("foraging")
    });
    text += &write("world", &Place::of(plan), one);
    text += &write("agent", &Habits(plan.agent.clone()), one);
    text += &write("network", &Body(plan.setting.clone()), one);
    text += &write("learning", &Learning(plan.setting.clone()), one);
    text += &write("homeostasis", &Homeostasis(plan.setting.clone()), one);
    text += &write("record", &Recorded::of(plan), one);
    let every = model.checkpoint_every;
    text += &write("checkpoint", &engine::Checkpoint { every }, one);
    for task in &plan.tasks {
        text += &write(
            &format!("task.{}", task.name),
            &TaskTable(task.clone()),
            one,
        );
    }
    for phase in &plan.phases {
        text += &write_entry("phase", &PhaseTable::of(phase, plan));
    }
    text
}

/// What `describe` shows of the agent.
pub(super) fn habits() -> Habits {
    Habits(published().agent)
}

/// What `describe` shows of its network.
pub(super) fn body() -> Body {
    Body(published().setting)
}

/// What `describe` shows of its plasticity.
pub(super) fn learning() -> Learning {
    Learning(published().setting)
}

/// What `describe` shows of its homeostasis.
pub(super) fn homeostasis() -> Homeostasis {
    Homeostasis(published().setting)
}

/// The phase that `describe` shows.
pub(super) fn any_phase() -> PhaseTable {
    PhaseTable::new("phase N".into(), Vec::new(), Vec::new())
}

/// The task that `describe` shows.
pub(super) fn any_task() -> TaskTable {
    TaskTable(Task {
        name: String::new(),
        rewarded: Pattern::Horizontal,
        punished: Pattern::Vertical,
    })
}

/// A phase before it is read.
fn unread(name: String) -> Phase {
    Phase {
        name,
        aeons: 0,
        turns: Vec::new(),
        from: None,
        test: 0,
    }
}
