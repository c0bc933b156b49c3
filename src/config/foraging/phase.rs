//! `[[phase]]`: what an agent goes through, one after the other.

use super::unread;
use crate::config::form::{Around, Form, Keys, Table, count, given, list, read, text, unknown};
use crate::config::quantity::quote;
use crate::config::reader::{Item, Section};
use crate::foraging::plan::{Phase, Plan, Task, Turn};

/// Most aeons of a phase.
const MOST_AEONS: u64 = 1_000_000_000;

/// A phase, and what it may name.
#[derive(Clone)]
pub(in crate::config) struct PhaseTable {
    phase: Phase,
    /// Names of tasks.
    tasks: Vec<String>,
    /// Names of the phases before it.
    earlier: Vec<String>,
}

impl PhaseTable {
    /// A phase called `name` after the `earlier` ones.
    pub(super) fn new(name: String, tasks: Vec<String>, earlier: Vec<String>) -> Self {
        Self {
            phase: unread(name),
            tasks,
            earlier,
        }
    }

    /// `phase` of `plan`.
    pub(super) fn of(phase: &Phase, plan: &Plan) -> Self {
        Self {
            phase: phase.clone(),
            tasks: names(&plan.tasks),
            earlier: plan.phases.iter().map(|phase| phase.name.clone()).collect(),
        }
    }
}

fn names(tasks: &[Task]) -> Vec<String> {
    tasks.iter().map(|task| task.name.clone()).collect()
}

/// What an aeon is for, by name.
fn turn(tasks: Vec<String>) -> Form<'static, Turn> {
    const EXPECTED: &str = "the name of a task, or explore, sleep, recent_sleep, uniform_sleep";
    let written = tasks.clone();
    let read = move |item: &Item<'_>, _: &Around<'_>| {
        let text = item.text(EXPECTED)?;
        let other = Turn::NAMES.iter().find(|(name, _)| *name == text);
        let task = || tasks.iter().position(|task| task == text).map(Turn::Task);
        let found = other.map(|(_, turn)| *turn).or_else(task);
        let known = tasks.iter().map(String::as_str);
        let known: Vec<&str> = known.chain(Turn::NAMES.map(|(name, _)| name)).collect();
        found.or_else(|| unknown(item, EXPECTED, &known))
    };
    let write = move |turn: &Turn, _| match *turn {
        Turn::Task(task) => quote(&written[task]),
        turn => {
            let name = Turn::NAMES.iter().find(|(_, other)| *other == turn);
            quote(name.map_or("", |(name, _)| name))
        }
    };
    Form::new("name", read, write).expecting(EXPECTED)
}

/// An earlier phase, by name.
fn earlier(names: Vec<String>) -> Form<'static, usize> {
    const EXPECTED: &str = "the name of an earlier phase";
    let written = names.clone();
    let read = move |item: &Item<'_>, _: &Around<'_>| {
        let text = item.text(EXPECTED)?;
        let known: Vec<&str> = names.iter().map(String::as_str).collect();
        let found = names.iter().position(|name| name == text);
        found.or_else(|| unknown(item, EXPECTED, &known))
    };
    Form::new("name", read, move |&k: &usize, _| quote(&written[k])).expecting(EXPECTED)
}

impl Table for PhaseTable {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let Self {
            phase,
            tasks,
            earlier: before,
        } = self;
        let what = "names it in figures and files";
        k.told("name", "phase N", &mut phase.name, text("a name"), what);
        let what = "how many aeons it lasts";
        k.need("aeons", &mut phase.aeons, count(1, MOST_AEONS), what);
        let what = "what its aeons are for, one after the other and over again: names of tasks, `explore`, `sleep`, \
                    `recent_sleep`, `uniform_sleep`";
        let turns = list(
            turn(tasks.clone()),
            "an array of tasks, explore, sleep, recent_sleep, uniform_sleep",
        );
        k.need("turns", &mut phase.turns, turns, what);
        let what = "the earlier phase from whose end it starts";
        let default = "the phase before";
        k.told(
            "from",
            default,
            &mut phase.from,
            given(earlier(before.clone())),
            what,
        );
        let what =
            "aeons for which each task is tested at its end, with nothing learnt and nothing kept";
        k.or("test", &mut phase.test, count(0, MOST_AEONS), what);
    }

    fn check(&self, section: &Section<'_>, _: &Around<'_>) -> bool {
        let refuse = |key: &str, expected: &str| {
            if let Some(item) = section.get(key) {
                item.refuse::<()>(expected, None);
            }
            false
        };
        if self.phase.turns.is_empty() {
            return refuse("turns", "at least one");
        }
        if self.phase.test > 0 && self.tasks.is_empty() {
            return refuse("test", "a task [task.NAME] to be tested");
        }
        if self.earlier.contains(&self.phase.name) {
            return refuse("name", "each name once");
        }
        true
    }
}

/// Reads every phase.
pub(super) fn phases(
    root: &Section<'_>,
    tasks: &[Task],
    around: &Around<'_>,
) -> Option<Vec<Phase>> {
    let what = "[[phase]]: what the agent goes through, one after the other";
    let item = root.need("phase", what)?;
    let items = match item.is_array() {
        true => item.items("an array of phases")?,
        false => vec![item.clone()],
    };
    if items.is_empty() {
        return item.refuse("at least one phase", None);
    }
    let mut phases: Vec<Phase> = Vec::new();
    let (mut earlier, mut good) = (Vec::new(), true);
    for (k, item) in items.iter().enumerate() {
        let name = format!("phase {}", k + 1);
        let start = PhaseTable::new(name.clone(), names(tasks), earlier.clone());
        let section = item.section();
        match section.and_then(|section| read(&section, start, around)) {
            Some(table) => {
                earlier.push(table.phase.name.clone());
                phases.push(table.phase);
            }
            // Known to those that start from it: it is the problem to mend.
            None => {
                earlier.push(item.text_in("name").map_or(name, str::to_owned));
                good = false;
            }
        }
    }
    good.then_some(phases)
}
