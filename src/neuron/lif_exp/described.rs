//! What a population is apart from its clock: told, and taken on.

use crate::neuron::lif_exp::clock::Decay;
use crate::neuron::lif_exp::derived::Derived;
use crate::neuron::lif_exp::kernel::BUDGET;
use crate::neuron::lif_exp::pace::Pace;
use crate::neuron::lif_exp::{LifExp, SPEC};
use crate::neuron::{self, Neurons};

impl<P: Pace> LifExp<P> {
    /// The state apart from the clock.
    pub(super) fn describe(&self) -> neuron::State {
        let now = self.state.now.max(self.state.latest);
        let passed = self.state.since_origin(now);
        let cells = self.state.cells.all().iter().enumerate();
        let numbers = cells.flat_map(|(j, &[u, g_ex, g_inh, _])| {
            let Derived { rates, unit, .. } = self.pace.of(j);
            let decay = Decay::over(passed, rates);
            [
                self.v_inf(j) + decay.above(u, g_ex, g_inh),
                decay.ex * g_ex / unit,
                decay.inh * g_inh / unit,
            ]
        });
        let mut numbers: Vec<f64> = numbers.collect();
        for (end, j) in self.state.refractory.iter() {
            // A quiet population makes up for the end when something arrives.
            let j = j as usize;
            numbers[3 * j] = if end > now {
                self.membrane(j).v_reset
            } else {
                self.v_inf(j) + self.above_after_reset(j, &self.state.cells.all()[j], end, now)
            };
        }
        neuron::State {
            injected_pa: self.state.injected_pa,
            refractory: self
                .state
                .refractory
                .iter()
                .filter(|(end, _)| *end > now)
                .collect(),
            due: self.state.due.clone(),
            ..neuron::State::new(&SPEC, self.size(), now, numbers)
        }
    }

    /// Takes on a state, of which nothing is known but that it is of as many neurons, and begins the clock anew.
    pub(super) fn take_on(&mut self, state: &neuron::State) {
        self.state.clear(state.now);
        self.pace.move_on();
        self.state.injected_pa = state.injected_pa;
        self.state.refractory = state.held().collect();
        self.state.due = state.due.clone();
        self.levels.inject(state.injected_pa);
        let (numbers, _) = state.numbers.as_chunks();
        let cells = self.state.cells.all_mut().iter_mut().zip(numbers);
        for (j, (cell, [v, i_ex, i_in])) in cells.enumerate() {
            let unit = self.pace.of(j).unit;
            *cell = [
                v - self.levels.of(j).v_inf(state.injected_pa),
                i_ex * unit,
                i_in * unit,
                0.0,
            ];
        }
        for (_, j) in self.state.refractory.iter() {
            let cell = &mut self.state.cells.all_mut()[j as usize];
            (cell[0], cell[BUDGET]) = (0.0, f64::INFINITY);
        }
        self.state.stale = true;
    }
}
