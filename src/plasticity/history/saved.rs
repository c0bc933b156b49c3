//! What checkpoints keep of spikes that not all synapses have seen.

use super::{History, Post, refreshed};
use crate::base::time::Time;

/// A spike as it is saved.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(in crate::plasticity) struct SavedPost {
    time: Time,
    fall: Vec<f64>,
    before: Vec<f64>,
    after: Vec<f64>,
}

impl<const PRE: usize, const POST: usize> History<PRE, POST> {
    /// For each target the spikes that are kept, as numbers, and how many of them all have seen.
    pub(in crate::plasticity) fn save(&self) -> Vec<(bool, Vec<SavedPost>)> {
        let saved = self.spans.iter().map(|span| {
            let posts = span.kept().map(|k| {
                let post = &self.rings[span.place(k)];
                SavedPost {
                    time: post.time,
                    fall: post.fall.to_vec(),
                    before: post.before.to_vec(),
                    after: post.after.to_vec(),
                }
            });
            (span.floor > 0, posts.collect())
        });
        saved.collect()
    }

    /// From what [`save`](Self::save) gave; `None` if it is of another history.
    pub(in crate::plasticity) fn load(
        n: usize,
        is_additive: bool,
        saved: &[(bool, Vec<SavedPost>)],
    ) -> Option<Self> {
        let mut history = Self::new(n, is_additive);
        if saved.len() != n {
            return None;
        }
        for (j, (seen, posts)) in saved.iter().enumerate() {
            if *seen && posts.is_empty() || !posts.is_sorted_by_key(|post| post.time) {
                return None;
            }
            while posts.len() > history.spans[j].room as usize {
                history.grow(j);
            }
            let mut span = history.spans[j];
            (span.floor, span.end) = (u32::from(*seen), posts.len() as u32);
            for (k, post) in (0..).zip(posts) {
                history.rings[span.place(k)] = Post {
                    time: post.time,
                    fall: post.fall[..].try_into().ok()?,
                    before: post.before[..].try_into().ok()?,
                    after: post.after[..].try_into().ok()?,
                };
            }
            history.last[j] = refreshed(&span, &history.rings);
            history.spans[j] = span;
        }
        history.refresh_pushes();
        Some(history)
    }
}
