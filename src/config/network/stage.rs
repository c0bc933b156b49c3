//! `[stage.NAME]`: what is different in the bouts of a stage.

use super::bout::Bout;
use crate::config::form::{Around, Keys, Table, read};
use crate::config::reader::Section;

/// What bouts of a stage begin as, before their own keys are read: a bout under the stage's name, without a duration.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage(pub(super) Bout);

impl Stage {
    /// A stage called `name` that changes nothing.
    pub(in crate::config) fn new(name: &str, around: &Around<'_>) -> Self {
        Self(Bout::new(name.into(), around))
    }

    /// Its name.
    pub(super) fn name(&self) -> &str {
        &self.0.name
    }
}

impl Table for Stage {
    fn keys(&mut self, k: &mut Keys<'_>) {
        self.0.stimuli(k);
        self.0.acting(k);
        self.0.altering(k);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        self.0.check_altered(section, around)
    }
}

/// Reads the stage called `name`.
pub(super) fn stage(section: &Section<'_>, name: &str, around: &Around<'_>) -> Option<Stage> {
    read(section, Stage::new(name, around), around)
}
