//! `[night]`, and `[compare]` and `[record]` of nights.

use crate::base::legible::legible;
use crate::base::parameter::{Dimension, Range};
use crate::base::time::{Duration, PS_PER_MS};
use crate::config::form::{
    Around, Keys, Table, count, each, flag, list, number, some, span, text, wait, words,
};
use crate::config::network::REPORT;
use crate::config::reader::Section;
use crate::stimulus::{MOST_AT_ONCE, most_at_once_hz};

/// Where the night has what it dreams from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Information {
    /// From the weights that the day has left, and mean images.
    Weights,
    /// From a store of Hebbian synapses that has seen every image once.
    Store,
}

/// Which images a mean is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeanImage {
    /// Those of the day.
    Today,
    /// All so far.
    All,
}

/// What happens by night.
#[derive(Debug, Clone, PartialEq)]
pub struct Nights {
    /// Where dreams come from.
    pub information: Information,
    /// Whether there is a night after each task, not after the last alone.
    pub after_each: bool,
    /// How long a dream lasts.
    pub event: Duration,
    /// Silence after it.
    pub pause: Duration,
    /// The rate of a pixel of 1, in hertz.
    pub rate_hz: f64,
    /// Whether spikes of dreams and of teachers come at even intervals, not as Poisson processes.
    pub is_regular: bool,
    /// Membrane time constant in milliseconds.
    pub tau_m_ms: f64,
    /// The rate that thresholds of hidden layers are calibrated to, in hertz.
    pub hidden_hz: f64,
    /// Whether weights are read; otherwise a class is dreamt as the mean image.
    pub capture: bool,
    /// Events in which they are.
    pub capture_events: u64,
    /// Over how many pixels the patterns are smooth that read them.
    pub sigma: f64,
    /// Spikes of each output that is read in an event.
    pub output_spikes: f64,
    /// Length of what distinguishes a class from the mean.
    pub contrast: f64,
    /// Which mean image.
    pub mean: MeanImage,
    /// By how much that of all images is moved towards today's, before the share that older ones have in it.
    pub shift: f64,
    /// Whether hidden synapses lose what the day added.
    pub decay: bool,
    /// Components of a class in the store.
    pub components: usize,
    /// Whether all dreams have one length.
    pub gain_control: bool,
    /// Dreams of each class in a night.
    pub dreams: u64,
    /// Rate of the teacher in hertz.
    pub teacher_hz: f64,
    /// Output of the network for the class of a dream.
    pub target: f64,
    /// Learning rates, one after the other: the share of the way to its target that a dream would bring the output if the teacher
    /// fired after all others.
    pub eta: Vec<f64>,
    /// Window of learning in milliseconds.
    pub tau_ms: f64,
}

impl Default for Nights {
    fn default() -> Self {
        Self {
            information: Information::Weights,
            after_each: true,
            event: Duration::from_ps(50 * PS_PER_MS),
            pause: Duration::from_ps(150 * PS_PER_MS),
            rate_hz: 200.0,
            is_regular: false,
            tau_m_ms: 20.0,
            hidden_hz: 30.0,
            capture: true,
            capture_events: 500,
            sigma: 1.0,
            output_spikes: 5.0,
            contrast: 3.5,
            mean: MeanImage::Today,
            shift: 0.0,
            decay: true,
            components: 20,
            gain_control: true,
            dreams: 120,
            teacher_hz: 100.0,
            target: 0.1,
            eta: vec![0.2],
            tau_ms: 30.0,
        }
    }
}

impl Nights {
    /// Whether spikes read by night what the day has left in the weights.
    pub(super) fn reads(&self) -> bool {
        self.information == Information::Weights && self.capture
    }
}

/// Most events of a night.
const MOST_EVENTS: u64 = 10_000_000;

/// Far beyond what learns anything, and well inside single precision, in which weights are kept.
const ETAS: Range = Range::Between(0.0, 1e3);
const TARGETS: Range = Range::Between(1e-6, 1e3);
/// Time constants in milliseconds: from the shortest that the clock tells apart on.
const TIME_CONSTANTS: Range = Range::Between(1e-6, 1e9);

impl Table for Nights {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let bare = |range| number(Dimension::One, range);
        let (positive, share) = (Range::Positive, Range::NonNegative);
        let time_constant = || number(Dimension::Time, TIME_CONSTANTS);
        let rate = || number(Dimension::Rate, Range::Positive);
        let what = "where dreams come from: `weights` that the day has left and mean images, or a `store` of Hebbian synapses that has \
                    seen every image once, beside which nothing is trained by day";
        let from = words(&[
            ("weights", Information::Weights),
            ("store", Information::Store),
        ]);
        k.or("information", &mut self.information, from, what);
        let after = words(&[("each_task", true), ("last_task", false)]);
        let what = "when the network sleeps";
        k.or("after", &mut self.after_each, after, what);
        let what = "how long a dream lasts";
        k.or("event", &mut self.event, span(), what);
        let what = "silence after it, in which neurons forget; costs nothing";
        k.or("pause", &mut self.pause, wait(), what);
        let what = "the rate of a pixel of 1 in a dream";
        k.or("rate", &mut self.rate_hz, rate(), what);
        let firing = words(&[("poisson", false), ("regular", true)]);
        let what = "how spikes of a pixel, and of a teacher, follow each other: as a Poisson process, or at even intervals from a random \
                    phase on, as of a neuron that a steady current drives";
        k.or("firing", &mut self.is_regular, firing, what);
        let what = "membrane time constant of all neurons";
        k.or("tau_m", &mut self.tau_m_ms, time_constant(), what);
        let what = "the mean rate in dreams that the threshold of a hidden layer is calibrated to";
        k.or("hidden_rate", &mut self.hidden_hz, rate(), what);
        let what = "whether spikes read from the weights what the classes of the day look like; otherwise the mean image is dreamt";
        k.or("capture", &mut self.capture, flag(), what);
        let what = "events in which they do";
        k.or(
            "capture_events",
            &mut self.capture_events,
            count(1, MOST_EVENTS),
            what,
        );
        let what = "over how many pixels the patterns are smooth by which weights are read";
        k.or("sigma", &mut self.sigma, bare(share), what);
        let what =
            "spikes in an event that the threshold of each output is calibrated to that is read";
        k.or(
            "output_spikes",
            &mut self.output_spikes,
            bare(positive),
            what,
        );
        let what = "Euclidean length of what is added to the mean image for a class";
        k.or("contrast", &mut self.contrast, bare(share), what);
        let what = "which mean image: `today`, or of `all` images so far";
        let mean = words(&[("today", MeanImage::Today), ("all", MeanImage::All)]);
        k.or("mean", &mut self.mean, mean, what);
        let what = "Euclidean length by which the mean of `all` images is moved towards today's, times the share of older ones in it: \
                    along what makes today's outputs fire together";
        k.or("shift", &mut self.shift, bare(share), what);
        let what = "whether hidden synapses lose by night what the day added, and are balanced to a mean of 0 for each neuron";
        k.or("decay", &mut self.decay, flag(), what);
        let what = "components of each class in the store";
        k.or("components", &mut self.components, count(0, 1000), what);
        let what = "whether all dreams from the store have one Euclidean length";
        k.or("gain_control", &mut self.gain_control, flag(), what);
        let what = "dreams of each class that was seen, in a night";
        k.or("dreams", &mut self.dreams, count(1, MOST_EVENTS), what);
        let what = "rate of the teacher of the output of a dream's class";
        k.or("teacher", &mut self.teacher_hz, rate(), what);
        let what = "output of the artificial network that stands for that rate";
        k.or("target", &mut self.target, bare(TARGETS), what);
        let what = "learning rates, one after the other: which share of the way to its targets one dream would bring the outputs if the \
                    teacher's spikes came after all others; those of 50 ms come to about 0.3 of it";
        k.or(
            "eta",
            &mut self.eta,
            list(bare(ETAS), "an array of learning rates"),
            what,
        );
        let what = "window of learning";
        k.or("tau", &mut self.tau_ms, time_constant(), what);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        let refuse = |key: &str, expected: &str| {
            let item = section.get(key);
            item.is_some_and(|item| item.refuse::<()>(expected, None).is_none())
        };
        if self.eta.is_empty() || self.eta.len() as u64 > self.dreams {
            let expected = "at least one learning rate, and no more than `dreams`";
            refuse("eta", expected);
            return false;
        }
        let fresh = Self::default();
        let unread = match self.information {
            Information::Store => "where `information` is \"store\": nothing is read from weights",
            Information::Weights => "where `capture` is false: nothing is read from weights",
        };
        let stored = "where `information` is \"weights\": nothing is stored";
        let (stores, reads) = (self.information == Information::Store, self.reads());
        let is =
            |key, is_idle, is_other, fresh: String, why| (key, is_idle && is_other, fresh, why);
        let idle = [
            is("capture", stores, !self.capture, "true".into(), unread),
            is(
                "mean",
                stores,
                self.mean != fresh.mean,
                "\"today\"".into(),
                unread,
            ),
            is(
                "capture_events",
                !reads,
                self.capture_events != fresh.capture_events,
                fresh.capture_events.to_string(),
                unread,
            ),
            is(
                "output_spikes",
                !reads,
                self.output_spikes != fresh.output_spikes,
                fresh.output_spikes.to_string(),
                unread,
            ),
            is(
                "contrast",
                !reads,
                self.contrast != fresh.contrast,
                fresh.contrast.to_string(),
                unread,
            ),
            is(
                "shift",
                !reads,
                self.shift != fresh.shift,
                fresh.shift.to_string(),
                unread,
            ),
            is(
                "gain_control",
                !stores,
                !self.gain_control,
                "true".into(),
                stored,
            ),
        ];
        let idle = idle.iter().filter(|(_, is_idle, ..)| *is_idle);
        let idle = idle.map(|(key, _, fresh, why)| refuse(key, &format!("{fresh} {why}")));
        if idle.count() > 0 {
            return false;
        }
        if self.shift > 0.0 && self.mean == MeanImage::Today {
            refuse(
                "shift",
                "0 where `mean` is \"today\", which is there already",
            );
            return false;
        }
        let pixels = around.layers.map_or(1, |layers| layers.sizes[0]);
        self.is_held(section, "rate", self.rate_hz, pixels)
            && self.is_held(section, "teacher", self.teacher_hz, 1)
    }
}

impl Nights {
    /// Whether the spikes of a dream can be held at once, of so many `neurons` at the rate under `key`; reports it if not.
    fn is_held(&self, section: &Section<'_>, key: &str, rate_hz: f64, neurons: usize) -> bool {
        let most_hz = most_at_once_hz(self.event, neurons);
        if rate_hz <= most_hz {
            return true;
        }
        let message = format!(
            "`night.{key}` is {} Hz, expected at most {} Hz: {neurons} neurons would get more than {MOST_AT_ONCE:e} spikes at once, in a \
             dream of {}",
            legible(rate_hz),
            legible(most_hz),
            self.event
        );
        let item = section.get(key).or_else(|| section.get("event"));
        let origin = item.map_or(section.origin, |item| item.origin());
        section.reader.problem(origin, message, None);
        false
    }
}

/// A yardstick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// The same training without sleep.
    Sequential,
    /// The mean of the weights of networks of one task each.
    MeanWeights,
    /// The same with calibrated outputs.
    MeanCalibrated,
    /// Training without sleep with outputs calibrated on all images.
    Oracle,
    /// The nearest pattern that was dreamt.
    NearestDream,
    /// The nearest class mean.
    NearestMean,
    /// A linear discriminant from means and pooled components.
    Linear,
    /// A quadratic one from means and components of each class.
    Quadratic,
    /// Training with some images of each class before.
    Rehearsal,
    /// All tasks at once.
    Joint,
}

/// Their names.
const CONTROLS: &[(&str, Control)] = &[
    ("sequential", Control::Sequential),
    ("mean_weights", Control::MeanWeights),
    ("mean_calibrated", Control::MeanCalibrated),
    ("oracle_calibration", Control::Oracle),
    ("nearest_dream", Control::NearestDream),
    ("nearest_mean", Control::NearestMean),
    ("linear", Control::Linear),
    ("quadratic", Control::Quadratic),
    ("rehearsal", Control::Rehearsal),
    ("joint", Control::Joint),
];

/// `[compare]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compare {
    /// Yardsticks.
    pub models: Vec<Control>,
    /// Images of each class for `rehearsal`.
    pub images: usize,
}

impl Compare {
    /// All yardsticks that there are for a night that reads dreams from weights, or does not.
    pub(in crate::config) fn new(reads: bool) -> Self {
        let all = CONTROLS.iter().map(|(_, control)| *control);
        Self {
            models: all
                .filter(|control| reads || *control != Control::NearestDream)
                .collect(),
            images: 10,
        }
    }

    /// Whether `control` is asked for.
    pub fn has(&self, control: Control) -> bool {
        self.models.contains(&control)
    }
}

impl Table for Compare {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "yardsticks that need no sleep";
        let models = each(words(CONTROLS), "yardstick", true);
        k.told(
            "models",
            "all that there are",
            &mut self.models,
            models,
            what,
        );
        let what = "images of each class that `rehearsal` keeps, repeated so that they are as many as those of the day";
        k.or("images", &mut self.images, some(), what);
    }
}

/// `[record]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Layers whose spikes are recorded.
    pub spikes: Vec<String>,
    /// Whether the run leaves a page about itself.
    pub report: bool,
}

impl Default for Record {
    fn default() -> Self {
        Self {
            spikes: vec!["output".into()],
            report: true,
        }
    }
}

impl Table for Record {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "layers whose spikes are recorded";
        let layers = each(text("the name of a layer"), "layer", true);
        k.or("spikes", &mut self.spikes, layers, what);
        if let Some((section, _)) = k.reading() {
            // Keys of other experiments, which would be taken for some of [mlp].
            let foreign = ["weights", "compress"];
            let found = foreign.iter().filter(|key| section.has(key));
            let found: Vec<_> = found.filter_map(|key| section.get(key)).collect();
            for item in &found {
                let message = format!("`{}`: a night leaves no choice of weights", item.path);
                let help = "its run file holds those of the output layer after each night, beside what was dreamt";
                item.reader
                    .problem(item.key_origin, message, Some(help.into()));
            }
            k.require(found.is_empty());
        }
        k.or("report", &mut self.report, flag(), REPORT);
    }
}
