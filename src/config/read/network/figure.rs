//! `[figure]`: what is drawn of a run.

use crate::base::parameter::{Dimension, Range};
use crate::base::time::Duration;
use crate::config::network::{Figures, Raster, Record};
use crate::config::reader::{Item, Section};

use super::Known;

/// Reads `[figure]`; nothing is drawn where it is missing.
pub(super) fn figures(
    root: &Section<'_>,
    known: &Known<'_>,
    record: Option<&Record>,
    duration: Option<Duration>,
) -> Option<Figures> {
    let Some(item) = root.get("figure") else {
        return Some(Figures::default());
    };
    let section = item.section()?;
    let raster = section.or("raster", None, |item| {
        raster(&item.section()?, known, record, duration).map(Some)
    });
    Some(Figures { raster: raster? })
}

fn raster(
    section: &Section<'_>,
    known: &Known<'_>,
    record: Option<&Record>,
    duration: Option<Duration>,
) -> Option<Raster> {
    let populations = section
        .need("populations", "the populations shown, from the top")
        .and_then(|item| shown(&item, known, record));
    let from = section.or("from", Duration::ZERO, |item| from(&item, duration));
    let to = match section.get("to") {
        Some(item) => to(&item, from, duration),
        None => duration,
    };
    let neurons = section.or("neurons", None, |item| {
        let most = item.integer(1, i64::from(u32::MAX))?;
        u32::try_from(most).ok().map(Some)
    });
    Some(Raster {
        populations: populations?,
        from: from?,
        to: to?,
        neurons: neurons?,
    })
}

/// Populations that are drawn, all of them recorded.
fn shown(item: &Item<'_>, known: &Known<'_>, record: Option<&Record>) -> Option<Vec<String>> {
    let names = known.some_names(item)?;
    let Some(record) = record else {
        return Some(names);
    };
    let recorded = |name: &&String| record.recorded(name).is_some();
    if let Some(missing) = names.iter().find(|name| !recorded(name)) {
        let message = format!(
            "`{}` shows population `{missing}`, whose spikes are not recorded",
            item.path
        );
        let help = format!("add it to `record.spikes`: `\"{missing}\"`");
        item.reader.problem(item.origin(), message, Some(help));
        return None;
    }
    Some(names)
}

fn from(item: &Item<'_>, duration: Option<Duration>) -> Option<Duration> {
    let ms = item.quantity(Dimension::Time, Range::NonNegative)?;
    let from = Duration::from_ms(ms).ok()?;
    match duration {
        Some(duration) if from >= duration => {
            item.refuse(&format!("less than the duration, {duration}"), None)
        }
        _ => Some(from),
    }
}

fn to(item: &Item<'_>, from: Option<Duration>, duration: Option<Duration>) -> Option<Duration> {
    let to = item.duration()?;
    if duration.is_some_and(|duration| to > duration) {
        let expected = format!("at most the duration, {}", duration?);
        return item.refuse(&expected, None);
    }
    if from.is_some_and(|from| to <= from) {
        let expected = format!("more than `from`, {}", from?);
        return item.refuse(&expected, None);
    }
    Some(to)
}
