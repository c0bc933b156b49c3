//! `[stimulus.NAME]`: what drives the network from outside.

use crate::base::parameter::{Dimension, Range};
use crate::base::suggest;
use crate::base::time::{Duration, Time};
use crate::config::network::{Current, Poisson, SpikeFile, Stimulus};
use crate::config::read::{Paths, file};
use crate::config::reader::{Item, Section};
use crate::neuron;

use super::{Known, weight};

/// A spike per tick of the clock, in hertz: rates must stay below.
const TICKS_HZ: f64 = 1e12;

#[derive(Clone, Copy)]
enum Kind {
    Poisson,
    Current,
    Spikes,
}

/// Reads the table.
pub(super) fn read(
    section: &Section<'_>,
    name: &str,
    known: &Known<'_>,
    paths: &Paths<'_>,
) -> Option<Stimulus> {
    let kind = section
        .need("kind", "`poisson`, `current` or `spikes`")
        .and_then(|item| {
            item.choice(&[
                ("poisson", Kind::Poisson),
                ("current", Kind::Current),
                ("spikes", Kind::Spikes),
            ])
        });
    match kind {
        Some(Kind::Poisson) => poisson(section, name, known).map(Stimulus::Poisson),
        Some(Kind::Current) => current(section, name, known).map(Stimulus::Current),
        Some(Kind::Spikes) => spikes(section, name, known, paths).map(Stimulus::Spikes),
        None => {
            section.ignore();
            None
        }
    }
}

/// The populations that are driven and what `check` finds out about them.
fn targets<T>(
    section: &Section<'_>,
    known: &Known<'_>,
    check: impl FnOnce(&Item<'_>, &[String]) -> Option<T>,
) -> (Option<Vec<String>>, Option<T>) {
    let Some(item) = section.need("target", "the populations that are driven") else {
        return (None, None);
    };
    let targets = known.some_names(&item);
    let found = targets.as_deref().and_then(|targets| check(&item, targets));
    (targets, found)
}

fn poisson(section: &Section<'_>, name: &str, known: &Known<'_>) -> Option<Poisson> {
    let (targets, dimension) = targets(section, known, |item, targets| {
        weight::dimension(item, targets, known)
    });
    let rate_hz = section
        .need("rate", "the rate onto each neuron, such as \"20 kHz\"")
        .and_then(|item| {
            let rate = item.quantity(Dimension::Rate, Range::NonNegative)?;
            if rate >= TICKS_HZ {
                let expected = "less than one spike per picosecond, the clock's tick";
                return item.refuse(expected, None);
            }
            Some(rate)
        });
    let weight = weight::read(section, dimension, 1.0, |item, dimension| {
        item.quantity(dimension, Range::Finite)
    });
    Some(Poisson {
        name: name.into(),
        targets: targets?,
        rate_hz: rate_hz?,
        weight: weight?,
    })
}

fn current(section: &Section<'_>, name: &str, known: &Known<'_>) -> Option<Current> {
    let (targets, charged) = targets(section, known, |item, targets| {
        capacitance(item, targets, known)
    });
    let steps = steps(section);
    charged?;
    Some(Current {
        name: name.into(),
        targets: targets?,
        steps: steps?,
    })
}

/// Refuses populations whose neurons have no capacitance: a current would not move them.
fn capacitance(item: &Item<'_>, targets: &[String], known: &Known<'_>) -> Option<()> {
    let charged = |model: &neuron::Model| {
        let mut parameters = model.spec.parameters.iter();
        parameters.any(|parameter| parameter.dimension() == Dimension::Capacitance)
    };
    let mut good = Some(());
    for target in targets {
        let Some(model) = known.model(target).filter(|model| !charged(model)) else {
            continue;
        };
        let message = format!(
            "`{}` names population `{target}`, whose neurons (`{}`) have no capacitance that a current could charge",
            item.path, model.spec.name
        );
        let models = neuron::REGISTRY.iter().filter(|model| charged(model));
        let names: Vec<&str> = models.map(|model| model.spec.name).collect();
        let help = (!names.is_empty())
            .then(|| format!("neuron models with one: {}", suggest::list(&names)));
        item.reader.problem(item.origin(), message, help);
        good = None;
    }
    good
}

/// One pulse, or the steps themselves.
fn steps(section: &Section<'_>) -> Option<Vec<(Time, f64)>> {
    const OF_PULSE: [&str; 3] = ["amplitude", "from", "to"];
    let Some(item) = section.get("steps") else {
        return pulse(section);
    };
    let mut good = true;
    for other in OF_PULSE {
        section.know(other);
        // What is copied is left aside.
        if section.has(other)
            && let Some(other) = section.get(other)
        {
            let message = format!("`{}` and `steps` exclude each other", other.path);
            other.reader.problem(other.key_origin, message, None);
            good = false;
        }
    }
    const EXPECTED: &str = "an array of steps, such as [[\"0 s\", \"50 pA\"], [\"1 s\", \"0 pA\"]]";
    let steps = item.list(EXPECTED, |step| {
        const EXPECTED: &str = "a step, such as [\"0 s\", \"50 pA\"]";
        match step.items(EXPECTED)?.as_slice() {
            [from, amplitude] => {
                let from = instant(from);
                let amplitude = amplitude.quantity(Dimension::Current, Range::Finite);
                Some((step.origin(), from?, amplitude?))
            }
            _ => step.refuse(EXPECTED, None),
        }
    })?;
    if steps.is_empty() {
        return item.refuse("at least one step", None);
    }
    for (i, pair) in steps.windows(2).enumerate() {
        let [(_, before, _), (origin, after, _)] = pair else {
            continue;
        };
        if after <= before {
            let message = format!(
                "`{}.{}` begins at {}, expected after the step before it, which begins at {}",
                item.path,
                i + 1,
                after,
                before
            );
            item.reader.problem(*origin, message, None);
            good = false;
        }
    }
    good.then(|| steps.into_iter().map(|(_, from, pa)| (from, pa)).collect())
}

fn pulse(section: &Section<'_>) -> Option<Vec<(Time, f64)>> {
    let what = "the current, such as \"100 pA\", or `steps`, an array of them";
    let amplitude = section
        .need("amplitude", what)
        .and_then(|item| item.quantity(Dimension::Current, Range::Finite));
    let from = section.or("from", Time::ZERO, |item| instant(&item));
    let to = section.or("to", None, |item| {
        let to = instant(&item)?;
        if from.is_some_and(|from| to <= from) {
            return item.refuse(&format!("more than `from`, {}", from?), None);
        }
        Some(Some(to))
    });
    let mut steps = vec![(from?, amplitude?)];
    steps.extend(to?.map(|to| (to, 0.0)));
    Some(steps)
}

/// An instant of the run, 0 or more.
fn instant(item: &Item<'_>) -> Option<Time> {
    let ms = item.quantity(Dimension::Time, Range::NonNegative)?;
    Time::from_ms(ms).ok()
}

fn spikes(
    section: &Section<'_>,
    name: &str,
    known: &Known<'_>,
    paths: &Paths<'_>,
) -> Option<SpikeFile> {
    let (mut target, mut dimension) = (None, None);
    if let Some(item) = section.need("target", "the population onto whose neurons the spikes go") {
        target = known.name(&item);
        dimension = target
            .as_ref()
            .and_then(|target| weight::dimension(&item, std::slice::from_ref(target), known));
    }
    let file = section
        .need(
            "file",
            "the spikes, such as \"raster.h5\" (SONATA) or \"raster.csv\"",
        )
        .and_then(|item| file(&item, &["h5", "hdf5", "csv"], paths));
    let population = section.or("population", None, |item| {
        let name = item.text("the name of a population in the file")?;
        let table = file.as_ref().is_some_and(|file| {
            let extension = file.extension();
            extension.is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
        });
        if table {
            let message = format!(
                "`{}` chooses a population of an HDF5 file, and `file` is a CSV table, which has no populations",
                item.path
            );
            item.reader.problem(item.key_origin, message, None);
            return None;
        }
        Some(Some(name.to_owned()))
    });
    let weight = weight::read(section, dimension, 1.0, |item, dimension| {
        let weight = item.quantity(dimension, Range::Finite)?;
        if weight.abs() > f64::from(f32::MAX) {
            let expected = format!("at most {:e} in magnitude, single precision", f32::MAX);
            return item.refuse(&expected, None);
        }
        Some(weight)
    });
    let from = section.or("from", Duration::ZERO, |item| {
        Some(Duration::from_ps(instant(&item)?.ps()))
    });
    Some(SpikeFile {
        name: name.into(),
        target: target?,
        weight: weight?,
        file: file?,
        population: population?,
        from: from?,
    })
}
