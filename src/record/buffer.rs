//! Values on their way to the writer: handed over a chunk of the file at a time, so that memory stays bounded.

use super::column::{CHUNK, frames_per_chunk};
use super::writer::Job;
use crate::base::time::Time;

/// Spikes of one population.
#[derive(Debug)]
pub(super) struct SpikeBuffer {
    times: Vec<Time>,
    nodes: Vec<u32>,
    /// Spikes that still fit into the file's current chunk.
    room: usize,
}

impl SpikeBuffer {
    /// For a population with `written` spikes in the file.
    pub(super) fn new(written: usize) -> Self {
        let room = CHUNK - written % CHUNK;
        Self {
            times: Vec::with_capacity(room),
            nodes: Vec::with_capacity(room),
            room,
        }
    }

    /// Takes as many of `nodes` as fit; the rest is returned.
    pub(super) fn fill<'a>(&mut self, time: Time, nodes: &'a [u32]) -> &'a [u32] {
        let fits = nodes.len().min(self.room - self.nodes.len());
        let (now, later) = nodes.split_at(fits);
        self.nodes.extend_from_slice(now);
        self.times.extend(std::iter::repeat_n(time, fits));
        later
    }

    pub(super) fn is_full(&self) -> bool {
        self.nodes.len() == self.room
    }

    /// What is there, for the writer; `None` if that is nothing.
    pub(super) fn take(&mut self, population: usize) -> Option<Job> {
        if self.nodes.is_empty() {
            return None;
        }
        self.room -= self.nodes.len();
        if self.room == 0 {
            self.room = CHUNK;
        }
        Some(Job::Spikes {
            population,
            times: std::mem::replace(&mut self.times, Vec::with_capacity(self.room)),
            nodes: std::mem::replace(&mut self.nodes, Vec::with_capacity(self.room)),
        })
    }
}

/// Frames of one report.
#[derive(Debug)]
pub(super) struct FrameBuffer {
    values: Vec<f32>,
    width: usize,
    /// Frames that still fit into the file's current chunk.
    room: usize,
}

impl FrameBuffer {
    /// For a report of `width` neurons with `written` frames in the file.
    pub(super) fn new(width: usize, written: usize) -> Self {
        let chunk = frames_per_chunk(width);
        Self {
            values: Vec::new(),
            width,
            room: chunk - written % chunk,
        }
    }

    /// Takes one frame; a frame has one value per neuron.
    pub(super) fn push(&mut self, frame: impl Iterator<Item = f32>) {
        self.values.extend(frame);
    }

    fn frames(&self) -> usize {
        self.values.len() / self.width.max(1)
    }

    pub(super) fn is_full(&self) -> bool {
        self.frames() >= self.room
    }

    /// What is there, for the writer; `None` if that is nothing.
    pub(super) fn take(&mut self, report: usize) -> Option<Job> {
        if self.values.is_empty() {
            return None;
        }
        self.room = match self.room.saturating_sub(self.frames()) {
            0 => frames_per_chunk(self.width),
            room => room,
        };
        let values = std::mem::take(&mut self.values);
        Some(Job::Frames { report, values })
    }
}
