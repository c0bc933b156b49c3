//! Where the animals of a network's `place_cells` were.

use crate::analysis::data::Course;
use crate::analysis::trains::Span;
use crate::base::time::{Duration, Time};
use crate::config::network::NetworkModel;
use crate::experiment::held::held;
use crate::experiment::recurrent::{bouts, switched_on};
use crate::record::sink::Bout;
use crate::stimulus::place_cells;

/// Looks in a lap: many more than bins of position.
const LOOKS: usize = 1_000;

/// Looks at most in a course, some 160 MB; one of more is left out, as if it were not known.
const MOST_LOOKS: f64 = 1e7;

/// Shorter laps are left out, too.
const SHORTEST_LAP_MS: f64 = 1e-2;

/// The courses of the populations with place cells until `stop` of a run whose bouts `went` so far, and the names of those whose
/// course is too long to be held; the first in the order of names where a population has several.
pub(super) fn courses(
    model: &NetworkModel,
    went: &[Bout],
    stop: Time,
) -> (Vec<Course>, Vec<String>) {
    let went = went.iter().map(|bout| (bout.start, bout.stop));
    let bouts = bouts(&held(model, went));
    let (mut courses, mut left_out): (Vec<Course>, Vec<String>) = (Vec::new(), Vec::new());
    for stimulus in &model.network.stimuli {
        if stimulus.kind.spec.name != place_cells::SPEC.name {
            continue;
        }
        let on = switched_on(&stimulus.name, &bouts).into_iter();
        let on = on.map(|(start, stop)| Span { start, stop });
        let on: Vec<Span> = on
            .map(|span| {
                span.within(Span {
                    start: Time::ZERO,
                    stop,
                })
            })
            .filter(|span| span.length() > Duration::ZERO)
            .collect();
        for population in &stimulus.targets {
            let known = courses.iter().any(|known| known.population == *population);
            let (_, lap_ms) = place_cells::lap(&stimulus.kind.values);
            let ran_ms: f64 = on.iter().map(|span| span.length().as_ms()).sum();
            let looks = (ran_ms / lap_ms + on.len() as f64) * LOOKS as f64;
            // Looks at laps of a microsecond would not be told apart.
            let is_held = lap_ms > SHORTEST_LAP_MS && looks <= MOST_LOOKS;
            match (on.is_empty() || known, is_held) {
                (true, _) => {}
                (false, true) => courses.push(course(population, &stimulus.kind.values, &on)),
                (false, false) => left_out.push(population.clone()),
            }
        }
    }
    (courses, left_out)
}

fn course(population: &str, values: &crate::base::parameter::Values, on: &[Span]) -> Course {
    let (length_mm, lap_ms) = place_cells::lap(values);
    let (mut times_ms, mut positions_cm) = (Vec::new(), Vec::new());
    /// Where the end of a lap is told apart from the begin of the next.
    const JUST_BEFORE_MS: f64 = 1e-6;
    for span in on {
        let (start_ms, stop_ms) = (span.start.as_ms(), span.stop.as_ms());
        let laps = ((stop_ms - start_ms) / lap_ms).ceil() as usize;
        for lap in 0..laps {
            for look in 0..=LOOKS {
                let share = look as f64 / LOOKS as f64;
                let mut ms = start_ms + (lap as f64 + share) * lap_ms;
                if look == LOOKS {
                    ms -= JUST_BEFORE_MS;
                }
                if ms < stop_ms {
                    times_ms.push(ms);
                    positions_cm.push(share * length_mm / MM_PER_CM);
                }
            }
        }
    }
    Course {
        population: population.to_owned(),
        times_ms,
        positions_cm,
        spans: on.to_vec(),
    }
}

const MM_PER_CM: f64 = 10.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parameter::{Values, complete};

    #[test]
    fn the_animal_is_where_the_stimulus_says() {
        // 3 m in 10 s.
        let given = [("length", 3000.0), ("speed", 0.3), ("field", 300.0)];
        let values: Values = complete(&place_cells::SPEC, &given.into_iter().collect()).unwrap();
        let at = |ms: f64| Time::from_ms(ms).unwrap();
        let on = [
            Span {
                start: at(0.0),
                stop: at(15_000.0),
            },
            Span {
                start: at(20_000.0),
                stop: at(22_000.0),
            },
        ];
        let course = course("ca3", &values, &on);
        assert!(course.times_ms.is_sorted());
        let place = |ms: f64| {
            let next = course.times_ms.partition_point(|&t| t <= ms);
            course.positions_cm[next - 1]
        };
        for (ms, cm) in [
            (0.0, 0.0),
            (5_000.0, 150.0),
            (9_999.9999999, 300.0),
            (10_000.0, 0.0),
            (14_000.0, 120.0),
            (21_000.0, 30.0),
        ] {
            assert!((place(ms) - cm).abs() < 0.31, "{ms}: {}", place(ms));
        }
        assert!(
            course
                .times_ms
                .iter()
                .all(|&ms| !(15_000.0..20_000.0).contains(&ms))
        );
    }
}
