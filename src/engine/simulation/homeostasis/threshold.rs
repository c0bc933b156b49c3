//! Thresholds that move.

use super::MS_PER_S;
use crate::engine::error::{SimulationError, StateError};
use crate::engine::neurons::Now;
use crate::engine::simulation::Simulation;
use crate::engine::simulation::rebuild::Concerned;
use crate::network::path::Alterations;
use crate::plasticity::homeostasis::Act;
use crate::plasticity::homeostasis::excitability::Height;

impl Simulation {
    /// Lets the force at index `at` move the thresholds of its populations, of those neurons of each that have been `there`. One whose
    /// neurons would be impossible, as where a current leads exactly to the threshold, stays as it was until the next instant.
    pub(super) fn adapt(&mut self, at: usize, there: &[u32]) {
        for population in self.forces[at].populations.clone() {
            let force = &self.forces[at];
            let Act::Neurons(act) = &force.act else {
                return;
            };
            let seconds = (self.now - force.last).as_ms() / MS_PER_S;
            let size = self.populations[population].size;
            let rate = |node| {
                let activity = force.activity(population, node, self.now);
                match act.average_ms() {
                    Some(_) => activity.now_hz,
                    None => f64::from(activity.spikes) / seconds,
                }
            };
            // Those that are not there yet do not fire for another reason.
            let born = there[population];
            let rates: Vec<f64> = (0..born).map(rate).collect();
            let before = self.heights[population].clone();
            let mut heights = before.clone();
            heights.resize(size as usize, Height::DECLARED);
            act.adapt(&mut heights[..born as usize], &rates);
            if heights == before {
                continue;
            }
            self.heights[population] = heights;
            if !self.raise(&|concerned| concerned == population, true) {
                self.heights[population] = before;
            }
        }
    }

    /// Lets neurons of populations that are `concerned` have the thresholds that they should have; whether they can.
    fn raise(&mut self, concerned: Concerned<'_>, kept: bool) -> bool {
        if kept {
            self.catch_up();
        }
        let now = Now {
            alterations: &self.altered.now,
            heights: &self.heights,
        };
        let built = self.rebuilt(concerned, now, kept, &self.bout.suffix());
        let is_possible = built.is_ok();
        built.into_iter().for_each(|built| self.put(built));
        is_possible
    }

    /// Checks that neurons of populations that are `concerned` can have the lowest and the highest thresholds that forces may bring
    /// them to, each with parameters of its own, where `alterations` come.
    ///
    /// # Errors
    /// If some cannot.
    pub(in crate::engine) fn check_heights(
        &self,
        concerned: Concerned<'_>,
        alterations: &Alterations,
    ) -> Result<(), SimulationError> {
        for force in &self.forces {
            let Act::Neurons(act) = &force.act else {
                continue;
            };
            let adapted = |population| force.populations.contains(&population);
            let own = |population| concerned(population) && adapted(population);
            for height in <[Height; 2]>::from(act.range()) {
                let all = (0..).zip(&self.populations);
                let all = all.map(|(at, known)| match adapted(at) {
                    true => vec![height; known.size as usize],
                    false => Vec::new(),
                });
                let now = Now {
                    alterations,
                    heights: &all.collect::<Vec<_>>(),
                };
                let built = self.rebuilt(&own, now, false, "");
                built.map_err(|error| SimulationError::Height {
                    force: force.name.clone(),
                    height: height.0,
                    error: Box::new(error),
                })?;
            }
        }
        Ok(())
    }

    /// Takes on the heights of thresholds, by population, where there were others `before`; states of neurons are loaded after that.
    pub(in crate::engine::simulation) fn load_heights(
        &mut self,
        heights: Vec<Vec<Height>>,
        before: &[Vec<Height>],
    ) -> Result<(), StateError> {
        let adapted = |population: usize| {
            let mut forces = self.forces.iter();
            forces.any(|force| force.populations.contains(&population))
        };
        let mut all = (0..).zip(heights.iter().zip(&self.populations));
        let is_sound = all.all(|(at, (heights, population))| {
            let is_full = heights.len() == population.size as usize && adapted(at);
            let mut heights = heights.iter();
            heights.len() == 0 || is_full && heights.all(|h| h.0.is_finite() && h.0 > 0.0)
        });
        if heights.len() != self.populations.len() || !is_sound {
            return Err(StateError("thresholds of other neurons".into()));
        }
        let both = before.iter().zip(&heights);
        let raised: Vec<bool> = both
            .map(|(was, is)| !(was.is_empty() && is.is_empty()))
            .collect();
        self.heights = heights;
        match self.raise(&|population| raised[population], false) {
            true => Ok(()),
            false => Err(StateError("thresholds that neurons cannot have".into())),
        }
    }
}
