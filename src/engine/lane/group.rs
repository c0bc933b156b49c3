//! A group: neurons of one kind in a lane, with what reaches them from outside the network.

use std::mem;

use crate::base::time::Time;
use crate::engine::lane::dense::DenseBlock;
use crate::engine::lane::tied::TiedBlock;
use crate::neuron::{Bins, Early, Neurons, RowWeights};
use crate::stimulus::poisson::Poisson;

/// Neurons of one population in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Index of the population.
    pub population: usize,
    /// Its first neuron here.
    pub first: u32,
    /// How many follow it.
    pub len: u32,
    /// Number within the group of the first.
    pub local: u32,
}

/// Which of a group's processes of noise one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// One that weights of a sign share.
    Shared {
        /// The sign.
        sign: Sign,
        /// Number among those of this sign.
        number: usize,
    },
    /// That of one weight alone, which is these bits.
    Alone(u64),
}

/// Sign of weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Below zero.
    Negative,
    /// Zero or above.
    Positive,
}

/// What a stimulus brings to a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Driven {
    /// Number of the stimulus' name.
    pub id: u64,
    /// What a spike adds.
    pub weight: f64,
    /// When spikes come, ascending.
    times: Vec<Time>,
    /// Onto which neuron of the group.
    targets: Vec<u16>,
    /// How many have been delivered.
    next: usize,
}

impl Driven {
    /// Nothing yet; each spike will add `weight`.
    pub fn new(id: u64, weight: f64) -> Self {
        Self {
            id,
            weight,
            times: Vec::new(),
            targets: Vec::new(),
            next: 0,
        }
    }

    /// Adds a spike, not before any other.
    #[inline]
    pub(in crate::engine) fn push(&mut self, t: Time, target: u16) {
        if self.next == self.times.len() {
            self.times.clear();
            self.targets.clear();
            self.next = 0;
        }
        self.times.push(t);
        self.targets.push(target);
    }

    /// Spikes that have not been delivered.
    pub(in crate::engine) fn waiting(&self) -> Vec<(Time, u16)> {
        let times = self.times[self.next..].iter().copied();
        times
            .zip(self.targets[self.next..].iter().copied())
            .collect()
    }

    /// When the next spike comes.
    #[inline]
    fn next_time(&self) -> Time {
        self.times.get(self.next).map_or(Time::MAX, |&t| t)
    }

    /// Delivers what comes at `t`.
    fn deliver(&mut self, neurons: &mut dyn Neurons, t: Time) {
        let rest = &self.times[self.next..];
        let n = rest.iter().take_while(|&&time| time <= t).count();
        if n > 0 {
            let targets = &self.targets[self.next..self.next + n];
            neurons.receive_row(targets, RowWeights::One(self.weight));
            self.next += n;
        }
    }
}

/// A group and its state.
pub struct Group {
    /// The neurons.
    pub neurons: Box<dyn Neurons>,
    /// In the order of `local`.
    pub members: Vec<Member>,
    /// Index of the population that names the streams of its noise.
    pub kind: usize,
    /// Which share of its kind the group is: the entity of those streams.
    pub part: u64,
    /// For what noise it pays that the neurons, as they are declared, take it by the bin.
    pub bins: Option<Bins>,
    /// External noise.
    pub noise: Vec<Poisson>,
    /// Which process each is.
    pub sources: Vec<Source>,
    /// All-to-all synapses, in the order of the numbers of their projections' names; then `members` is one population.
    pub dense: Vec<DenseBlock>,
    /// Matrices read the other way, in the order of the numbers of their projections' names; then `members` is one population.
    pub tied: Vec<TiedBlock>,
    /// Spikes from outside.
    pub driven: Vec<Driven>,
    /// Current from outside: from when on, and how many picoamperes.
    pub steps: Vec<(Time, f64)>,
    /// How many steps have been taken.
    pub step: usize,
    /// The current that flows.
    pub injected_pa: f64,
    /// An instant to which noise has been applied, and at which it may make a neuron fire.
    pub hit: Option<Time>,
    /// The next instant known at which something happens here, arrivals and noise aside.
    pub due: Time,
    /// Who fires at the instant at hand.
    pub fired: Vec<u32>,
    /// Who may.
    pub suspects: Vec<u16>,
}

impl Group {
    /// Neurons without anything from outside, at t = 0: the share number `part` of the kind of the population at index
    /// `kind`.
    pub fn new(neurons: Box<dyn Neurons>, members: Vec<Member>, kind: usize, part: u64) -> Self {
        Self {
            bins: neurons.bins(),
            neurons,
            members,
            kind,
            part,
            noise: Vec::new(),
            sources: Vec::new(),
            dense: Vec::new(),
            tied: Vec::new(),
            driven: Vec::new(),
            steps: Vec::new(),
            step: 0,
            injected_pa: 0.0,
            hit: None,
            due: Time::ZERO,
            fired: Vec::new(),
            suspects: Vec::new(),
        }
    }

    /// Begins anew at `t`: neurons at rest, nothing on its way, nothing from outside; weights stay as they are after what
    /// happened before `now`.
    pub fn reset(&mut self, now: Time, t: Time) {
        let Self {
            neurons,
            members: _,
            kind: _,
            part: _,
            bins: _,
            noise,
            sources,
            dense,
            tied,
            driven,
            steps,
            step,
            injected_pa,
            hit,
            due: _,
            fired: _,
            suspects: _,
        } = self;
        neurons.reset(t);
        noise.clear();
        sources.clear();
        dense.iter_mut().for_each(|block| block.reset(now, t));
        tied.iter_mut().for_each(TiedBlock::reset);
        driven.clear();
        steps.clear();
        (*step, *injected_pa, *hit) = (0, 0.0, None);
    }

    /// Population and number in it of the neuron that is number `local` here.
    #[inline]
    pub fn node(&self, local: u32) -> (usize, u32) {
        let member = match &self.members[..] {
            [member] => member,
            members => &members[members.partition_point(|member| member.local <= local) - 1],
        };
        (member.population, member.first + (local - member.local))
    }

    /// Finds out when it is due, after something has changed.
    #[inline]
    pub(super) fn look(&mut self) {
        let due = self.neurons.next_due().min(self.hit.unwrap_or(Time::MAX));
        self.due = due.min(self.next_outside());
    }

    /// The next spike of a stimulus, arrival at a dense projection or step of the current.
    fn next_outside(&self) -> Time {
        let mut next = self.steps.get(self.step).map_or(Time::MAX, |&(t, _)| t);
        for driven in &self.driven {
            next = next.min(driven.next_time());
        }
        for block in &self.dense {
            next = next.min(block.next());
        }
        next.min(self.next_tied())
    }

    /// When the next spike comes back through a matrix.
    #[inline]
    pub(super) fn next_tied(&self) -> Time {
        self.tied
            .iter()
            .map(TiedBlock::next)
            .min()
            .unwrap_or(Time::MAX)
    }

    /// The next instant at which something happens here without anything arriving. Of neurons that only fire at
    /// arrivals, refractory ends and moves of the clock do not count: they are made up for when something arrives.
    pub(super) fn next_event(&self) -> Time {
        let noise = self.noise.iter().map(Poisson::next_time).min();
        let alone = self.neurons.next_alone().min(self.hit.unwrap_or(Time::MAX));
        alone
            .min(self.next_outside())
            .min(noise.unwrap_or(Time::MAX))
    }

    /// Applies noise before `boundary`, up to the first instant at which it may make a neuron fire: that instant, or
    /// the boundary.
    #[inline]
    pub(super) fn expose(&mut self, boundary: Time) -> Time {
        if self.noise.is_empty() || self.hit.is_some() {
            return boundary;
        }
        let instant = self.apply_noise(boundary);
        self.look();
        instant
    }

    /// Applies noise before `t`. Whether it gets there, and none of it belongs to the instant itself.
    #[inline]
    pub(super) fn expose_before(&mut self, t: Time) -> bool {
        if self.noise.is_empty() {
            return true;
        }
        if self.hit.is_some() {
            return false;
        }
        if self.apply_noise(t) < t {
            self.look();
            return false;
        }
        self.noise.iter().all(|noise| noise.next_time() > t)
    }

    #[inline]
    fn apply_noise(&mut self, boundary: Time) -> Time {
        while let Some((at, time, limit)) = self.next_noise() {
            if time >= boundary {
                break;
            }
            if let Some(to_be_tested) = self.noise[at].open(self.neurons.as_mut()) {
                if to_be_tested {
                    self.hit = Some(time);
                    return time;
                }
                continue;
            }
            // Two at one instant: both belong to it.
            if limit == time {
                return time;
            }
            let events = &mut self.noise[at];
            let segment = if events.is_dense() {
                events.before(boundary.min(limit))
            } else {
                events.at(time)
            };
            let n = segment.targets.len();
            match self.neurons.receive_events(segment) {
                None => {
                    events.pass(n);
                }
                Some(reached) => {
                    let instant = events.pass(reached + 1);
                    self.hit = Some(instant);
                    return instant;
                }
            }
        }
        boundary
    }

    /// Which process of noise comes next, when, and when another does: events of several are merged in time order, and one
    /// is followed up to the next of another.
    #[inline]
    fn next_noise(&self) -> Option<(usize, Time, Time)> {
        let (first, rest) = self.noise.split_first()?;
        let (mut at, mut time, mut limit) = (0, first.next_time(), Time::MAX);
        for (k, other) in (1..).zip(rest) {
            let other = other.next_time();
            if other < time {
                (at, time, limit) = (k, other, time);
            } else {
                limit = limit.min(other);
            }
        }
        Some((at, time, limit))
    }

    /// Whether something happens here at `t`, arrivals aside.
    #[inline]
    pub(super) fn is_due(&self, t: Time) -> bool {
        self.due <= t
            || self.dense.iter().any(|block| !block.arrived.is_empty())
            || self.noise.iter().any(|noise| noise.next_time() == t)
    }

    /// Comes to the instant `t`: steps of the current come before what arrives.
    #[inline]
    pub(super) fn come_to(&mut self, t: Time) {
        self.neurons.advance(t);
        while let Some(&(time, current_pa)) = self.steps.get(self.step)
            && time <= t
        {
            self.take_all_back(t);
            self.neurons.inject(current_pa);
            self.injected_pa = current_pa;
            self.step += 1;
        }
    }

    /// Takes noise that neurons have had ahead of their time back from those that may fire at `t`. Whether any still may.
    #[inline]
    pub(super) fn take_back(&mut self, t: Time) -> bool {
        if !self.noise.iter().any(Poisson::is_binned) {
            return true;
        }
        self.suspects.clear();
        self.suspects.extend_from_slice(self.neurons.suspects());
        let mut any = false;
        for noise in &mut self.noise {
            for &j in &self.suspects {
                any |= noise.take_back(self.neurons.as_mut(), j, t);
            }
        }
        match any {
            true => !self.neurons.suspects().is_empty(),
            false => !self.suspects.is_empty(),
        }
    }

    /// Takes all noise that neurons have had ahead of their time at `t` back, before anything but arrivals changes them.
    pub(in crate::engine) fn take_all_back(&mut self, t: Time) {
        for noise in &mut self.noise {
            noise.take_all_back(self.neurons.as_mut(), t);
        }
    }

    /// Variable number `variable` of neuron `j` at `t`.
    pub(in crate::engine) fn sample(&self, variable: usize, j: usize, t: Time) -> f64 {
        let ahead = self.noise.iter().filter_map(|noise| noise.ahead(j, t));
        let ahead: Vec<Early> = ahead.collect();
        self.neurons.sample_without(&ahead, variable, j, t)
    }

    /// Brings in what comes from outside at `t`, and lets neurons fire.
    #[inline]
    pub(super) fn settle(&mut self, t: Time) {
        for driven in &mut self.driven {
            driven.deliver(self.neurons.as_mut(), t);
        }
        for block in &mut self.dense {
            block.land(t);
            block.deliver(self.neurons.as_mut(), t);
        }
        for block in &mut self.tied {
            block.deliver(self.neurons.as_mut());
        }
        for noise in &mut self.noise {
            while noise.next_time() == t {
                if noise.open(self.neurons.as_mut()).is_some() {
                    continue;
                }
                let mut now = noise.at(t);
                let n = now.targets.len();
                while let Some(reached) = self.neurons.receive_events(now) {
                    now = now.after(reached);
                }
                noise.pass(n);
            }
        }
        self.hit = self.hit.filter(|&hit| hit > t);
        self.take_back(t);
        let mut fired = mem::take(&mut self.fired);
        fired.clear();
        self.neurons.fire(&mut fired);
        if !fired.is_empty() {
            for block in &mut self.dense {
                block.post_spikes(t, &fired);
            }
        }
        self.fired = fired;
        self.look();
    }
}
