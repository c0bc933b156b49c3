//! From a declared network to lanes: who shares a lane, and which synapses and noise it has.

use rayon::prelude::*;

use crate::base::parameter::ParameterError;
use crate::base::stream::{Stream, name_hash};
use crate::base::time::{Duration, Time};
use crate::engine::lane::{Incoming, Lane, Member, Noise};
use crate::engine::windowed::{Population, Windowed};
use crate::network::recurrent::{Projection, Recurrent};
use crate::network::rule::{Block, RuleError};
use crate::neuron::{self, Neurons};
use crate::stimulus::poisson::{Class, MOST_CLASSES, Poisson};

/// Neurons of a lane whose state (8 bytes each) fits a first-level cache of 48 KB.
const LANE_NEURONS: u64 = 6_250;

/// Targets of a spike in one lane below which the row costs more to find than to deliver.
const ROW_TARGETS: f64 = 125.0;

/// Neurons that a 16-bit index can tell apart.
const LANE_LIMIT: u64 = 1 << 16;

/// Lookahead of a network without projections: any will do.
const NO_PROJECTION: Duration = Duration::from_ps(100_000_000_000);

/// Why a network cannot be assembled.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AssemblyError {
    /// A parameter.
    #[error("population `{population}`: {error}")]
    Parameter {
        /// The population.
        population: String,
        /// What is wrong.
        error: ParameterError,
    },
    /// A connection rule.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// Spikes would arrive within the window in which they are emitted.
    #[error(
        "projection `{projection}`: found a delay of {delay}, expected more than 0 between neurons of a recurrent network"
    )]
    NoLookahead {
        /// The projection.
        projection: String,
        /// Its shortest delay.
        delay: Duration,
    },
    /// Too few lanes to number the neurons in them.
    #[error(
        "`lanes` is {lanes}, expected at least {least} for {neurons} neurons of one kind (65,536 each)"
    )]
    TooFewLanes {
        /// What was asked for.
        lanes: u32,
        /// What is needed.
        least: u64,
        /// Neurons of the kind.
        neurons: u64,
    },
}

/// Draws the network and divides it into lanes.
///
/// # Errors
/// If a parameter or a rule is impossible, or a delay is zero.
pub fn assemble(network: &Recurrent) -> Result<Windowed, AssemblyError> {
    for projection in &network.projections {
        projection.plan.check()?;
    }
    let mut rank: Vec<usize> = (0..network.projections.len()).collect();
    rank.sort_by_key(|&p| name_hash(&network.projections[p].plan.name));
    let mut lanes = Vec::new();
    for (kind, n) in self::lanes(network)? {
        let parts: Result<Vec<Option<Lane>>, AssemblyError> = (0..n)
            .into_par_iter()
            .map(|lane| assemble_lane(network, &rank, &kind, lane, n))
            .collect();
        lanes.extend(parts?.into_iter().flatten());
    }
    let mut populations: Vec<Population> = network
        .populations
        .iter()
        .map(|population| Population {
            name: population.name.clone(),
            id: name_hash(&population.name),
            size: population.size,
            outgoing: Vec::new(),
        })
        .collect();
    let mut lookahead = None;
    for (at, &p) in (0..).zip(&rank) {
        let Projection { source, plan, .. } = &network.projections[p];
        let delays = share_delays(&mut lanes, at as usize);
        if let Some(&shortest) = delays.first() {
            if shortest <= Duration::ZERO {
                return Err(AssemblyError::NoLookahead {
                    projection: plan.name.clone(),
                    delay: shortest,
                });
            }
            lookahead = Some(lookahead.map_or(shortest, |least: Duration| least.min(shortest)));
        }
        populations[*source].outgoing.push((at, delays));
    }
    Ok(Windowed::new(
        populations,
        lanes,
        lookahead.unwrap_or(NO_PROJECTION),
    ))
}

/// Populations that share lanes, and how many lanes they are divided into.
///
/// # Errors
/// If too few lanes are asked for.
pub fn lanes(network: &Recurrent) -> Result<Vec<(Vec<usize>, u64)>, AssemblyError> {
    let with_lanes = |kind: Vec<usize>| {
        let n = lane_count(network, &kind)?;
        Ok((kind, n))
    };
    network.kinds().into_iter().map(with_lanes).collect()
}

/// How many lanes the neurons of one kind are divided into.
fn lane_count(network: &Recurrent, kind: &[usize]) -> Result<u64, AssemblyError> {
    let neurons: u64 = kind
        .iter()
        .map(|&p| u64::from(network.populations[p].size))
        .sum();
    let least = neurons.div_ceil(LANE_LIMIT);
    if let Some(lanes) = network.lanes {
        return if u64::from(lanes) < least {
            Err(AssemblyError::TooFewLanes {
                lanes,
                least,
                neurons,
            })
        } else {
            Ok(u64::from(lanes).min(neurons))
        };
    }
    // The longest row that a spike finds, over all lanes together.
    let plans = network
        .projections
        .iter()
        .map(|projection| &projection.plan);
    let row = plans.map(|plan| plan.expected_synapses() / f64::from(plan.n_source));
    let most = (row.fold(0.0, f64::max) / ROW_TARGETS) as u64;
    Ok(neurons.div_ceil(LANE_NEURONS).min(most.max(1)).max(least))
}

/// One of the `lanes` of a kind; `None` if small populations leave it empty.
fn assemble_lane(
    network: &Recurrent,
    rank: &[usize],
    kind: &[usize],
    lane: u64,
    lanes: u64,
) -> Result<Option<Lane>, AssemblyError> {
    let mut members = Vec::new();
    let mut size = 0;
    for &population in kind {
        let n = u64::from(network.populations[population].size);
        let (first, end) = ((n * lane / lanes) as u32, (n * (lane + 1) / lanes) as u32);
        if end > first {
            members.push(Member {
                population,
                first,
                len: end - first,
                local: size,
            });
            size += end - first;
        }
    }
    if members.is_empty() {
        return Ok(None);
    }
    let declared = &network.populations[kind[0]];
    let parameter = |error| AssemblyError::Parameter {
        population: declared.name.clone(),
        error,
    };
    let mut neurons =
        neuron::build(declared.model, size as usize, &declared.values).map_err(parameter)?;
    neurons.reset(Time::ZERO);
    for member in &members {
        let population = &network.populations[member.population];
        let purpose = format!("initial.{}", population.name);
        let Some(v_m) = &population.v_m else { continue };
        for k in 0..member.len {
            let mut stream = Stream::new(network.seed, &purpose, u64::from(member.first + k));
            neurons.set_potential((member.local + k) as usize, v_m.draw(&mut stream));
        }
    }
    let incoming = rank.iter().map(|&p| {
        let Projection { targets, plan, .. } = &network.projections[p];
        let blocks = blocks(network, targets, &members);
        if blocks.is_empty() {
            return Ok(None);
        }
        Ok(Some(Incoming {
            rows: plan.connect(&blocks)?,
            delays: Vec::new(),
        }))
    });
    let incoming = incoming.collect::<Result<_, RuleError>>()?;
    let noise = noise(network, neurons.as_ref(), &members, &declared.name, lane);
    Ok(Some(Lane {
        neurons,
        members,
        incoming,
        noise,
        outbox: Vec::new(),
        fired: Vec::new(),
    }))
}

/// The parts of a plan's target space that lie in a lane.
fn blocks(network: &Recurrent, targets: &[usize], members: &[Member]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut offset = 0;
    for &target in targets {
        if let Some(member) = members.iter().find(|member| member.population == target) {
            blocks.push(Block {
                first: offset + member.first,
                len: member.len,
                local: member.local,
            });
        }
        offset += network.populations[target].size;
    }
    blocks
}

/// The noise of a lane: a process for each sign of weights, with a class for each distinct weight.
fn noise(
    network: &Recurrent,
    neurons: &dyn Neurons,
    members: &[Member],
    kind: &str,
    lane: u64,
) -> Vec<Noise> {
    let rates = |weight: f64| {
        let mut rates_hz = vec![0.0; neurons.size()];
        for noise in network.noise.iter().filter(|noise| noise.weight == weight) {
            for member in members
                .iter()
                .filter(|member| noise.targets.contains(&member.population))
            {
                let local = member.local as usize;
                rates_hz[local..local + member.len as usize]
                    .iter_mut()
                    .for_each(|rate| *rate += noise.rate_hz);
            }
        }
        Class { weight, rates_hz }
    };
    let mut weights: Vec<f64> = network.noise.iter().map(|noise| noise.weight).collect();
    weights.sort_by(f64::total_cmp);
    weights.dedup();
    let one = |(part, weights): (usize, &[f64])| {
        let sign = *weights.first()?;
        let classes: Vec<Class> = weights
            .iter()
            .map(|&weight| rates(weight))
            .filter(|class| class.rates_hz.iter().any(|&rate| rate > 0.0))
            .collect();
        let sign_name = if sign < 0.0 { "negative" } else { "positive" };
        let purpose = format!("stimulus.poisson.{kind}.{sign_name}.{part}");
        let mut stream = Stream::new(network.seed, &purpose, lane);
        let events = Poisson::new(&classes, neurons.growth(sign), Time::ZERO, &mut stream)?;
        Some(Noise { events })
    };
    let (negative, positive): (Vec<f64>, Vec<f64>) =
        weights.into_iter().partition(|&weight| weight < 0.0);
    [negative, positive]
        .iter()
        .flat_map(|weights| weights.chunks(MOST_CLASSES).enumerate())
        .filter_map(one)
        .collect()
}

/// Numbers the distinct delays of the projection of rank `at` over all lanes, ascending, and tells each lane which of
/// them its own are.
fn share_delays(lanes: &mut [Lane], at: usize) -> Vec<Duration> {
    let of = |lane: &Lane| {
        lane.incoming[at]
            .as_ref()
            .map(|incoming| incoming.rows.delays().to_vec())
    };
    let mut delays: Vec<Duration> = lanes.iter().filter_map(of).flatten().collect();
    delays.sort_unstable();
    delays.dedup();
    for incoming in lanes
        .iter_mut()
        .filter_map(|lane| lane.incoming[at].as_mut())
    {
        let own = incoming.rows.delays();
        let find = |delay| {
            own.iter()
                .position(|other| other == delay)
                .map(|k| k as u32)
        };
        incoming.delays = delays.iter().map(find).collect();
    }
    delays
}
