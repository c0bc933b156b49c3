//! External noise: independent Poisson input to every neuron of a lane.
//!
//! It costs as much as the network itself. Where neurons take it so and it is frequent, it comes by the
//! bin of time (`binned`), in which only neurons that may fire need to know the order; otherwise all of it comes
//! in order (`ordered`).

mod binned;
mod ordered;
mod scatter;

use serde::{Deserialize, Serialize};

use crate::base::legible::legible;
use crate::base::parameter::{Dimension, ParameterError, ParameterSpec, Range, Spec};
use crate::base::process;
use crate::base::stream::Stream;
use crate::base::time::Time;
use crate::neuron::{Bins, Early, EventWeights, Events, Growth, Neurons};
use crate::stimulus::{Brings, Entry};

use binned::Binned;
use ordered::Ordered;

pub use crate::base::process::MOST_CLASSES;

/// A spike per tick of the clock, in hertz: rates must stay below.
pub(crate) const TICKS_HZ: f64 = 1e12;

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    arrives: true,
    names_neurons: false,
    pulsed: false,
    changes: &["rate"],
    swings: true,
    build: |values| {
        let rate_hz = values["rate"];
        if rate_hz >= TICKS_HZ {
            return Err(ParameterError::Inconsistent {
                model: SPEC.name,
                parameter: "rate",
                neuron: None,
                reason: format!(
                    " is {} Hz, expected less than one spike per picosecond, the clock's tick",
                    legible(rate_hz)
                ),
            });
        }
        Ok(Brings::Noise { rate_hz })
    },
};

/// The stimulus as users see it.
pub static SPEC: Spec = Spec {
    name: "poisson",
    summary: "Independent Poisson spikes onto every neuron.",
    equations: "",
    parameters: &[ParameterSpec::quantity(
        "rate",
        Dimension::Rate,
        Range::NonNegative,
        "the rate onto each neuron, such as \"20 kHz\"",
    )],
    source: "",
};

/// Input of one weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    /// What an event adds.
    pub weight: f64,
    /// Rate onto each neuron of the lane, in hertz.
    pub rates_hz: Vec<f64>,
}

impl Class {
    /// Whether it pays that it comes by the bin, in a process of its own, onto neurons of which these are the `bins`.
    pub fn may_be_binned(&self, bins: Bins) -> bool {
        binned::pays(self, bins)
    }
}

/// Poisson input to the neurons of one lane.
#[derive(Debug, Clone)]
pub struct Poisson(How);

#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "a group has one or a few, looked at whenever something arrives"
)]
enum How {
    Ordered(Ordered),
    Binned(Box<Binned>),
}

/// What a checkpoint keeps of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State(Kept);

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Kept {
    Ordered(process::State),
    Binned(binned::State),
}

/// What a population wants of its noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wish {
    /// To know of each event.
    pub growth: Growth,
    /// To get it by the bin.
    pub by_bin: bool,
}

impl Wish {
    /// Of `neurons` and weights of the sign of `weight`.
    pub fn of(neurons: &dyn Neurons, weight: f64) -> Self {
        Self {
            growth: neurons.growth(weight),
            by_bin: neurons.bins().is_some(),
        }
    }
}

impl Poisson {
    /// Input of at most [`MOST_CLASSES`] `classes`, of one sign of weights, to neurons 0, 1, … of a lane of at most
    /// 65,536, from `start` on, in order; `growth` is what their population wants to know of each event. `None` if nothing
    /// would ever come.
    pub fn new(
        classes: &[Class],
        growth: Growth,
        start: Time,
        stream: &mut Stream,
    ) -> Option<Self> {
        Ordered::new(classes, growth, start, stream).map(|ordered| Self(How::Ordered(ordered)))
    }

    /// The same of one class that [may be binned](Class::may_be_binned), by the bin.
    pub fn binned(class: &Class, bins: Bins, wish: Wish, start: Time, stream: &mut Stream) -> Self {
        let binned = Binned::new(class, bins, wish, start, stream);
        Self(How::Binned(Box::new(binned)))
    }

    /// Goes on with the same events onto a population that wants this. None of it has been taken in ahead of its time.
    pub fn set_wish(&mut self, wish: Wish) {
        match &mut self.0 {
            How::Ordered(ordered) => ordered.set_growth(wish.growth),
            How::Binned(binned) => binned.set_wish(wish),
        }
    }

    /// What the first of its weights is.
    pub fn weight(&self) -> f64 {
        match &self.0 {
            How::Ordered(ordered) => ordered.weight(),
            How::Binned(binned) => binned.weight(),
        }
    }

    /// What a checkpoint keeps.
    pub fn state(&self) -> State {
        State(match &self.0 {
            How::Ordered(ordered) => Kept::Ordered(ordered.state()),
            How::Binned(binned) => Kept::Binned(binned.state()),
        })
    }

    /// Goes on from where [`state`](Self::state) was taken of a process made alike. Whether it may have been.
    #[must_use]
    pub fn go_on_from(&mut self, state: State) -> bool {
        match (&mut self.0, state.0) {
            (How::Ordered(ordered), Kept::Ordered(state)) => {
                ordered.go_on_from(state);
                true
            }
            (How::Binned(binned), Kept::Binned(state)) => binned.go_on_from(state),
            _ => false,
        }
    }

    /// Time of the next event, or of the next bin.
    #[inline]
    pub fn next_time(&self) -> Time {
        match &self.0 {
            How::Ordered(ordered) => ordered.next_time(),
            How::Binned(binned) => binned.next_time(),
        }
    }

    /// Whether events are so frequent that [`before`](Self::before) hands them out by the segment; otherwise each is an
    /// instant, to be asked for with [`at`](Self::at).
    #[inline]
    pub fn is_dense(&self) -> bool {
        match &self.0 {
            How::Ordered(ordered) => ordered.is_dense(),
            How::Binned(binned) => binned.is_dense(),
        }
    }

    /// The events at hand that come before `until`; none when the next is not.
    #[inline]
    pub fn before(&self, until: Time) -> Events<'_> {
        match &self.0 {
            How::Ordered(ordered) => ordered.before(until),
            How::Binned(binned) => binned.before(until),
        }
    }

    /// The events at hand that come at `t`, the time of the next one or before it.
    #[inline]
    pub fn at(&self, t: Time) -> Events<'_> {
        match &self.0 {
            How::Ordered(ordered) => ordered.at(t),
            How::Binned(binned) => binned.at(t),
        }
    }

    /// Goes past `n` events and tells the time of the last.
    #[inline]
    pub fn pass(&mut self, n: usize) -> Time {
        match &mut self.0 {
            How::Ordered(ordered) => ordered.pass(n),
            How::Binned(binned) => binned.pass(n),
        }
    }

    /// Whether it comes by the bin.
    #[inline]
    pub fn is_binned(&self) -> bool {
        matches!(self.0, How::Binned(_))
    }

    /// If what comes next is a bin, brings it onto `neurons`, ahead of its time where they cannot fire within it, and tells
    /// whether they are to be tested where it begins.
    #[inline]
    pub fn open(&mut self, neurons: &mut dyn Neurons) -> Option<bool> {
        match &mut self.0 {
            How::Binned(binned) if binned.is_over() => Some(binned.open(neurons)),
            _ => None,
        }
    }

    /// Takes what neuron `j` has had ahead of its time at `t` back from it, to come in order. Whether there was anything.
    pub fn take_back(&mut self, neurons: &mut dyn Neurons, j: u16, t: Time) -> bool {
        match &mut self.0 {
            How::Ordered(_) => false,
            How::Binned(binned) => binned.take_back(neurons, j, t),
        }
    }

    /// Takes all that `neurons` have had ahead of their time at `t` back, to come in order.
    pub fn take_all_back(&mut self, neurons: &mut dyn Neurons, t: Time) {
        if let How::Binned(binned) = &mut self.0 {
            binned.take_all_back(neurons, t);
        }
    }

    /// What neuron `j` has had ahead of its time at `t`.
    pub fn ahead(&self, j: usize, t: Time) -> Option<Early> {
        match &self.0 {
            How::Ordered(_) => None,
            How::Binned(binned) => binned.ahead(j, t),
        }
    }
}

#[cfg(test)]
mod tests;
