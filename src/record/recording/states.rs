//! The sampled states of a run.

use std::ops::RangeBounds;

use ndarray::s;

use super::spikes::ends;
use super::{Kind, Recording, RecordingError};
use crate::base::matrix::Matrix;
use crate::base::time::{Duration, Time};
use crate::record::header::text;
use crate::record::layout::Report;

/// Sampled states of a report within a span.
#[derive(Debug, Clone, PartialEq)]
pub struct States {
    /// When the first row of `values` was sampled; rows follow one interval after the other.
    pub first: Time,
    /// The interval.
    pub every: Duration,
    /// A row for each instant, a column for each of the report's neurons.
    pub values: Matrix,
}

impl Recording {
    /// The reports of sampled states, by name.
    ///
    /// # Errors
    /// If one is damaged.
    pub fn reports(&self) -> Result<Vec<Report>, RecordingError> {
        let names = self.report_names()?.into_iter();
        names.map(|name| self.read_report(&name)).collect()
    }

    /// The report called `name`.
    ///
    /// # Errors
    /// If there is none or it is damaged.
    pub fn report(&self, name: &str) -> Result<Report, RecordingError> {
        let names = self.report_names()?;
        match names.iter().any(|known| known == name) {
            true => self.read_report(name),
            false => Err(self.unknown(Kind::Report, name, names)),
        }
    }

    /// The report called `name`, which is there.
    fn read_report(&self, name: &str) -> Result<Report, RecordingError> {
        let reader = self.reader()?;
        let place = format!("/report/{name}");
        let data = format!("{place}/data");
        let values = reader.dataset::<f32>(&data, 2)?;
        let described = |attribute: &str| {
            let read = text(&values, attribute);
            read.map_err(|error| {
                reader.unreadable(&format!("{data}: attribute `{attribute}`"), &error)
            })
        };
        let ids = format!("{place}/mapping/node_ids");
        let nodes = reader.column::<u64>(&ids)?.into_iter().enumerate();
        let node = |(index, node)| {
            u32::try_from(node)
                .map_err(|_| reader.content(&format!("{ids}[{index}]"), node, "a neuron"))
        };
        let nodes = nodes.map(node).collect::<Result<Vec<_>, _>>()?;
        if nodes.len() != values.shape()[1] {
            let found = format!("{} neurons", nodes.len());
            return Err(reader.content(
                &ids,
                found,
                format!("{}, a column each", values.shape()[1]),
            ));
        }
        let time = format!("{place}/mapping/time");
        let step = reader
            .column::<f64>(&time)?
            .get(2)
            .copied()
            .unwrap_or(f64::NAN);
        let every = Duration::from_ms(step).ok().filter(|every| every.ps() > 0);
        let every =
            every.ok_or_else(|| reader.content(&format!("{time}[2]"), step, "a step above 0"))?;
        Ok(Report {
            name: name.to_owned(),
            variable: described("variable")?,
            unit: described("units")?,
            nodes,
            every,
        })
    }

    /// The states that `report` sampled within `span`.
    ///
    /// # Errors
    /// If there is no such report or it is damaged.
    pub fn states(
        &self,
        report: &str,
        span: impl RangeBounds<Time>,
    ) -> Result<States, RecordingError> {
        let report = self.report(report)?;
        let (start, stop) = ends(span);
        let every = report.every.ps() as u64;
        // Frame k is of k steps.
        let first_from = |time: Time| (time.ps().max(0) as u64).div_ceil(every) as usize;
        let frames = self.frames(&report)?;
        let end = first_from(stop).min(frames);
        let first = first_from(start).min(end);
        let place = format!("/report/{}/data", report.name);
        let values = self.reader()?.dataset::<f32>(&place, 2)?;
        Ok(States {
            first: instant(&report, first).unwrap_or(Time::MAX),
            every: report.every,
            values: self.matrix(&values, &place, s![first..end, ..])?,
        })
    }

    fn report_names(&self) -> Result<Vec<String>, RecordingError> {
        // There is no such group where nothing is sampled.
        let reader = self.reader()?;
        match reader.holds_group("/report") {
            true => reader.groups("/report"),
            false => Ok(Vec::new()),
        }
    }

    pub(super) fn frames(&self, report: &Report) -> Result<usize, RecordingError> {
        let values = self
            .reader()?
            .dataset::<f32>(&format!("/report/{}/data", report.name), 2)?;
        Ok(values.shape()[0])
    }
}

/// When frame `number` of `report` was sampled; `None` beyond the clock.
pub(super) fn instant(report: &Report, number: usize) -> Option<Time> {
    let ps = i64::try_from(number).ok()?.checked_mul(report.every.ps())?;
    Some(Time::from_ps(ps))
}
