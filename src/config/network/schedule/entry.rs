//! An entry of `[[bout]]`: a bout, or a group of them, so many times.

use crate::config::document::Origin;
use crate::config::form::{Around, Form, Keys, Table, count, given, read, stage_name};
use crate::config::network::bout::{Bout, MOST_BOUTS};
use crate::config::network::stage::Stage;
use crate::config::reader::{Item, Reader, Section};

/// Groups within groups: deeper ones are a slip.
const DEEPEST: usize = 4;

/// The keys of one bout, with those that say how it stands in the run.
#[derive(Clone)]
pub(in crate::config) struct Draft {
    pub(super) bout: Bout,
    stage: Option<String>,
    repeat: usize,
}

impl Draft {
    pub(in crate::config) fn new(bout: Bout) -> Self {
        Self {
            bout,
            stage: None,
            repeat: 1,
        }
    }
}

impl Table for Draft {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what =
            "the table [stage.NAME] whose keys it takes over, as far as it has none of its own";
        let stage = given(stage_name());
        k.told("stage", "none", &mut self.stage, stage, what);
        self.bout.keys(k);
        repeat(&mut self.repeat, k);
        if k.is_describing() {
            let what = "entries such as this one, in place of all other keys but `repeat`";
            let form = Form::new("[{ … }, …]", |_, _| None::<()>, |(), _| String::new());
            k.told("bouts", "none", &mut (), form, what);
        }
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        // Where a trigger is at fault that is the problem to mend.
        let heard = around.triggers.is_none() || is_heard(&self.bout, section);
        let altered = self.bout.check_altered(section, around);
        altered && self.bout.check_step(section) && heard
    }
}

/// Whether the trigger that ends `bout`, read from `section`, finds anything in it; reports if not.
fn is_heard(bout: &Bout, section: &Section<'_>) -> bool {
    let deaf = bout.until.as_ref();
    let Some(until) = deaf.filter(|until| !bout.triggers.contains(&until.trigger)) else {
        return true;
    };
    if let Some(item) = section.get("until") {
        let message = format!(
            "`{}`: `{}` is not among the `triggers` of the bout, so that it finds nothing",
            item.path, until.trigger
        );
        item.reader.problem(item.key_origin, message, None);
    }
    false
}

/// The key `repeat`.
fn repeat(times: &mut usize, k: &mut Keys<'_>) {
    let what = "how many times it comes, one after the other; from the second on its number follows its name";
    k.or("repeat", times, count(1, MOST_BOUTS as u64), what);
}

/// The keys of a group, whose entries are read apart.
#[derive(Clone)]
struct Group {
    repeat: usize,
}

impl Table for Group {
    fn keys(&mut self, k: &mut Keys<'_>) {
        repeat(&mut self.repeat, k);
        if let Some((section, _)) = k.reading() {
            section.know("bouts");
        }
    }
}

/// A bout as it is written, however often it comes.
pub(super) struct Leaf<'a> {
    pub(super) bout: Bout,
    /// Whether its name is written there.
    pub(super) is_named: bool,
    /// The stage that it names.
    pub(super) stage: Option<String>,
    pub(super) path: String,
    pub(super) reader: &'a Reader,
    pub(super) origin: Origin,
}

impl<'a> Leaf<'a> {
    /// A bout of the night that `section` asks for.
    pub(super) fn of_night(bout: Bout, section: &Section<'a>) -> Self {
        Self {
            stage: Some(bout.name.clone()),
            bout,
            is_named: false,
            path: section.path().to_owned(),
            reader: section.reader,
            origin: section.origin,
        }
    }
}

/// What comes so many times.
pub(super) enum Tree {
    /// The leaf of this number.
    Leaf(usize, usize),
    Group(Vec<Tree>, usize),
}

/// Bouts as they are read, each once.
pub(super) struct Entries<'a, 'k> {
    around: &'k Around<'k>,
    stages: &'k [Stage],
    leaves: Vec<Leaf<'a>>,
}

impl<'a, 'k> Entries<'a, 'k> {
    pub(super) fn new(around: &'k Around<'k>, stages: &'k [Stage]) -> Self {
        Self {
            around,
            stages,
            leaves: Vec::new(),
        }
    }

    pub(super) fn into_leaves(self) -> Vec<Leaf<'a>> {
        self.leaves
    }

    /// Reads one entry, or all of an array, before giving up.
    pub(super) fn read(&mut self, item: &Item<'a>) -> Option<Vec<Tree>> {
        // A single table needs no brackets.
        if !item.is_array() {
            let entry = item.clone();
            return Some(vec![self.entry(entry, 0, 1)?]);
        }
        self.array(item, 0)
    }

    fn array(&mut self, item: &Item<'a>, depth: usize) -> Option<Vec<Tree>> {
        let entries = item.items("an array of bouts")?;
        if entries.is_empty() {
            return item.refuse("at least one bout", None);
        }
        let read = entries.into_iter().enumerate();
        let read: Vec<Option<Tree>> = read
            .map(|(at, entry)| self.entry(entry, depth, at + 1))
            .collect();
        read.into_iter().collect()
    }

    fn entry(&mut self, item: Item<'a>, depth: usize, number: usize) -> Option<Tree> {
        let section = item.section()?;
        if let Some(inner) = section.has("bouts").then(|| section.get("bouts")).flatten() {
            let group = read(&section, Group { repeat: 1 }, self.around);
            if depth == DEEPEST {
                let message = format!("more than {DEEPEST} groups of bouts lie within each other");
                item.reader.problem(item.key_origin, message, None);
                return None;
            }
            let inner = self.array(&inner, depth + 1);
            return Some(Tree::Group(inner?, group?.repeat));
        }
        // Those of a group are told apart by where it stands.
        let number = match depth {
            0 => number,
            _ => self.leaves.len() + 1,
        };
        let start = self
            .start(&item)
            .unwrap_or_else(|| Bout::new(format!("bout {number}"), self.around));
        let draft = read(&section, Draft::new(start), self.around)?;
        let is_named = section.has("name");
        drop(section);
        self.leaves.push(Leaf {
            bout: draft.bout,
            is_named,
            stage: draft.stage,
            path: item.path.clone(),
            reader: item.reader,
            origin: item.origin(),
        });
        Some(Tree::Leaf(self.leaves.len() - 1, draft.repeat))
    }

    /// What the bout begins as by its stage, if it names one that there is.
    fn start(&self, item: &Item<'a>) -> Option<Bout> {
        let name = item.text_in("stage")?;
        let stage = self.stages.iter().find(|stage| stage.0.name == name);
        stage.map(|stage| stage.0.clone())
    }
}

/// The numbers of the leaves in the order in which they come; reports at `item` where there are too many.
pub(super) fn expand(tree: &[Tree], item: &Item<'_>) -> Option<Vec<usize>> {
    let mut order = Vec::new();
    match lay_out(tree, &mut order) {
        true => Some(order),
        false => {
            let message = format!("`{}` comes to more than {MOST_BOUTS} bouts", item.path);
            item.reader.problem(item.key_origin, message, None);
            None
        }
    }
}

/// Puts what `tree` stands for behind `order`; whether it is not too much.
fn lay_out(tree: &[Tree], order: &mut Vec<usize>) -> bool {
    tree.iter().all(|entry| match entry {
        Tree::Leaf(leaf, times) => {
            order.extend(std::iter::repeat_n(*leaf, *times));
            order.len() <= MOST_BOUTS
        }
        Tree::Group(inner, times) => (0..*times).all(|_| lay_out(inner, order)),
    })
}
