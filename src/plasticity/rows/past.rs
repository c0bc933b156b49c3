//! What a synapse catches up with when its row arrives.

use crate::base::time::{Duration, Time};
use crate::plasticity::clock::times;
use crate::plasticity::gain;
use crate::plasticity::history::History;
use crate::plasticity::modulation::Modulation;
use crate::plasticity::rule::{Event, PlasticityRule, Stored, Stretch, within};

/// What arrivals have left on the synapses of one row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pre<const PRE: usize> {
    /// When it last arrived.
    pub(super) last: Time,
    /// Traces of arrivals before the last one, factored.
    pub(super) before: [f64; PRE],
    /// The same after it.
    pub(super) after: [f64; PRE],
}

impl<const PRE: usize> Pre<PRE> {
    pub(super) const NEVER: Self = Self {
        last: Time::NEVER,
        before: [0.0; PRE],
        after: [0.0; PRE],
    };
}

/// A delay of rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Path<const PRE: usize> {
    /// From a spike of the target to the instant at which its synapses see it, on the soma's clock: twice the dendritic
    /// delay, as an arrival that meets it at the synapse reaches the soma one dendritic delay later.
    pub(super) lag: Duration,
    /// e^(−lag/τ) for traces of arrivals.
    pub(super) fall: [f64; PRE],
}

/// A synapse that has caught up.
pub(super) struct Met<W, S, const POST: usize> {
    pub(super) strength: W,
    pub(super) state: S,
    /// When it has last seen a spike of its target, if the rule asks.
    pub(super) last_spike: Time,
    /// Traces of the target's spikes, factored.
    pub(super) post: [f64; POST],
}

/// What a synapse needs to catch up.
pub(super) struct Past<'a, R: PlasticityRule<PRE, POST>, const PRE: usize, const POST: usize> {
    pub(super) rule: &'a R,
    pub(super) bounds: (f64, f64),
    pub(super) is_additive: bool,
    pub(super) modulation: Option<&'a Modulation>,
    /// What each target has of its own, if it has.
    pub(super) own: &'a [f64],
    pub(super) history: &'a History<PRE, POST>,
    pub(super) pre: Pre<PRE>,
    pub(super) path: Path<PRE>,
    /// When all began anew.
    pub(super) begun: Time,
    /// What has been seen, and up to when it is to be.
    pub(super) seen: i64,
    pub(super) t: i64,
}

impl<R: PlasticityRule<PRE, POST>, const PRE: usize, const POST: usize> Past<'_, R, PRE, POST> {
    /// A synapse onto target `j` after what that has fired that reached it before now.
    #[inline(always)]
    pub(super) fn caught_up<W: Stored>(
        &self,
        j: u16,
        mut strength: W,
        mut state: R::State,
    ) -> Met<W, R::State, POST> {
        let (pre, lag) = (&self.pre, self.path.lag.ps());
        if self.is_additive {
            // Nothing is at the instant of an arrival that has not been.
            let last = if pre.last == Time::NEVER {
                i64::MAX
            } else {
                pre.last.ps()
            };
            let when = (self.seen, last, self.t);
            let is_plain = !R::TAUGHT || self.modulation.is_none();
            if is_plain && let Some((sum, post)) = self.history.sum(j.into(), lag, when) {
                return self.pushed(strength, pre.after, sum, post);
            }
            return self.pushed_one_by_one(j, strength);
        }
        let unseen = self.history.unseen(j.into(), lag, self.seen, self.t);
        let mut last_spike = unseen.last_before(unseen.start, lag);
        let mut flown = Time::from_ps(self.seen);
        let mut now = strength.get();
        for number in unseen.start..unseen.end {
            let (time, fall) = unseen.get(number);
            let at = Time::from_ps(time.ps() + lag);
            // Nothing pairs with what happens at its own instant.
            let traces = if at == pre.last {
                pre.before
            } else {
                pre.after
            };
            let event = Event {
                pre: times(times(traces, self.path.fall), fall),
                post: unseen.before(number),
                since_arrival: at.since(pre.last),
                since_spike: at.since(last_spike),
            };
            if R::FLOWS {
                now = self.flow(j, now, &mut state, (flown, at));
                flown = at;
            }
            let before = state;
            let changed = self.rule.fire(now, &mut state, &event);
            state = self.state_gained(before, state, at);
            strength = bounded::<R, W, PRE, POST>(self.gained(now, changed, at), self.bounds);
            now = strength.get();
            last_spike = at;
        }
        if R::FLOWS {
            let to = Time::from_ps(self.t);
            strength = W::of(self.flow(j, now, &mut state, (flown, to)));
        }
        Met {
            strength,
            state,
            last_spike,
            post: unseen.after(),
        }
    }
}

impl<R: PlasticityRule<PRE, POST>, const PRE: usize, const POST: usize> Past<'_, R, PRE, POST> {
    /// What a stretch without events makes of a strength.
    #[inline(always)]
    fn flow(&self, j: u16, strength: f64, state: &mut R::State, (from, to): (Time, Time)) -> f64 {
        let stretch = Stretch {
            from: self.at_synapse(from),
            to: self.at_synapse(to),
            begun: self.begun,
            modulation: self.modulation,
            own: self.own.get(usize::from(j)).copied().unwrap_or(1.0),
        };
        let flown = self.rule.flow(strength, state, &stretch);
        within(flown, self.bounds)
    }

    /// What a stretch in which nothing is learnt makes of the state of a synapse onto target `j`.
    pub(super) fn idled<W: Stored>(&self, j: u16, strength: W, mut state: R::State) -> R::State {
        let stretch = (Time::from_ps(self.seen), Time::from_ps(self.t));
        self.flow(j, strength.get(), &mut state, stretch);
        state
    }

    /// The instant at the synapse of one on the soma's clock, which modulators have.
    #[inline(always)]
    fn at_synapse(&self, t: Time) -> Time {
        Time::from_ps(t.ps() - self.path.lag.ps() / 2)
    }

    /// A strength after a change at `t`, as far as the modulator lets it change.
    #[inline(always)]
    pub(super) fn gained(&self, before: f64, after: f64, t: Time) -> f64 {
        gain::strength::<R, PRE, POST>(self.modulation, self.at_synapse(t), (before, after))
    }

    /// A state after an event at `t`, as far as the modulator lets it change.
    #[inline(always)]
    pub(super) fn state_gained(&self, before: R::State, after: R::State, t: Time) -> R::State {
        gain::state::<R, PRE, POST>(self.modulation, self.at_synapse(t), (before, after))
    }

    /// A synapse of an additive rule after spikes with this sum of first factors.
    #[inline(always)]
    fn pushed<W: Stored>(
        &self,
        strength: W,
        pre: [f64; PRE],
        sum: f64,
        post: [f64; POST],
    ) -> Met<W, R::State, POST> {
        let pre = times(pre, self.path.fall)[0];
        Met {
            strength: bounded::<R, W, PRE, POST>(strength.get() + pre * sum, self.bounds),
            state: R::State::default(),
            last_spike: Time::NEVER,
            post,
        }
    }

    #[cold]
    fn pushed_one_by_one<W: Stored>(&self, j: u16, strength: W) -> Met<W, R::State, POST> {
        let (pre, lag) = (&self.pre, self.path.lag.ps());
        let unseen = self.history.unseen(j.into(), lag, self.seen, self.t);
        // The first may pair with nothing at its own instant.
        let (mut first, mut rest) = (0.0, 0.0);
        for number in unseen.start..unseen.end {
            let (time, fall) = unseen.get(number);
            let at = Time::from_ps(time.ps() + lag);
            let push = self.gained(0.0, fall[0], at);
            match at == pre.last {
                true => first += push,
                false => rest += push,
            }
        }
        let met = self.pushed(strength, pre.before, first, unseen.after());
        self.pushed(met.strength, pre.after, rest, met.post)
    }
}

/// A strength within the bounds of the rule `R`, as it is stored.
#[inline(always)]
pub(super) fn bounded<R, W, const PRE: usize, const POST: usize>(
    strength: f64,
    (low, high): (f64, f64),
) -> W
where
    R: PlasticityRule<PRE, POST>,
    W: Stored,
{
    if !R::BOUNDED {
        return W::of(within(strength, (low, high)));
    }
    // Of finite bounds no strength comes that is no number; so bounds stay in memory, and registers are free.
    let above = if strength > low { strength } else { low };
    W::of(if above < high { above } else { high })
}
