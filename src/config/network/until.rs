//! `until` of `[[bout]]`: what ends it before its time.

use crate::base::time::Duration;
use crate::config::form::{Around, Keys, Table, count, given, inside, span, trigger_name};
use crate::config::reader::Section;
use crate::engine::simulation::Until;
use crate::trigger::{self, Watches};

/// The table, whose `count` is 1 where it says nothing else.
#[derive(Debug, Clone, PartialEq)]
struct Draft {
    trigger: Option<String>,
    count: Option<u64>,
    quiet: Option<Duration>,
}

impl Table for Draft {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "the name of a table [trigger.NAME] that watches a population";
        k.need("trigger", &mut self.trigger, given(trigger_name()), what);
        let what = "the bout ends when it has told so often";
        let many = given(count(1, u64::MAX / 2));
        k.told("count", "1 without `quiet`", &mut self.count, many, what);
        let what = "the bout ends when it has not told for so long, such as \"5 s\"";
        k.told("quiet", "none", &mut self.quiet, given(span()), what);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        let triggers = around.known.network.triggers.iter();
        let mut triggers = triggers.filter(|own| Some(&own.name) == self.trigger.as_ref());
        let is_clock = triggers.any(|own| {
            let entry = trigger::entry(own.kind.spec.name);
            entry.is_ok_and(|entry| entry.watches == Watches::Nothing)
        });
        if is_clock && let Some(item) = section.get("trigger") {
            let what = "a trigger that watches a population; a clock tells nothing of the network, and a `duration` ends a bout";
            item.refuse::<()>(what, None);
        }
        !is_clock
    }
}

/// The key `until`.
pub(super) fn until(until: &mut Option<Until>, k: &mut Keys<'_>) {
    let mut draft = until.as_ref().map(|until| Draft {
        trigger: Some(until.trigger.clone()),
        count: until.count,
        quiet: until.quiet,
    });
    let start = Draft {
        trigger: None,
        count: None,
        quiet: None,
    };
    let what = "what ends it before its `duration`, when that tells";
    k.told("until", "none", &mut draft, given(inside(start)), what);
    *until = draft.and_then(|draft| {
        let Draft {
            trigger,
            count,
            quiet,
        } = draft;
        Some(Until {
            trigger: trigger?,
            count: count.or(quiet.is_none().then_some(1)),
            quiet,
        })
    });
}
