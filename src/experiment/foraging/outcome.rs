//! What lives came to: tables in files, the figure.

use std::path::Path;

use crate::analysis::summary::Summary as Sample;
use crate::foraging::life::{CHANCE, Life, Noted, Tested};
use crate::foraging::plan::{Plan, Turn};
use crate::record::output::{OutputError, write_new};
use crate::record::table::{Accuracy, field};
use crate::report::figure::{Forage, Stretch};

/// Writes every test: a row per seed, phase and task.
pub(super) fn write_tests(
    path: &Path,
    plan: &Plan,
    lives: &[(u64, &Life)],
) -> Result<(), OutputError> {
    write_new(path, |out| {
        writeln!(out, "seed,phase,task,right,wrong,performance")?;
        for (seed, life) in lives {
            for test in life.tested() {
                let (phase, task) = (&plan.phases[test.phase].name, &plan.tasks[test.task].name);
                let (right, wrong) = (test.meals.right, test.meals.wrong);
                // Of nothing eaten there is no share.
                let share = match right + wrong {
                    0 => String::new(),
                    _ => test.meals.share().to_string(),
                };
                let phase = field(phase);
                writeln!(out, "{seed},{phase},{task},{right},{wrong},{share}")?;
            }
        }
        Ok(())
    })
}

/// The `tested` of `seed` as rows of the run file's table.
pub(super) fn scores(plan: &Plan, seed: u64, tested: &[Tested]) -> Vec<Accuracy> {
    let row = |test: &Tested| Accuracy {
        seed,
        network: "foraging".into(),
        stage: plan.phases[test.phase].name.clone(),
        after_task: test.phase,
        task: Some(test.task),
        accuracy: test.meals.share(),
        validation: None,
        training: None,
    };
    tested.iter().map(row).collect()
}

/// Writes all that was noted: a row per seed and note.
pub(super) fn write_course(
    path: &Path,
    plan: &Plan,
    lives: &[(u64, &Life)],
) -> Result<(), OutputError> {
    write_new(path, |out| {
        write!(
            out,
            "seed,phase,aeon,input_spikes,hidden_spikes,output_spikes"
        )?;
        for task in &plan.tasks {
            write!(out, ",performance_{0},weights_along_{0}", task.name)?;
        }
        writeln!(out)?;
        for (seed, life) in lives {
            let axes = axes(plan, life.noted());
            for note in life.noted() {
                let phase = plan.phases.get(note.phase).map_or("", |phase| &phase.name);
                let [view, hidden, output] = note.spikes;
                write!(
                    out,
                    "{seed},{},{},{view},{hidden},{output}",
                    field(phase),
                    note.aeon
                )?;
                for (task, performance) in note.performance.iter().enumerate() {
                    let along = axes[task].as_ref().map(|axis| axis.along(note));
                    let along = along.map_or(String::new(), |along| along.to_string());
                    write!(out, ",{performance},{along}")?;
                }
                writeln!(out)?;
            }
        }
        Ok(())
    })
}

/// Writes how hidden cells spiked while they were trained: a row per seed, phase and cell, a column per task, in spikes per epoch.
pub(super) fn write_rates(
    path: &Path,
    plan: &Plan,
    lives: &[(u64, &Life)],
) -> Result<(), OutputError> {
    write_new(path, |out| {
        write!(out, "seed,phase,cell")?;
        for task in &plan.tasks {
            write!(out, ",rate_{}", task.name)?;
        }
        writeln!(out)?;
        for (seed, life) in lives {
            for rates in life.rates() {
                let phase = field(&plan.phases[rates.phase].name);
                let cells = rates.tasks.iter().map(Vec::len).max().unwrap_or(0);
                for cell in 0..cells {
                    write!(out, "{seed},{phase},{cell}")?;
                    for task in &rates.tasks {
                        // Of what was not trained there is no rate.
                        let rate = task.get(cell).map_or(String::new(), f32::to_string);
                        write!(out, ",{rate}")?;
                    }
                    writeln!(out)?;
                }
            }
        }
        Ok(())
    })
}

/// The way in which the first phase that is for one task alone moves the weights.
struct Axis {
    start: Vec<f32>,
    way: Vec<f64>,
}

impl Axis {
    /// How far along it the weights of `note` lie: 0 at its start, 1 at its end.
    fn along(&self, note: &Noted) -> f64 {
        let product = |a: &mut dyn Iterator<Item = f64>| -> f64 {
            a.zip(&self.way).map(|(a, b)| a * b).sum()
        };
        let moved = note.weights.iter().zip(&self.start);
        let along = product(&mut moved.map(|(now, start)| f64::from(now - start)));
        let whole = product(&mut self.way.iter().copied());
        if whole > 0.0 { along / whole } else { 0.0 }
    }
}

/// The axis of each task, if there is a phase for it alone that has begun.
fn axes(plan: &Plan, noted: &[Noted]) -> Vec<Option<Axis>> {
    let axis = |task: usize| -> Option<Axis> {
        let alone = |turns: &[Turn]| turns.iter().all(|&turn| turn == Turn::Task(task));
        let phase = plan.phases.iter().position(|phase| alone(&phase.turns))?;
        let mut notes = noted.iter().filter(|note| note.phase == phase);
        let first = notes.next()?;
        let last = notes.next_back()?;
        let way = last.weights.iter().zip(&first.weights);
        Some(Axis {
            way: way.map(|(last, first)| f64::from(last - first)).collect(),
            start: first.weights.clone(),
        })
    };
    (0..plan.tasks.len()).map(axis).collect()
}

/// The figure of `lives`: means over seeds of what was noted at the same time.
pub(super) fn figure(plan: &Plan, lives: &[(u64, &Life)]) -> Forage {
    let mean = |values: &mut dyn Iterator<Item = f64>| -> f64 {
        let values: Vec<f64> = values.collect();
        Sample::of(&values).map_or(f64::NAN, |sample| sample.mean)
    };
    let all: Vec<(&[Noted], Vec<Option<Axis>>)> = lives
        .iter()
        .map(|(_, life)| (life.noted(), axes(plan, life.noted())))
        .collect();
    let tasks = plan.tasks.len();
    let mut stretches = Vec::new();
    let mut start = 0;
    for (k, phase) in plan.phases.iter().enumerate() {
        let mut stretch = Stretch {
            name: phase.name.clone(),
            from: phase.from.map(|from| plan.phases[from].name.clone()),
            start,
            aeons: phase.aeons,
            times: Vec::new(),
            performance: vec![Vec::new(); tasks],
            along: vec![Vec::new(); tasks],
            tested: Vec::new(),
        };
        let notes = all.first().map_or(&[][..], |(noted, _)| noted);
        for (at, note) in notes.iter().enumerate().filter(|(_, note)| note.phase == k) {
            stretch.times.push(start as f64 + note.aeon as f64);
            for task in 0..tasks {
                let mut of = all.iter().map(|(noted, _)| noted[at].performance[task]);
                stretch.performance[task].push(mean(&mut of));
                let mut along = all.iter().filter_map(|(noted, axes)| {
                    axes[task].as_ref().map(|axis| axis.along(&noted[at]))
                });
                stretch.along[task].push(mean(&mut along));
            }
        }
        for task in (0..tasks).filter(|_| phase.test > 0) {
            let mut shares = lives.iter().flat_map(|(_, life)| {
                let tests = life.tested().iter();
                tests.filter(move |test| test.phase == k && test.task == task)
            });
            stretch
                .tested
                .push(mean(&mut shares.by_ref().map(|test| test.meals.share())));
        }
        start += phase.aeons;
        stretches.push(stretch);
    }
    Forage {
        tasks: plan.tasks.iter().map(|task| task.name.clone()).collect(),
        stretches,
        chance: CHANCE,
        seeds: lives.len(),
    }
}
