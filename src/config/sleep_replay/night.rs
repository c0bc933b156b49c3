//! `[sleep]` and `[sleep.input]`: when, how long, with which input.

use std::path::PathBuf;

use crate::base::legible::legible;
use crate::base::parameter::{Dimension, Range};
use crate::base::suggest;
use crate::base::time::{Duration, PS_PER_MS, Time};
use crate::config::document::Origin;
use crate::config::form::{
    Around, Form, Keys, Table, count, file, file as path, given, inside, list, number, off, some,
    span, text, texts, time, words,
};
use crate::config::quantity::quote;
use crate::config::reader::{Item, Reader, Section};
use crate::stimulus::spike_list::{self, Columns, SpikeFile};
use crate::stimulus::{MOST_AT_ONCE, most_at_once_hz};

/// Sleep.
#[derive(Debug, Clone, PartialEq)]
pub struct Sleep {
    /// When the network sleeps; [`After::LastTask`] for a network from a file.
    pub after: After,
    /// Length of each sleep: one per task, or a single one with [`After::LastTask`]. Together within the clock's range.
    pub durations: Vec<Duration>,
    /// Step of the published time-stepped algorithm, or `None` for continuous time. Durations and the patch's period
    /// are whole multiples of it.
    pub grid: Option<Duration>,
    /// What drives the input layer.
    pub input: Input,
}

/// When the network sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// After every task.
    EachTask,
    /// Once, after the last task.
    LastTask,
}

/// What drives the input layer in sleep.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Random spikes at rates given by an image.
    Image {
        /// The image.
        pattern: Pattern,
        /// A pixel of 1 fires at twice this rate, in hertz, as published. On a grid, 2 × rate × step is at most 1.
        max_rate_hz: f64,
        /// The part of the image that is on at a time, or `None` for all of it.
        patch: Option<Patch>,
    },
    /// Spikes of the input layer from a file.
    Spikes(SpikeFile),
}

/// An image of input rates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// Mean training image of the tasks seen so far.
    MeanImage,
    /// An array of the input layer's size in a `.npy` file.
    File(PathBuf),
}

/// A square window of the image; pixels outside are silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patch {
    /// Pixels per side, at most the image's side.
    pub side: usize,
    /// The window's place is drawn anew this often.
    pub period: Duration,
}

impl Sleep {
    /// How often its input is drawn: the grid's step, or the window's period in continuous time (the published millisecond
    /// without a window).
    pub fn tick(&self) -> Duration {
        let window = match &self.input {
            Input::Image { patch, .. } => patch.map(|patch| patch.period),
            Input::Spikes(_) => None,
        };
        let step = Duration::from_ps(PS_PER_MS);
        self.grid.or(window).unwrap_or(step)
    }

    /// Sleep after every task of a network that is trained, once of one that is not.
    pub(in crate::config) fn new(trained: bool) -> Self {
        Self {
            after: if trained {
                After::EachTask
            } else {
                After::LastTask
            },
            durations: Vec::new(),
            grid: None,
            input: Input::default(),
        }
    }

    /// How long all sleeps last together, which reading bounds by the clock's range.
    pub(super) fn in_all(&self) -> Duration {
        Duration::from_ps(self.durations.iter().map(|duration| duration.ps()).sum())
    }
}

impl Default for Input {
    fn default() -> Self {
        Self::Image {
            pattern: Pattern::MeanImage,
            max_rate_hz: 0.0,
            patch: None,
        }
    }
}

impl Default for Patch {
    fn default() -> Self {
        Self {
            side: 0,
            // Tadros et al. 2022 redraw the window in every step of 1 ms.
            period: Duration::from_ps(1_000_000_000),
        }
    }
}

impl Table for Sleep {
    fn keys(&mut self, k: &mut Keys<'_>) {
        const WORDS: [(&str, After); 2] = [
            ("each_task", After::EachTask),
            ("last_task", After::LastTask),
        ];
        let after = words(&WORDS);
        let what = "when to sleep; a network from `mlp.weights` sleeps once";
        k.told("after", "each_task", &mut self.after, after, what);
        let each = self.after == After::EachTask;
        let mut sleeps = Some(1);
        if let Some((section, around)) = k.reading() {
            if each
                && !around.trained
                && let Some(item) = section.get("after")
            {
                let help = "a network from `mlp.weights` sleeps once";
                item.refuse::<()>("`last_task`", Some(help.into()));
            }
            let is_word = |item: Item<'_>| {
                let text = item.as_text().unwrap_or_default();
                WORDS.iter().any(|(word, _)| *word == text)
            };
            let known = section.get("after").is_none_or(is_word);
            sleeps = match (known, each, around.trained) {
                (true, true, true) => around.tasks.map(<[_]>::len),
                (true, false, _) => Some(1),
                // Refused: nobody knows how many there are to be.
                (false, _, _) | (_, true, false) => None,
            };
            let grid = section.get("grid");
            around.grid = grid.and_then(|item| (off(span()).read)(&item, around).flatten());
        }
        let what = "how long to sleep, such as \"15 s\", or one per sleep";
        k.need("duration", &mut self.durations, lengths(sleeps), what);
        let what = "step of the published time-stepped algorithm, in place of continuous time";
        k.or("grid", &mut self.grid, off(span()), what);
        let mut input = Some(self.input.clone());
        let what = "what drives the input layer in sleep";
        k.section("input", &mut input, (Input::default(), true), what);
        self.input = input.unwrap_or_default();
    }

    fn check(&self, _: &Section<'_>, around: &Around<'_>) -> bool {
        around.trained || self.after == After::LastTask
    }
}

/// `duration`, if it is a whole number of the grid's steps.
fn whole_steps(item: &Item<'_>, grid: Option<Duration>) -> Option<Duration> {
    let duration = item.duration()?;
    match grid {
        Some(step) if duration.ps() % step.ps() != 0 => {
            item.refuse(&format!("a multiple of `sleep.grid`, {step}"), None)
        }
        _ => Some(duration),
    }
}

/// A time for every sleep, or one for each of so many.
fn lengths(sleeps: Option<usize>) -> Form<'static, Vec<Duration>> {
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        let one = |item: &Item<'_>| whole_steps(item, around.grid);
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
            // The number of sleeps is only unknown where another problem was reported.
            vec![one(item)?; sleeps?]
        };
        let mut lengths = durations.iter();
        match lengths.try_fold(Time::ZERO, |end, duration| end.checked_add(*duration)) {
            Some(_) => Some(durations),
            None => item.refuse("at most 106 days in all, the clock's range", None),
        }
    };
    Form::new("ms, [ms, …]", read, list(span(), "").write)
}

impl Table for Input {
    fn keys(&mut self, k: &mut Keys<'_>) {
        match k.either(&["pattern", "max_rate", "patch"], &["spikes"]) {
            Some(true) => *self = Self::Spikes(SpikeFile::new("")),
            Some(false) => *self = Self::default(),
            None => {}
        }
        match self {
            Self::Spikes(file) => {
                let what = "spikes of the input layer from a file, in place of an image";
                k.need("spikes", &mut file.path, path(spike_list::FILES), what);
                let what = "the name of a population in the file";
                let name = given(text(what));
                k.told(
                    "population",
                    "the only one",
                    &mut file.population,
                    name,
                    what,
                );
                let names = given(columns());
                let known = "those of a known layout";
                k.told(
                    "columns",
                    known,
                    &mut file.columns,
                    names,
                    spike_list::COLUMNS,
                );
                let first = given(count(0, i64::MAX as u64));
                let what = spike_list::FIRST_NEURON;
                k.told("first_neuron", "0", &mut file.first_neuron, first, what);
            }
            Self::Image {
                pattern,
                max_rate_hz,
                patch,
            } => {
                if let Some((section, around)) = k.reading()
                    && !around.has_data
                    && !section.has("pattern")
                {
                    no_data(section.reader, section.origin);
                    k.require(false);
                }
                let what = "rates of the input: the mean image of the tasks seen so far, or an image, \"mean.npy\"";
                k.or("pattern", pattern, image(), what);
                let what = "the rate that a pixel of 0.5 fires at, such as \"240 Hz\"";
                k.need("max_rate", max_rate_hz, rate(), what);
                let what = "{ side = 5, period = \"1 ms\" }: a square window that is seen at a time, placed at random within the image, so that \
                            pixels near its edges are seen less often";
                k.or("patch", patch, off(inside(Patch::default())), what);
            }
        }
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        let Self::Image {
            max_rate_hz, patch, ..
        } = self
        else {
            return true;
        };
        let (Some(layers), None) = (around.layers, around.grid) else {
            return true;
        };
        let tick = patch.map_or(Patch::default().period, |patch| patch.period);
        let pixels = patch.map_or(layers.sizes[0], |patch| patch.side * patch.side);
        let most_hz = most_at_once_hz(tick, pixels) / 2.0;
        let fits = *max_rate_hz <= most_hz;
        if !fits && let Some(item) = section.get("max_rate") {
            let expected = format!(
                "at most {} Hz: {pixels} pixels would get more than {MOST_AT_ONCE:e} spikes at once, in {tick}",
                legible(most_hz)
            );
            item.refuse::<()>(&expected, Some("lower it, or the period of `patch`".into()));
        }
        fits
    }
}

/// Reports that there are no images.
fn no_data(reader: &Reader, origin: Origin) {
    let message = "there is no [data] to take a mean image from";
    let help = "give an image, `pattern = \"mean.npy\"`, or input spikes, `spikes = \"raster.h5\"`";
    reader.problem(origin, message, Some(help.into()));
}

/// Names of a table's columns.
fn columns() -> Form<'static, Columns> {
    let form = texts(Columns::KEYS);
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        let columns = Columns::new(&(form.read)(item, around)?);
        let columns = columns.map_err(|error| error.to_string());
        columns
            .map_err(|message| item.reader.problem(item.key_origin, message, None))
            .ok()
    };
    let write = move |columns: &Columns, weight| (form.write)(&columns.table(), weight);
    Form::new(texts(Columns::KEYS).words, read, write)
}

/// The image that rates come from.
fn image() -> Form<'static, Pattern> {
    let read = |item: &Item<'_>, around: &Around<'_>| match item.as_text() {
        Some("mean_image") if around.has_data => Some(Pattern::MeanImage),
        Some("mean_image") => {
            no_data(item.reader, item.origin());
            None
        }
        Some(text) if !text.contains('.') => item.refuse(
            "`mean_image` or the path of a `.npy` file",
            suggest::did_you_mean(text, &["mean_image"]),
        ),
        _ => (file(&["npy"]).read)(item, around).map(Pattern::File),
    };
    Form::new(
        "mean_image, path",
        read,
        |pattern: &Pattern, _| match pattern {
            Pattern::MeanImage => quote("mean_image"),
            Pattern::File(file) => quote(&file.to_string_lossy()),
        },
    )
}

/// A rate at which no pixel fires more often than can be.
fn rate() -> Form<'static, f64> {
    let form = number(Dimension::Rate, Range::NonNegative);
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        /// A step of the clock in seconds: spikes cannot be denser.
        const TICK_S: f64 = 1e-12;
        let rate = (form.read)(item, around)?;
        // A pixel of 1 fires at twice `max_rate` (Tadros et al. 2022); in one step at most once.
        let step_s = around.grid.map_or(TICK_S, |step| step.as_ms() / 1e3);
        if 2.0 * rate * step_s <= 1.0 {
            return Some(rate);
        }
        let why = match around.grid {
            Some(step) => format!("a pixel of 1 would fire more than once per step of {step}"),
            None => "spikes would be denser than the clock's ticks".into(),
        };
        item.refuse(&format!("at most {} Hz: {why}", 0.5 / step_s), None)
    };
    Form::new(form.words, read, form.write)
}

impl Table for Patch {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "pixels per side of the window";
        k.need("side", &mut self.side, some(), what);
        let what = "how often its place is drawn anew";
        k.or(
            "period",
            &mut self.period,
            time(|item, around| whole_steps(item, around.grid)),
            what,
        );
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        let (Some(layers), Some(item)) = (around.layers, section.get("side")) else {
            return false;
        };
        // Rows and columns of images are known where these are read; both are no shorter only in a square.
        let most = layers.sizes[0].isqrt();
        let fits = self.side <= most;
        if !fits {
            let pixels = layers.sizes[0];
            let expected = format!(
                "at most {most}, as long as the shorter side of an image of {pixels} pixels can be"
            );
            item.refuse::<()>(&expected, None);
        }
        fits
    }
}
