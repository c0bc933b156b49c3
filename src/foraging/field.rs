//! Rulkov cells side by side, for a network whose layers follow each other without loops.
//!
//! All that reaches a layer in an epoch is known before the layer runs, so each block of cells goes through the epoch by
//! itself, from arrival to arrival, in vectors. A block of cells at their fixed points stands still until something
//! arrives. Every cell is, bit for bit, where [`Map::step`] one step at a time would have brought it.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::base::vector::vectorized;
use crate::neuron::rulkov::{Map, NO_INPUT, Point};

/// Cells of a block: enough vectors that one division does not wait for the last.
pub const BLOCK: usize = 32;

/// Blocks from which on threads share them: a block takes some 10 µs of an epoch, to hand it over about one.
const SHARED: usize = 8;

/// Steps that a block takes between two looks at whether it may go on as it does.
const STRETCH: u32 = 16;

/// Points of a block.
#[derive(Debug, Clone, PartialEq)]
struct Block {
    v: [f64; BLOCK],
    before: [f64; BLOCK],
    u: [f64; BLOCK],
    i: [f64; BLOCK],
}

vectorized! {
    /// Takes `steps` steps of cells that are all below 0 and stay there, for which the map has one branch; `false` where one
    /// of them does not stay, and then the block is nothing to go on from.
    fn glide(map: &Map, block: &mut Block, steps: u32) -> bool {
        let Map { alpha, sigma, mu, beta_e, decay } = *map;
        let push = mu * sigma;
        let mut peak = [-1.0_f64; BLOCK];
        for _ in 0..steps {
            for (k, peak) in peak.iter_mut().enumerate() {
                let (v, u, i) = (block.v[k], block.u[k], block.i[k]);
                let next = alpha / (1.0 - v) + (u + beta_e * i);
                let left = decay * i;
                block.v[k] = next;
                block.before[k] = v;
                block.u[k] = u - mu * (v + 1.0) + push + mu * i;
                block.i[k] = if left.abs() < NO_INPUT { 0.0 } else { left };
                *peak = if next > *peak { next } else { *peak };
            }
        }
        let mut above = 0_u64;
        for peak in peak {
            above |= u64::from(peak > 0.0);
        }
        above == 0
    }
}

vectorized! {
    /// Takes up to `steps` steps; stops after one in which a cell spikes. Tells how many were taken, and who spiked.
    fn go(map: &Map, block: &mut Block, steps: u32, spiking: &mut [bool; BLOCK]) -> (u32, bool) {
        for taken in 1..=steps {
            let mut any = false;
            for (k, spiking) in spiking.iter_mut().enumerate() {
                let (next, spikes) = map.step(block.point(k));
                block.put(k, next);
                *spiking = spikes;
                any |= spikes;
            }
            if any {
                return (taken, true);
            }
        }
        (steps, false)
    }
}

/// An arrival: after the step of this number, at this cell, so much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrival {
    /// Steps of the epoch that come before it.
    pub step: u32,
    /// Cell.
    pub cell: u32,
    /// What it adds to the input.
    pub input: f64,
}

/// A spike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spike {
    /// Step of the epoch that it is, from 1.
    pub step: u32,
    /// Cell.
    pub cell: u32,
}

/// Cells of one layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    points: Vec<Point>,
}

impl Field {
    /// So many cells at rest.
    pub fn new(map: &Map, size: usize) -> Self {
        let (rest, _) = map.rest();
        Self {
            points: vec![rest; size],
        }
    }

    /// Where each cell is.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Takes `steps` steps, on all threads there are; `arrivals` are in the order of their steps. Appends spikes, in order.
    pub fn run(&mut self, map: &Map, steps: u32, arrivals: &[Arrival], spikes: &mut Vec<Spike>) {
        let blocks = self.points.len().div_ceil(BLOCK);
        let mut onto: Vec<Vec<Arrival>> = vec![Vec::new(); blocks];
        for &arrival in arrivals {
            onto[arrival.cell as usize / BLOCK].push(arrival);
        }
        let first = spikes.len();
        if blocks >= SHARED && rayon::current_num_threads() > 1 {
            let all = self.points.par_chunks_mut(BLOCK).zip(&onto).enumerate();
            let own = all.map(|(number, (points, arrivals))| {
                let mut own = Vec::new();
                run_block(map, points, number * BLOCK, steps, arrivals, &mut own);
                own
            });
            let all: Vec<Vec<Spike>> = own.collect();
            spikes.extend(all.into_iter().flatten());
        } else {
            for (number, (points, arrivals)) in self.points.chunks_mut(BLOCK).zip(&onto).enumerate()
            {
                run_block(map, points, number * BLOCK, steps, arrivals, spikes);
            }
        }
        spikes[first..].sort_unstable();
    }
}

/// Takes the steps of a block, whose first cell has the number `first`.
fn run_block(
    map: &Map,
    points: &mut [Point],
    first: usize,
    steps: u32,
    arrivals: &[Arrival],
    spikes: &mut Vec<Spike>,
) {
    if arrivals.is_empty() && points.iter().all(|&point| map.rests(point)) {
        return;
    }
    // Lanes without a cell repeat the last one.
    let mut block = Block::of(|k| points[k.min(points.len() - 1)]);
    let mut spiking = [false; BLOCK];
    let mut step = 0;
    let mut next = 0;
    while step < steps {
        while let Some(arrival) = arrivals.get(next).filter(|arrival| arrival.step == step) {
            block.i[arrival.cell as usize - first] += arrival.input;
            next += 1;
        }
        let stop = arrivals.get(next).map_or(steps, |arrival| arrival.step);
        let stretch = (stop - step).min(STRETCH);
        if block.v.iter().all(|&v| v <= 0.0) {
            let before = block.clone();
            if glide(map, &mut block, stretch) {
                step += stretch;
                if step < stop && block.rests(map) {
                    step = stop;
                }
                continue;
            }
            block = before;
        }
        let (taken, any) = go(map, &mut block, stretch, &mut spiking);
        step += taken;
        if any {
            let cells = spiking.iter().take(points.len()).enumerate();
            spikes.extend(cells.filter(|(_, spikes)| **spikes).map(|(k, _)| Spike {
                step,
                cell: (first + k) as u32,
            }));
        }
    }
    for (k, point) in points.iter_mut().enumerate() {
        *point = block.point(k);
    }
}

impl Block {
    fn of(point: impl Fn(usize) -> Point) -> Self {
        Self {
            v: std::array::from_fn(|k| point(k).v),
            before: std::array::from_fn(|k| point(k).before),
            u: std::array::from_fn(|k| point(k).u),
            i: std::array::from_fn(|k| point(k).i),
        }
    }

    #[inline]
    fn point(&self, k: usize) -> Point {
        Point {
            v: self.v[k],
            before: self.before[k],
            u: self.u[k],
            i: self.i[k],
        }
    }

    #[inline]
    fn put(&mut self, k: usize, point: Point) {
        let Point { v, before, u, i } = point;
        (self.v[k], self.before[k], self.u[k], self.i[k]) = (v, before, u, i);
    }

    /// Whether none of the cells moves any more.
    fn rests(&self, map: &Map) -> bool {
        // Most that move have an input, or come from where they were.
        self.i.iter().all(|&i| i == 0.0)
            && self.v == self.before
            && (0..BLOCK).all(|k| map.rests(self.point(k)))
    }
}
