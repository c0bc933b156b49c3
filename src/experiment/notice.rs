//! What a run will leave undone of what its model file asks for: said before it begins, and kept in its run file.

use crate::base::time::{Duration, Time};
use crate::config::network::{NetworkModel, Played, Record};
use crate::config::night::Night;
use crate::config::sleep_replay::{Input, SleepReplay, Source};
use crate::engine::simulation::Keep;
use crate::experiment::inputs::Inputs;
use crate::experiment::score::Score;
use crate::mlp::images::Images;
use crate::network::oscillation::Pace;
use crate::network::{Data, Homeostasis, Modulator, Network, Oscillation, Stimulus, Trigger};
use crate::plasticity::sleep_replay::{self, FROZEN};
use crate::protocol::hypnogram::Bout;
use crate::run::guard::Limits;
use crate::stimulus::{self, Brings, Spike};
use crate::trigger::{self, Watches};

/// Of a run of `model`, whose `network` has the data of its files, through `bouts`.
pub fn of_network(model: &NetworkModel, network: &Network, bouts: &[Bout]) -> Vec<String> {
    let stimuli = network.stimuli.iter();
    let late = stimuli.filter_map(|stimulus| of_stimulus(stimulus, bouts));
    let forces = network.homeostasis.iter();
    let idle = forces.filter_map(|force| of_force(force, bouts));
    let modulators = network.modulators.iter();
    let idle = idle.chain(modulators.filter_map(|modulator| of_modulator(modulator, network)));
    let night = model
        .played
        .iter()
        .flat_map(|played| of_night(played, bouts));
    let stages = model.idle_stages.iter();
    let stages = stages.map(|stage| format!("`stage.{stage}` is the stage of no bout"));
    let triggers = network.triggers.iter();
    let vain = triggers.filter_map(|trigger| of_trigger(&trigger.name, network, bouts));
    let triggers = network.triggers.iter();
    let mute = triggers.filter_map(|trigger| of_mute(trigger, bouts));
    let endless = bouts.iter().filter_map(of_until);
    let vain = vain.chain(mute).chain(endless);
    let oscillations = network.oscillations.iter();
    let unheard = oscillations.filter_map(|own| of_oscillation(&own.name, network));
    let all = night.chain(stages).chain(vain).chain(unheard);
    let all = all.chain(late).chain(idle);
    let all = all.chain(of_guard(&model.guard, bouts));
    let all = all.chain(of_precision(network));
    let all = all.chain(of_frozen(network));
    all.chain(of_record(&model.record)).collect()
}

/// Changes smaller than this share of a weight are lost for the most part, or rounded: single precision has steps of 6e-8.
const FINE: f64 = 1e-6;

/// Changes of weights that are too small for what they are kept in.
fn of_precision(network: &Network) -> Vec<String> {
    let forces = network.homeostasis.iter().filter_map(|force| {
        let number = |name| force.kind.values.number(name);
        let (key, change) = match force.kind.spec.name {
            "decay" | "forgetting" => ("share", number("share")?),
            "downscaling" => ("factor", 1.0 - number("factor")?),
            _ => return None,
        };
        Some((
            format!("homeostasis.{}.{key}", force.name),
            change,
            "act less often, by more",
        ))
    });
    let rules = network.projections.iter().flat_map(|own| {
        let rule = own.plasticity.iter().map(|learning| &learning.rule);
        let amplitudes = rule.flat_map(|rule| {
            let both = ["a_plus", "a_minus"].into_iter();
            both.filter_map(|key| Some((key, rule.values.number(key)?)))
        });
        amplitudes.map(|(key, change)| {
            let name = format!("projection.{}.plasticity.{key}", own.name);
            (name, change, "make it larger, and spikes fewer")
        })
    });
    let all = forces.chain(rules);
    let fine = all.filter(|(_, change, _)| *change != 0.0 && change.abs() < FINE);
    fine.map(|(name, change, instead)| {
        format!(
            "`{name}` changes weights by a share of {change:.1e}, and they are kept in single precision, in steps of 6e-8: such changes \
             are lost or rounded; {instead}"
        )
    })
    .collect()
}

/// Projections whose rule changes nothing of weights as large as theirs.
fn of_frozen(network: &Network) -> Vec<String> {
    let projections = network.projections.iter().filter(|own| !own.is_dense());
    let frozen = projections.filter_map(|own| {
        let rule = own.plasticity.as_ref()?.rule.spec.name;
        let least = own.weight?.reach().0;
        (rule == sleep_replay::SPEC.name && least > FROZEN).then(|| {
            format!(
                "`projection.{}`: no weight changes: `{rule}` leaves weights above {FROZEN} as they are, and these are {least} and more; weights \
                 of trained networks are small numbers, whose `gain` says what they add (`rule = \"weights\"`)",
                own.name
            )
        })
    });
    frozen.collect()
}

/// That nothing of a run is kept but its bouts.
fn of_record(record: &Record) -> Option<String> {
    let Record {
        spikes,
        rates_bin: _,
        modulators: _,
        states,
        weights,
        weight_statistics,
        compress: _,
        report: _,
    } = record;
    let is_nothing =
        spikes.is_empty() && states.is_empty() && weights.is_none() && weight_statistics.is_none();
    is_nothing.then(|| {
        "nothing is recorded: `[record]` names no `spikes`, such as spikes = [\"e\"], nor states or weights"
            .into()
    })
}

/// That a force acts at no instant.
fn of_force(force: &Homeostasis, bouts: &[Bout]) -> Option<String> {
    let acts = bouts.iter().any(|bout| {
        // Not at 0, and at the begin of a bout, but not at its end.
        let every = force.every.ps();
        let first = (bout.start.ps().max(1) + every - 1) / every * every;
        first < bout.stop.ps() && !bout.regime.suspended.contains(&force.name)
    });
    let (name, every) = (&force.name, force.every);
    (!acts).then(|| {
        format!("`homeostasis.{name}` never acts: no multiple of {every} lies in the run, or in a bout that has it")
    })
}

/// That a trigger sets nothing off: no stimulus comes and no modulator is released when it finds something, or no such stimulus is on
/// while it looks; and it ends no bout.
fn of_trigger(name: &String, network: &Network, bouts: &[Bout]) -> Option<String> {
    let stimuli = network.stimuli.iter();
    let own = stimuli.filter(|own| own.pulses.trigger.as_ref() == Some(name));
    let own: Vec<&String> = own.map(|stimulus| &stimulus.name).collect();
    let ends = |bout: &Bout| {
        bout.regime
            .until
            .as_ref()
            .is_some_and(|until| until.trigger == *name)
    };
    let releases = network
        .modulators
        .iter()
        .any(|modulator| modulator.triggers.contains(name));
    let acts = bouts.iter().any(|bout| {
        let sets_off = releases || bout.on.iter().any(|on| own.contains(&on));
        ends(bout) || !bout.regime.deaf.contains(name) && sets_off
    });
    let why = match own.is_empty() {
        _ if releases => "in no bout it is among the `triggers`",
        true => "no stimulus names it as its `trigger`, no modulator among its `triggers`",
        false => "in no bout it is among the `triggers` while a stimulus that names it is on",
    };
    (!acts).then(|| format!("`trigger.{name}` sets nothing off: {why}; what it finds is recorded"))
}

/// That a trigger finds nothing, as it is not on for long enough.
fn of_mute(trigger: &Trigger, bouts: &[Bout]) -> Option<String> {
    let name = &trigger.name;
    let entry = trigger::entry(trigger.kind.spec.name).ok()?;
    let watches = entry.watches != Watches::Nothing;
    let latency_ms = if watches {
        trigger.latency.as_ms()
    } else {
        0.0
    };
    let quiet_ms = (entry.quiet_ms)(&trigger.kind.values);
    let quiet = Duration::from_ms(quiet_ms + latency_ms).ok()?;
    let heard = longest_heard(name, !watches, bouts);
    let instants = trigger.kind.values.instants("at");
    let is_late = |ms: &&f64| Duration::from_ms(**ms).is_ok_and(|at| at >= heard);
    let late = instants.iter().filter(is_late).count();
    if heard > quiet && late > 0 {
        let all = instants.len();
        return Some(format!(
            "`trigger.{name}`: {late} of {all} instants never come: it is on for {heard} at most"
        ));
    }
    // Of one that no bout has more is said above.
    (Duration::ZERO < heard && heard <= quiet).then(|| {
        format!("`trigger.{name}` never tells: it finds nothing before {quiet} have passed, and has {heard} at most before it begins anew or is off")
    })
}

/// That a bout does not wait long enough for what is to end it.
fn of_until(bout: &Bout) -> Option<String> {
    let until = bout.regime.until.as_ref()?;
    let (quiet, lasts) = (until.quiet?, bout.stop - bout.start);
    (quiet >= lasts).then(|| {
        format!(
            "`{}`: `until` ends it in no case after `quiet`, {quiet}: it lasts {lasts} at most",
            bout.name
        )
    })
}

/// The longest time from a beginning of the trigger called `name` to the end of a bout that has it. A detector watches also where
/// it does not tell, a clock begins where it is switched on.
fn longest_heard(name: &String, is_clock: bool, bouts: &[Bout]) -> Duration {
    let (mut longest, mut since) = (Duration::ZERO, None);
    for bout in bouts {
        let is_on = !bout.regime.deaf.contains(name);
        if bout.keep != Keep::All || is_clock && !is_on {
            since = None;
        }
        if is_on || !is_clock {
            since = since.or(Some(bout.start));
        }
        if let Some(from) = since.filter(|_| is_on) {
            longest = longest.max(bout.stop - from);
        }
    }
    longest
}

/// That nothing goes up and down with an oscillation.
fn of_oscillation(name: &String, network: &Network) -> Option<String> {
    let swings = |own: &Stimulus| own.swings.with.contains(name);
    let keeps = |other: &Oscillation| {
        let is_locked = matches!(&other.pace, Pace::Locked { to, .. } if to == name);
        is_locked || other.nest.as_ref().is_some_and(|nest| nest.within == *name)
    };
    let acts = network.stimuli.iter().any(swings) || network.oscillations.iter().any(keeps);
    (!acts).then(|| {
        format!(
            "`oscillation.{name}` moves nothing: no stimulus has it as its `oscillation`, and no other oscillation keeps to it"
        )
    })
}

/// That a modulator acts on nothing.
fn of_modulator(modulator: &Modulator, network: &Network) -> Option<String> {
    let mut learning = network
        .projections
        .iter()
        .filter_map(|own| own.plasticity.as_ref());
    let name = &modulator.name;
    let acts = learning.any(|learning| learning.modulator.as_ref() == Some(name));
    (!acts).then(|| {
        format!("`modulator.{name}` acts on no projection: none has it in its `plasticity`")
    })
}

/// What a night of `bouts` is beside what its hypnogram says.
fn of_night(played: &Played, bouts: &[Bout]) -> Vec<String> {
    let lasts = bouts.last().map_or(Time::ZERO, |bout| bout.stop);
    let seconds = lasts.as_ms() / 1e3;
    // To the millisecond: the product is rounded.
    let times = played.compress;
    let night = (lasts.as_ms() * times).round() / 1e3;
    let faster = (times > 1.0)
        .then(|| format!("the night passes {times} times faster: {seconds} s stand for {night} s"));
    played.notices.iter().cloned().chain(faster).collect()
}

/// Of nights of `model`, which run on `inputs`, through `bouts`.
pub fn of_nights(model: &SleepReplay, inputs: &Inputs, bouts: &[Bout]) -> Vec<String> {
    let asleep = bouts.iter().filter(|bout| bout.kind.is_simulated());
    let longest = asleep.map(Bout::duration).max().unwrap_or(Duration::ZERO);
    let late = match &model.sleep.input {
        Input::Spikes(path) => late_spikes(&inputs.spikes, longest).map(|late| {
            let file = path.path.display();
            format!("`sleep.input.spikes`: {late} of `{file}` come after the end of the sleep, {longest} after its start")
        }),
        Input::Image { .. } => None,
    };
    let has_biases = !model.mlp.bias_names().is_empty();
    let bias = has_biases.then(|| {
        "the MLP has biases, which take no part in sleep: the spiking network has none".to_owned()
    });
    let transposed = model.data.as_ref().and_then(|data| of_emnist(&data.source));
    let all = bias.into_iter().chain(late).chain(transposed);
    let all = all.chain(of_memory(model, inputs));
    all.chain(of_guard(&model.guard, bouts)).collect()
}

/// That in the sleeps called `silent` of a network with this `seed` nothing was learnt.
pub fn of_silence(model: &SleepReplay, seed: u64, silent: &[String]) -> Option<String> {
    let names = model.mlp.layer_names().into_iter().skip(1);
    let learning = names
        .zip(&model.plasticity.layers)
        .filter(|(_, rule)| rule.is_some());
    let learning: Vec<String> = learning.map(|(name, _)| name).collect();
    (!silent.is_empty()).then(|| {
        format!(
            "seed {seed}: no neuron of the layers that learn, {}, fired in {}, so that no weight changed: thresholds (`v_th`) may be \
             too high, or the rate of the input (`max_rate`) too low",
            learning.join(", "),
            silent.join(", ")
        )
    })
}

/// That of these `tasks` the memory of a network with this `seed` replays nothing.
pub fn of_salience(seed: u64, tasks: &[usize]) -> Option<String> {
    let tasks: Vec<String> = tasks.iter().map(|task| (task + 1).to_string()).collect();
    (!tasks.is_empty()).then(|| {
        format!(
            "seed {seed}: no image that was cached of task {} is a surprise to the network that has learnt it, which leaves it a salience \
             of 0: the memory replays none of them; `memory.salience = \"equal\"` does",
            tasks.join(", ")
        )
    })
}

/// That networks of this `seed` leave many test images without an answer in some of the tests that `scores` are of.
pub fn of_undecided<'a>(seed: u64, scores: impl Iterator<Item = &'a Score>) -> Option<String> {
    /// Share of images above which the accuracy says little. The shipped models leave up to 1 % without an answer.
    const MOST: f64 = 0.05;
    let all: Vec<&Score> = scores
        .filter(|score| score.accuracy.undecided > MOST)
        .collect();
    let share = |score: &Score| score.accuracy.undecided;
    let worst = *all.iter().max_by(|a, b| share(a).total_cmp(&share(b)))?;
    let tests = match all.len() {
        1 => String::new(),
        n => format!(" (so do {n} tests, most there)"),
    };
    Some(format!(
        "seed {seed}: after {}, the network `{}` leaves {:.0} % of the test images without an answer{tests}: all outputs are \
         equal, which counts as the first class and says nothing of what it remembers",
        worst.stage.label(),
        worst.network,
        100.0 * share(worst)
    ))
}

/// That a task has fewer images than are to be cached.
fn of_memory(model: &SleepReplay, inputs: &Inputs) -> Option<String> {
    let asked = model.memory.as_ref()?.encode;
    let numbers = inputs.train.iter().map(Images::len).enumerate();
    let (task, found) = numbers.min_by_key(|&(_, n)| n)?;
    (found < asked).then(|| {
        format!(
            "`memory.encode` is {asked}, and task {} has {found} images: no more of it are cached",
            task + 1
        )
    })
}

/// Of nights of `model` that dream what was learnt.
pub fn of_dreams(model: &Night) -> Vec<String> {
    of_emnist(&model.data.source).into_iter().collect()
}

/// That EMNIST's images, known by their names, lie on their sides: Cohen et al. 2017 store them column by column, where IDX
/// files go row by row. They are taken as they are.
fn of_emnist(source: &Source) -> Option<String> {
    let Source::Files([images, ..]) = source else {
        return None;
    };
    let name = images.file_name()?.to_string_lossy();
    name.to_ascii_lowercase().starts_with("emnist-").then(|| {
        format!(
            "`data.images`: `{name}`: EMNIST stores its images transposed, and so figures show them and patterns and patches \
             must see them; learning is the same either way"
        )
    })
}

/// What never comes of a stimulus, whose times count from when it is switched on.
fn of_stimulus(stimulus: &Stimulus, bouts: &[Bout]) -> Option<String> {
    let name = &stimulus.name;
    let on = longest_on(name, bouts);
    if on == Duration::ZERO {
        return Some(format!("`stimulus.{name}` is on in no bout"));
    }
    let never = match &stimulus.data {
        Some(Data::Spikes(spikes)) => late_spikes(spikes, on),
        Some(Data::Image(_)) => None,
        None => late_steps(stimulus, on),
    }?;
    Some(format!(
        "`stimulus.{name}`: {never} come after its end, {on} after it is switched on"
    ))
}

/// The longest time for which the stimulus called `name` is on without a break.
fn longest_on(name: &str, bouts: &[Bout]) -> Duration {
    let (mut longest, mut since) = (Duration::ZERO, None);
    for bout in bouts {
        if !bout.on.iter().any(|on| on == name) {
            since = None;
            continue;
        }
        let goes_on = since.filter(|_| bout.keep == Keep::All);
        let from = goes_on.unwrap_or(bout.start);
        since = Some(from);
        longest = longest.max(bout.stop - from);
    }
    longest
}

/// How many of `spikes` do not come within the time `on`.
fn late_spikes(spikes: &[Spike], on: Duration) -> Option<String> {
    let end = Time::ZERO + on;
    let late = spikes.len() - spikes.partition_point(|&(t, _)| t < end);
    (late > 0).then(|| format!("{late} of {} spikes", spikes.len()))
}

/// How many steps of a current do not come within the time `on`. That a pulse has no end before the run has is no loss.
fn late_steps(stimulus: &Stimulus, on: Duration) -> Option<String> {
    let entry = stimulus::entry(stimulus.kind.spec.name).ok()?;
    let Brings::Current(steps) = (entry.build)(&stimulus.kind.values).ok()? else {
        return None;
    };
    let is_late = |t: Time| t >= Time::ZERO + on;
    let lost = steps.iter().enumerate().any(|(k, &(t, amplitude))| {
        let is_end = k + 1 == steps.len() && amplitude == 0.0;
        is_late(t) && !is_end
    });
    let late = steps.iter().filter(|&&(t, _)| is_late(t)).count();
    lost.then(|| format!("{late} of {} steps", steps.len()))
}

/// Where the lowest rate that `limits` allow is not looked at.
fn of_guard(limits: &Limits, bouts: &[Bout]) -> Option<String> {
    limits.min_rate_hz?;
    let short = limits.without_window(bouts);
    let (first, others) = short.split_first()?;
    let others = match others.len() {
        0 => String::new(),
        n => format!(" and {n} other bouts"),
    };
    let window = limits.window;
    Some(format!(
        "`guard.min_rate` is not looked at in `{first}`{others}: no whole `guard.window`, {window} from a multiple of it on, \
         lies within"
    ))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{Model, Options, parse};

    #[test]
    fn nights_are_told_that_images_lie_on_their_sides() {
        let text = include_str!("../../models/night_digits.toml");
        let told = |name: &str| {
            let files = format!(
                "images = \"{name}\"\nlabels = \"l\"\ntest_images = \"t\"\ntest_labels = \"m\""
            );
            let source = text.lines().find(|line| line.starts_with("source"));
            let text = text.replace(source.unwrap(), &files);
            match parse("m.toml", &text, Path::new("/"), &Options::default()) {
                Ok(Model::Night(model)) => of_dreams(&model),
                other => panic!("{other:?}"),
            }
        };
        let found = told("emnist-digits-train-images-idx3-ubyte");
        assert!(
            found.len() == 1 && found[0].contains("transposed"),
            "{found:?}"
        );
        assert_eq!(told("train-images-idx3-ubyte"), Vec::<String>::new());
    }
}
