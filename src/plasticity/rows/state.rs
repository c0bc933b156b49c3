//! All that changes of learning rows, as bytes.

use serde::{Deserialize, Serialize};

use super::came::Came;
use super::flights::{Flights, SavedFlights};
use super::{PlasticRows, Pre};
use crate::base::digest::fold;
use crate::base::stream::mix;
use crate::base::time::Time;
use crate::plasticity::history::{History, SavedPost};
use crate::plasticity::learn::StateError;
use crate::plasticity::modulation::{Modulation, SavedModulation};
use crate::plasticity::rule::{PlasticityRule, Stored, put_all, take_all};
use crate::synapse::layout::Layout;

#[derive(Serialize, Deserialize)]
struct State {
    origin: Time,
    begun: Time,
    seen: Time,
    learning: bool,
    #[serde(with = "crate::base::bytes")]
    strengths: Vec<u8>,
    #[serde(with = "crate::base::bytes")]
    states: Vec<u8>,
    came: Came,
    pre: Vec<SavedPre>,
    history: Vec<(bool, Vec<SavedPost>)>,
    taught: Vec<(Time, u32)>,
    modulation: Option<SavedModulation>,
    /// Where rows lie, and targets, if synapses have come or gone.
    wiring: Option<(SavedLayout, Vec<u16>)>,
    flights: Option<SavedFlights>,
}

/// Where rows end; where delays differ, also where those of each source begin and which delay each has.
#[derive(Serialize, Deserialize)]
struct SavedLayout {
    ends: Vec<u32>,
    by_delay: Option<(Vec<u32>, Vec<u16>)>,
}

#[derive(Serialize, Deserialize)]
struct SavedPre {
    last: Time,
    before: Vec<f64>,
    after: Vec<f64>,
}

impl<R, W, const PRE: usize, const POST: usize> PlasticRows<R, W, PRE, POST>
where
    R: PlasticityRule<PRE, POST>,
    W: Stored,
{
    /// A hash of what does not change: layout, targets, delays, and the sign of weights.
    pub(super) fn graph_hash(&self) -> u64 {
        let hash = self.layout.hash(self.sign.to_bits());
        let delays: Vec<i64> = self.delays.iter().map(|delay| delay.ps()).collect();
        let lags: Vec<i64> = self.paths.iter().map(|path| path.lag.ps()).collect();
        mix(fold(fold(fold(hash, &delays), &lags), &self.targets))
    }

    pub(super) fn state(&self) -> Result<Vec<u8>, StateError> {
        let Self {
            rule: _,
            bounds: _,
            sign: _,
            is_additive: _,
            learning,
            modulation,
            clock,
            delays: _,
            paths: _,
            lag: _,
            layout,
            is_rewired,
            flights,
            targets,
            strengths,
            states,
            came,
            pre,
            history,
            taught,
            // As the network was built.
            own: _,
            begun,
            seen,
            added: _,
        } = self;
        let state = State {
            origin: clock.origin,
            begun: *begun,
            seen: *seen,
            learning: *learning,
            strengths: put_all(strengths),
            states: put_all(states),
            came: came.clone(),
            pre: pre
                .iter()
                .map(|pre| SavedPre {
                    last: pre.last,
                    before: pre.before.to_vec(),
                    after: pre.after.to_vec(),
                })
                .collect(),
            history: history.save(),
            taught: taught.iter().copied().collect(),
            modulation: modulation.as_ref().map(Modulation::save),
            wiring: is_rewired.then(|| (saved(layout), targets.clone())),
            flights: flights.as_ref().map(Flights::save),
        };
        postcard::to_stdvec(&state).map_err(|error| StateError(error.to_string()))
    }

    pub(super) fn go_on_from(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let unfit = || StateError("the state of others".into());
        let State {
            origin,
            begun,
            seen,
            learning,
            strengths,
            states,
            came,
            pre,
            history,
            taught,
            modulation,
            wiring,
            flights,
        } = postcard::from_bytes(bytes).map_err(|error| StateError(error.to_string()))?;
        if let Some((layout, targets)) = wiring {
            self.go_on_wired(layout, targets).ok_or_else(unfit)?;
        }
        match (&mut self.flights, flights) {
            (None, None) => {}
            (Some(own), Some(flights)) => own.load(flights).ok_or_else(unfit)?,
            _ => return Err(unfit()),
        }
        let n = self.targets.len();
        let strengths = take_all(&strengths, n).ok_or_else(unfit)?;
        let states = take_all(&states, n).ok_or_else(unfit)?;
        came.fits(n).then_some(()).ok_or_else(unfit)?;
        let traces = |saved: &SavedPre| {
            Some(Pre {
                last: saved.last,
                before: saved.before[..].try_into().ok()?,
                after: saved.after[..].try_into().ok()?,
            })
        };
        let pre: Option<Vec<Pre<PRE>>> = pre.iter().map(traces).collect();
        let pre = pre.filter(|pre| pre.len() == self.layout.n_rows());
        let modulation = Modulation::go_on(self.modulation.as_ref(), modulation.as_ref());
        self.modulation = modulation.ok_or_else(unfit)?;
        self.history =
            History::load(self.history.n(), self.is_additive, &history).ok_or_else(unfit)?;
        let known = |&(_, target): &(Time, u32)| (target as usize) < self.history.n();
        let sound = taught.iter().all(known) && taught.is_sorted_by_key(|&(at, _)| at);
        sound.then_some(()).ok_or_else(unfit)?;
        self.taught = taught.into();
        (self.strengths, self.states, self.came) = (strengths, states, came);
        self.pre = pre.ok_or_else(unfit)?;
        (self.clock.origin, self.begun) = (origin, begun);
        (self.seen, self.learning) = (seen, learning);
        Ok(())
    }

    /// Takes over where rows lie, and their targets; `None` if they cannot be these rows.
    fn go_on_wired(
        &mut self,
        SavedLayout { ends, by_delay }: SavedLayout,
        targets: Vec<u16>,
    ) -> Option<()> {
        let n_target = self.history.n();
        let (n_source, n_rows) = (self.layout.n_source(), ends.len());
        let last = ends.last().copied().unwrap_or(0) as usize;
        let fits = ends.is_sorted()
            && last == targets.len()
            && targets.iter().all(|&j| usize::from(j) < n_target)
            && by_delay.is_some() == self.flights.is_some();
        fits.then_some(())?;
        let offsets = std::iter::once(0).chain(ends).collect();
        self.layout = match by_delay {
            None => {
                (n_rows == n_source).then_some(())?;
                Layout::One { offsets }
            }
            Some((first, delay)) => {
                let n_delay = self.delays.len();
                let fits = first.len() == n_source + 1
                    && first.is_sorted()
                    && first.first() == Some(&0)
                    && first.last().map(|&row| row as usize) == Some(n_rows)
                    && delay.len() == n_rows
                    && delay.iter().all(|&number| usize::from(number) < n_delay);
                fits.then_some(())?;
                Layout::Many {
                    first,
                    delay,
                    offsets,
                }
            }
        };
        (self.targets, self.is_rewired) = (targets, true);
        Some(())
    }
}

fn saved(layout: &Layout) -> SavedLayout {
    let ends = (0..layout.n_rows()).map(|row| layout.row(row).end);
    SavedLayout {
        ends: ends.collect(),
        by_delay: match layout {
            Layout::One { .. } => None,
            Layout::Many { first, delay, .. } => Some((first.clone(), delay.clone())),
        },
    }
}
