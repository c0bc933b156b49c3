//! One stretch of time of a raster: its place on the page and which spikes lie in it.

use super::{Layer, SPINE_GAP, Window};
use crate::base::time::{PS_PER_S, Time};
use crate::report::axis::Axis;

/// A stretch of time with the places of its instants.
pub(in crate::report::figure) struct Column {
    pub window: Window,
    origin: Time,
    /// Seconds since the origin.
    pub time: Axis,
    /// The vertical axes stand a little before the first instant, so that what happens there is seen.
    pub spine: f64,
}

impl Column {
    /// From `left` to `right` on the page.
    pub(in crate::report::figure) fn new(
        window: Window,
        origin: Time,
        (left, right): (f64, f64),
    ) -> Self {
        let stop = window.stop.max(window.start);
        let seconds = |t: Time| t.since(origin).ps() as f64 / PS_PER_S;
        Self {
            time: Axis::linear(
                seconds(window.start),
                seconds(stop),
                left + SPINE_GAP,
                right,
            ),
            window,
            origin,
            spine: left,
        }
    }

    /// Where `t` lies on the page, if it is drawn.
    pub(in crate::report::figure) fn x(&self, t: Time) -> f64 {
        self.time.at(t.since(self.origin).ps() as f64 / PS_PER_S)
    }

    /// Points of width.
    pub(super) fn width(&self) -> f64 {
        self.time.to - self.time.from
    }

    /// Milliseconds of one point.
    pub(super) fn ms_per_point(&self) -> f64 {
        let span = self.window.stop.since(self.window.start).ps().max(1);
        span as f64 * 1e-9 / self.width()
    }

    /// The spikes of a layer that belong here, as (time, neuron).
    pub(super) fn drawn(&self, layer: &Layer) -> Vec<(Time, u64)> {
        let Window { start, stop, .. } = self.window;
        let inside = |&(t, j): &(Time, u64)| start <= t && t < stop && j < layer.n_neurons as u64;
        layer.spikes.iter().copied().filter(inside).collect()
    }

    /// The part of a stretch of time that lies here.
    pub(super) fn clip(&self, (from, to): (Time, Time)) -> Option<(Time, Time)> {
        let (from, to) = (from.max(self.window.start), to.min(self.window.stop));
        (from < to).then_some((from, to))
    }
}
