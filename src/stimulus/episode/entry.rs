//! Dreams as stimuli that model files can name.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Field, Firing, Order, Player, Programme, Scenes};
use crate::base::parameter::{
    Default, Dimension, Kind, ParameterError, ParameterSpec, Range, Spec, Values,
};
use crate::base::time::Duration;
use crate::memory::sketch::Palette;
use crate::stimulus::poisson::TICKS_HZ;
use crate::stimulus::{Begin, Brings, Entry, held};

macro_rules! entry {
    ($spec:ident) => {
        Entry {
            spec: &$spec,
            arrives: true,
            names_neurons: true,
            pulsed: false,
            changes: &[],
            swings: false,
            build: |values| Ok(Brings::Episodes(Episodes::new(&$spec, values)?)),
        }
    };
}

/// Patterns of a file.
pub static PATTERNS: Entry = entry!(PATTERNS_SPEC);
/// Pixels of a field.
pub static FIELD: Entry = entry!(FIELD_SPEC);
/// Means with components.
pub static COMPONENTS: Entry = entry!(COMPONENTS_SPEC);

const RATE: ParameterSpec = ParameterSpec::quantity(
    "rate",
    Dimension::Rate,
    Range::NonNegative,
    "the rate of a pixel of 1, such as \"200 Hz\"",
);

const EVENT: ParameterSpec = ParameterSpec::quantity(
    "event",
    Dimension::Time,
    Range::Positive,
    "how long a pattern is played",
);

const PAUSE: ParameterSpec = ParameterSpec::quantity(
    "pause",
    Dimension::Time,
    Range::NonNegative,
    "silence after it, in which neurons forget; costs nothing",
)
.or_number(0.0);

const ORDER: ParameterSpec = ParameterSpec::new(
    "order",
    Kind::Word(&["shuffled", "sequence"]),
    "each once in random order, then again in another, or one after the other; stimuli that begin in one bout and have equally many \
     patterns have one random order, so that a teacher plays what belongs to a dream",
)
.or(Default::Word("shuffled"));

const FIRING: ParameterSpec = ParameterSpec::new(
    "firing",
    Kind::Word(&["poisson", "regular"]),
    "how spikes of a neuron follow each other: as a Poisson process, or at even intervals from a random phase on, as of a neuron that a \
     steady current drives; both as often on average",
)
.or(Default::Word("poisson"));

static PATTERNS_SPEC: Spec = Spec {
    name: "patterns",
    summary: "Patterns of a file, one per event, as Poisson spikes or regular ones.",
    equations: "in an event a neuron x fires at rate x; then nothing for the pause",
    parameters: &[
        ParameterSpec::new(
            "file",
            Kind::File(&["npy"]),
            "an array of patterns, a row each and a column for each neuron, from 0 to 1",
        ),
        RATE,
        EVENT,
        PAUSE,
        FIRING,
        ORDER,
    ],
    source: "",
};

static FIELD_SPEC: Spec = Spec {
    name: "gaussian_field",
    summary: "Pixels that are on or off together with their neighbours, each so often as an image says; those that are on fire as Poisson \
              processes or regularly.",
    equations: "in an event pixel i is on where a Gaussian field of variance 1 is below the quantile of its probability m_i: Phi^-1(m_i), \
                the field being white noise times exp(-d^2 / (2 sigma^2)) over pixels at distances d within the image, scaled pixel by \
                pixel; then nothing for the pause",
    parameters: &[
        ParameterSpec::new(
            "file",
            Kind::File(&["npy"]),
            "the image m, probabilities from 0 to 1 row by row, such as \"mean.npy\"",
        ),
        RATE,
        EVENT,
        PAUSE,
        FIRING,
        ParameterSpec::quantity(
            "sigma",
            Dimension::One,
            Range::NonNegative,
            "over how many pixels the field is smooth",
        )
        .or_number(1.0),
        ParameterSpec::new(
            "width",
            Kind::Count {
                least: 1,
                most: 1 << 16,
            },
            "pixels along a row of the image",
        )
        .or(Default::Absent("that of a square")),
    ],
    source: "",
};

static COMPONENTS_SPEC: Spec = Spec {
    name: "components",
    summary: "Dreams of classes: a mean, components with Poisson coefficients, noise; one class per event, as Poisson spikes or regular ones.",
    equations: "x = clip(mean + sum_q a_q c_q + s xi, 0, 1), a_q = (N_q - 10)/sqrt(10), N_q Poisson of mean 10, xi normal;  x <- length x/|x| where \
                length is given;  in an event a neuron fires at rate x",
    parameters: &[
        ParameterSpec::new(
            "file",
            Kind::File(&["npy"]),
            "an array with a column for each neuron, and for each class the rows: its mean, its components, each a standard deviation \
             long, and s in every column",
        ),
        ParameterSpec::new(
            "components",
            Kind::Count {
                least: 0,
                most: 1 << 16,
            },
            "how many components a class has",
        ),
        RATE,
        EVENT,
        PAUSE,
        FIRING,
        ORDER,
        ParameterSpec::quantity(
            "length",
            Dimension::One,
            Range::Positive,
            "the Euclidean length that every dream is scaled to: a gain control of the input",
        )
        .or(Default::Absent("as drawn")),
    ],
    source: "",
};

/// What the user sets.
#[derive(Debug, Clone, PartialEq)]
pub struct Episodes {
    spec: &'static Spec,
    /// Where numbers are.
    pub path: PathBuf,
    programme: Programme,
    sigma: f64,
    width: Option<usize>,
    components: usize,
    length: Option<f64>,
}

impl Episodes {
    fn new(spec: &'static Spec, values: &Values) -> Result<Self, ParameterError> {
        let missing = || ParameterError::Missing {
            model: spec.name,
            parameter: "file",
            doc: spec.parameters[0].doc,
        };
        let fault = |parameter, reason| ParameterError::Inconsistent {
            model: spec.name,
            parameter,
            neuron: None,
            reason,
        };
        let time = |name| {
            let time = Duration::from_ms(values[name]);
            time.map_err(|error| fault(name, format!(": {error}")))
        };
        let (event, rate_hz) = (time("event")?, values["rate"]);
        if event <= Duration::ZERO {
            let reason = " is shorter than a picosecond, the clock's tick".into();
            return Err(fault("event", reason));
        }
        if rate_hz >= TICKS_HZ {
            let reason = format!(" is {rate_hz:e} Hz, expected less than one spike per picosecond");
            return Err(fault("rate", reason));
        }
        let count = |name| values.count(name).and_then(|n| usize::try_from(n).ok());
        Ok(Self {
            spec,
            path: values.file("file").ok_or_else(missing)?.clone(),
            programme: Programme {
                event,
                pause: time("pause")?,
                rate_hz,
                order: match values.text("order") {
                    Some("sequence") => Order::Sequence,
                    _ => Order::Shuffled,
                },
                firing: match values.text("firing") {
                    Some("regular") => Firing::Regular,
                    _ => Firing::Poisson,
                },
            },
            sigma: values.number("sigma").unwrap_or(0.0),
            width: count("width"),
            components: count("components").unwrap_or(0),
            length: values.number("length"),
        })
    }

    /// Whether the file holds probabilities.
    pub fn is_bounded(&self) -> bool {
        self.spec.name != COMPONENTS_SPEC.name
    }

    /// The stimulus of these `numbers`, row by row, a column for each of the population's `size` neurons.
    ///
    /// # Errors
    /// If they do not fit.
    pub fn onto(&self, numbers: &Arc<[f32]>, size: u32) -> Result<Arc<Begin>, ParameterError> {
        let fault = |parameter, reason| ParameterError::Inconsistent {
            model: self.spec.name,
            parameter,
            neuron: None,
            reason,
        };
        let (n, columns) = (numbers.len(), size as usize);
        if n == 0 || n % columns != 0 {
            let reason = format!(" has {n} numbers, expected rows of {size}, one for each neuron");
            return Err(fault("file", reason));
        }
        let rows: Vec<&[f32]> = numbers.chunks_exact(columns).collect();
        let scenes = if self.spec.name == FIELD_SPEC.name {
            if rows.len() != 1 {
                let reason = format!(" has {n} pixels, expected one for each of {size} neurons");
                return Err(fault("file", reason));
            }
            let square = columns.isqrt();
            let width = match self.width {
                Some(width) if columns % width == 0 => width,
                Some(width) => {
                    let reason = format!(" is {width}, expected a divisor of {size} pixels");
                    return Err(fault("width", reason));
                }
                None if square * square == columns => square,
                None => {
                    let reason = format!(" is needed: {size} pixels are no square");
                    return Err(fault("width", reason));
                }
            };
            Scenes::Field(Field::new(rows[0], width, self.sigma))
        } else if self.spec.name == COMPONENTS_SPEC.name {
            let each = self.components + 2;
            if !rows.len().is_multiple_of(each) {
                let reason = format!(
                    " has {} rows, expected {each} for each class: its mean, {} components, noise",
                    rows.len(),
                    self.components
                );
                return Err(fault("file", reason));
            }
            let palette = |rows: &[&[f32]]| Palette {
                mean: rows[0].to_vec(),
                components: rows[1..each - 1].iter().map(|row| row.to_vec()).collect(),
                noise: rows[each - 1][0].max(0.0),
            };
            Scenes::Palettes(rows.chunks_exact(each).map(palette).collect(), self.length)
        } else {
            Scenes::Patterns(rows.iter().map(|row| row.to_vec()).collect())
        };
        let Programme { event, rate_hz, .. } = self.programme;
        let most = scenes.most();
        let of = format!("{rate_hz} Hz in pixels of up to {most} together for {event}");
        let spikes = rate_hz * event.as_ms() * 1e-3 * most;
        held(self.spec.name, "event", spikes, &of)?;
        let (scenes, programme) = (Arc::new(scenes), self.programme);
        Ok(Arc::new(move |onset| {
            let name = format!("{}{}", onset.name, onset.suffix);
            let scenes = Arc::clone(&scenes);
            Box::new(Player::new(
                scenes,
                programme,
                onset.seed,
                &name,
                &onset.suffix,
            ))
        }))
    }
}

/// The rows of `palettes` as the file of [`COMPONENTS`] has them.
pub fn rows(palettes: &[Palette]) -> Vec<f32> {
    let mut rows = Vec::new();
    for palette in palettes {
        rows.extend(&palette.mean);
        palette.components.iter().for_each(|row| rows.extend(row));
        rows.extend(std::iter::repeat_n(palette.noise, palette.mean.len()));
    }
    rows
}
