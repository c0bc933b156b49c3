//! Spikes on their way to synapses that come meanwhile.

use super::arrival::Departure;
use super::{Lane, Spike, Synapses};
use crate::base::time::Time;

impl Lane {
    /// Tells projections to which synapses may come, with several delays, of `spikes` of the whole network.
    pub(super) fn depart(&mut self, spikes: &[Spike]) {
        for &number in &self.growing {
            let block = &mut self.blocks[number as usize];
            let own = spikes
                .iter()
                .filter(|spike| spike.population as usize == block.source);
            if let Synapses::Learning { learn, .. } = &mut block.synapses {
                own.for_each(|spike| learn.depart(spike.time, spike.node));
            }
        }
    }

    /// After synapses of the sparse projection of this number have come and gone at `now`: lets what is under way, and has
    /// not arrived before, arrive at the rows that there are.
    pub fn send_again(&mut self, projection: usize, now: Time) {
        let blocks = self.growing.iter().copied();
        let own = blocks.filter(|&number| {
            let synapses = &self.blocks[number as usize].synapses;
            matches!(synapses, Synapses::Learning { projection: own, .. } if *own == projection)
        });
        for number in own.collect::<Vec<u32>>() {
            let block = &self.blocks[number as usize];
            let Synapses::Learning { learn, .. } = &block.synapses else {
                continue;
            };
            self.pending
                .retain(|arrival| arrival.block() != number as usize);
            let mut rest = self.arrivals.split_off(self.delivered);
            rest.retain(|arrival| arrival.block() != number as usize);
            for (t, source) in learn.under_way() {
                let departure = Departure::new(t, self.lookahead);
                block.rows_of(source, |row| {
                    let step = &self.steps[number as usize][usize::from(row.delay)];
                    if now.since(t) > learn.delays()[usize::from(row.delay)] {
                        return;
                    }
                    match departure.arrival(step, number, row) {
                        Some((window, arrival)) if self.window == Some(window) => {
                            rest.push(arrival);
                        }
                        Some((window, arrival)) => self.pending.add(window, arrival),
                        None => {}
                    }
                });
            }
            rest.sort_unstable();
            self.arrivals.append(&mut rest);
        }
        self.told = self.delivered;
    }
}
