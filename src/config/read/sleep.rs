//! `[sleep]` and `[sleep.input]`: when, how long, with which input.

use crate::base::parameter::{Dimension, Range};
use crate::base::time::{Duration, Time};
use crate::config::document::Origin;
use crate::config::reader::{Item, Section};
use crate::config::sleep_replay::{After, Input, Patch, Pattern, Sleep};

use super::{Network, Paths, spec};
use crate::stimulus::spike_list::{self, Columns, SpikeFile};

/// What the rest of the file says about sleep.
pub(super) struct Situation<'a> {
    pub(super) network: Option<&'a Network>,
    /// The network is not trained: it sleeps once.
    pub(super) from_file: bool,
    /// There are images.
    pub(super) has_data: bool,
    /// How many tasks, if known.
    pub(super) tasks: Option<usize>,
}

/// A step of the clock in seconds: spikes cannot be denser.
const TICK_S: f64 = 1e-12;

/// Reads the section.
pub(super) fn read(
    section: &Section<'_>,
    situation: &Situation<'_>,
    paths: &Paths<'_>,
) -> Option<Sleep> {
    let after = after(section, situation);
    let grid = section.or("grid", None, |item| grid(&item));
    let sleeps = match after {
        Some(After::LastTask) => Some(1),
        Some(After::EachTask) => situation.tasks,
        None => None,
    };
    let durations = section
        .need(
            "duration",
            "how long to sleep, such as \"15 s\", or one per sleep",
        )
        .and_then(|item| durations(&item, sleeps, grid.flatten()));
    let input = section
        .need_section("input", "what drives the input layer in sleep")
        .and_then(|section| input(&section, situation, grid.flatten(), paths));
    Some(Sleep {
        after: after?,
        durations: durations?,
        grid: grid?,
        input: input?,
    })
}

fn after(section: &Section<'_>, situation: &Situation<'_>) -> Option<After> {
    let default = if situation.from_file {
        After::LastTask
    } else {
        After::EachTask
    };
    section.or("after", default, |item| {
        let after = item.choice(&[
            ("each_task", After::EachTask),
            ("last_task", After::LastTask),
        ])?;
        if situation.from_file && after == After::EachTask {
            let help = "a network from `mlp.weights` sleeps once";
            return item.refuse("`last_task`", Some(help.into()));
        }
        Some(after)
    })
}

fn grid(item: &Item<'_>) -> Option<Option<Duration>> {
    match item.as_text() {
        Some("off") => Some(None),
        Some(text) if !text.contains(|c: char| c.is_ascii_digit()) => {
            item.refuse("`off` or a time step such as \"1 ms\"", None)
        }
        _ => item.duration().map(Some),
    }
}

fn durations(
    item: &Item<'_>,
    sleeps: Option<usize>,
    grid: Option<Duration>,
) -> Option<Vec<Duration>> {
    let one = |item: &Item<'_>| whole_steps(item, item.duration()?, grid);
    let durations = if item.is_array() {
        let durations = item.list("", |entry| one(&entry))?;
        if sleeps.is_some_and(|sleeps| sleeps != durations.len()) || durations.is_empty() {
            let expected = match sleeps {
                Some(1) | None => "one time: there is one sleep".into(),
                Some(sleeps) => format!("one time, or {sleeps}: one per sleep"),
            };
            return item.refuse(&expected, None);
        }
        durations
    } else {
        let duration = one(item)?;
        // The number of sleeps is only unknown where another problem was reported.
        vec![duration; sleeps?]
    };
    let mut end = Time::ZERO;
    for duration in &durations {
        match end.checked_add(*duration) {
            Some(later) => end = later,
            None => {
                return item.refuse("at most 106 days in all, the clock's range", None);
            }
        }
    }
    Some(durations)
}

/// `duration`, if it is a whole number of steps.
fn whole_steps(item: &Item<'_>, duration: Duration, grid: Option<Duration>) -> Option<Duration> {
    match grid {
        Some(step) if duration.ps() % step.ps() != 0 => {
            item.refuse(&format!("a multiple of `sleep.grid`, {step}"), None)
        }
        _ => Some(duration),
    }
}

fn input(
    section: &Section<'_>,
    situation: &Situation<'_>,
    grid: Option<Duration>,
    paths: &Paths<'_>,
) -> Option<Input> {
    const OF_IMAGE: [&str; 3] = ["pattern", "max_rate", "patch"];
    if let Some(item) = section.get("spikes") {
        let mut good = true;
        for other in OF_IMAGE.iter().filter_map(|key| section.get(key)) {
            let message = format!(
                "`{}` and `sleep.input.spikes` exclude each other",
                other.path
            );
            other.reader.problem(other.key_origin, message, None);
            good = false;
        }
        let path = super::file(&item, spike_list::FILES, paths);
        let population = section.or("population", None, |item| {
            item.text("the name of a population in the file")
                .map(|name| Some(name.to_owned()))
        });
        let columns = section.or("columns", None, |item| columns(&item));
        let first = section.or("first_neuron", None, |item| {
            let first = item.integer(0, i64::MAX)?;
            Some(Some(first.unsigned_abs()))
        });
        let file = SpikeFile {
            path: path?,
            population: population?,
            columns: columns?,
            first_neuron: first?,
        };
        return good.then_some(Input::Spikes(file));
    }
    let pattern = pattern(section, situation, paths);
    let max_rate_hz = section
        .need(
            "max_rate",
            "the rate that a pixel of 0.5 fires at, such as \"240 Hz\"",
        )
        .and_then(|item| max_rate(&item, grid));
    let patch = section.or("patch", None, |item| match item.as_text() {
        Some("off") => Some(None),
        _ => patch(&item, situation.network, grid).map(Some),
    });
    Some(Input::Image {
        pattern: pattern?,
        max_rate_hz: max_rate_hz?,
        patch: patch?,
    })
}

/// Names of a table's columns.
fn columns(item: &Item<'_>) -> Option<Option<Columns>> {
    let table = spec::table(item, Columns::KEYS)?;
    match Columns::new(&table) {
        Ok(columns) => Some(Some(columns)),
        Err(error) => {
            item.reader
                .problem(item.key_origin, error.to_string(), None);
            None
        }
    }
}

fn pattern(section: &Section<'_>, situation: &Situation<'_>, paths: &Paths<'_>) -> Option<Pattern> {
    let no_data = |origin: Origin| {
        let message = "there is no [data] to take a mean image from";
        let help =
            "give an image, `pattern = \"mean.npy\"`, or input spikes, `spikes = \"raster.h5\"`";
        section.reader.problem(origin, message, Some(help.into()));
    };
    match section.get("pattern") {
        Some(item) if item.as_text() == Some("mean_image") => {
            if !situation.has_data {
                no_data(item.origin());
            }
            Some(Pattern::MeanImage)
        }
        Some(item) if item.as_text().is_some_and(|text| !text.contains('.')) => item.refuse(
            "`mean_image` or the path of a `.npy` file",
            crate::base::suggest::did_you_mean(item.as_text()?, &["mean_image"]),
        ),
        Some(item) => super::file(&item, &["npy"], paths).map(Pattern::File),
        None => {
            if !situation.has_data {
                no_data(section.origin);
            }
            Some(Pattern::MeanImage)
        }
    }
}

fn max_rate(item: &Item<'_>, grid: Option<Duration>) -> Option<f64> {
    let rate = item.quantity(Dimension::Rate, Range::NonNegative)?;
    // A pixel of 1 fires at twice `max_rate` (Tadros et al. 2022); in one step at most once.
    let step_s = grid.map_or(TICK_S, |step| step.as_ms() / 1e3);
    if 2.0 * rate * step_s <= 1.0 {
        return Some(rate);
    }
    let most = 0.5 / step_s;
    let why = match grid {
        Some(step) => format!("a pixel of 1 would fire more than once per step of {step}"),
        None => "spikes would be denser than the clock's ticks".into(),
    };
    item.refuse(&format!("at most {most} Hz: {why}"), None)
}

fn patch(item: &Item<'_>, network: Option<&Network>, grid: Option<Duration>) -> Option<Patch> {
    if !item.is_table() {
        return item.refuse("`off` or a table { side, period }", None);
    }
    let section = item.section()?;
    let side = section
        .need("side", "pixels per side of the window")
        .and_then(|side| {
            let side_length = side.count()?;
            let pixels = *network?.sizes.first()?;
            let image = pixels.isqrt();
            if image * image != pixels {
                let message = format!(
                    "a patch needs square images, but the input layer has {pixels} neurons"
                );
                side.reader.problem(item.key_origin, message, None);
                None
            } else if side_length > image {
                side.refuse(&format!("at most {image}, the side of the image"), None)
            } else {
                Some(side_length)
            }
        });
    // Tadros et al. 2022 redraw the window in every step of 1 ms.
    let period = section.or("period", Duration::from_ps(1_000_000_000), |period| {
        whole_steps(&period, period.duration()?, grid)
    });
    Some(Patch {
        side: side?,
        period: period?,
    })
}
