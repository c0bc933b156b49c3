//! All that changes of a learning matrix but for its weights, as bytes.

use serde::{Deserialize, Serialize};

use super::{PlasticMatrix, Post, Pre, TAUGHT};
use crate::base::time::Time;
use crate::plasticity::learn::StateError;
use crate::plasticity::modulation::{Modulation, SavedModulation};
use crate::plasticity::rule::{PlasticityRule, put_all, take_all};

#[derive(Serialize, Deserialize)]
struct Saved {
    origin: Time,
    learning: bool,
    pre: Vec<(Time, Vec<f64>, Vec<f64>, usize)>,
    #[serde(with = "crate::base::bytes")]
    states: Vec<u8>,
    post: Vec<(Time, Vec<f64>)>,
    log: Vec<SavedPost>,
    waiting: Vec<(Time, u32)>,
    promised: Vec<Option<f64>>,
    begun: Time,
    seen: Time,
    modulation: Option<SavedModulation>,
}

#[derive(Serialize, Deserialize)]
struct SavedPost {
    target: u32,
    at: Time,
    last: Time,
    fall: Vec<f64>,
    before: Vec<f64>,
}

impl<R: PlasticityRule<PRE, POST>, const PRE: usize, const POST: usize>
    PlasticMatrix<R, PRE, POST>
{
    pub(super) fn state(&self) -> Result<Vec<u8>, StateError> {
        let Self {
            rule: _,
            bounds: _,
            sign: _,
            is_additive: _,
            learning,
            modulation,
            begun,
            seen,
            clock,
            lag: _,
            pre,
            states,
            post,
            last,
            log,
            waiting,
            promised,
            sums: _,
            taken: _,
            // As the network was built.
            own: _,
        } = self;
        let pre = pre.iter().map(|pre| {
            let (before, after) = (pre.before.to_vec(), pre.after.to_vec());
            (pre.last, before, after, pre.next)
        });
        let post = last.iter().zip(post);
        let log = log.iter().map(|post| SavedPost {
            target: post.target,
            at: post.at,
            last: post.last,
            fall: post.fall.to_vec(),
            before: post.before.to_vec(),
        });
        let saved = Saved {
            origin: clock.origin,
            learning: *learning,
            pre: pre.collect(),
            states: put_all(states),
            post: post.map(|(&last, post)| (last, post.to_vec())).collect(),
            log: log.collect(),
            waiting: waiting.iter().copied().collect(),
            promised: promised.iter().copied().collect(),
            begun: *begun,
            seen: *seen,
            modulation: modulation.as_ref().map(Modulation::save),
        };
        postcard::to_stdvec(&saved).map_err(|error| StateError(error.to_string()))
    }

    pub(super) fn go_on_from(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let saved: Saved =
            postcard::from_bytes(bytes).map_err(|error| StateError(error.to_string()))?;
        let fitting = self.fit(&saved);
        fitting.ok_or_else(|| StateError("the state of others".into()))
    }

    fn fit(&mut self, saved: &Saved) -> Option<()> {
        let (n_source, n_target) = (self.pre.len(), self.post.len());
        let known = |target: u32| ((target & !TAUGHT) as usize) < n_target;
        let pre = saved.pre.iter().map(|(last, before, after, next)| {
            Some(Pre {
                last: *last,
                before: before[..].try_into().ok()?,
                after: after[..].try_into().ok()?,
                next: Some(*next).filter(|&next| next <= saved.log.len())?,
            })
        });
        let pre: Vec<Pre<PRE>> = pre.collect::<Option<_>>()?;
        let post = saved.post.iter().map(|(_, post)| post[..].try_into().ok());
        let post: Vec<[f64; POST]> = post.collect::<Option<_>>()?;
        let log = saved.log.iter().map(|post| {
            Some(Post {
                target: Some(post.target).filter(|&target| known(target))?,
                at: post.at,
                last: post.last,
                fall: post.fall[..].try_into().ok()?,
                before: post.before[..].try_into().ok()?,
            })
        });
        let log: Vec<Post<PRE, POST>> = log.collect::<Option<_>>()?;
        let states = take_all(&saved.states, n_source * n_target)?;
        let waiting = saved.waiting.iter().all(|&(_, target)| known(target));
        (pre.len() == n_source && post.len() == n_target && waiting).then_some(())?;
        (saved.promised.len() <= saved.waiting.len()).then_some(())?;
        self.modulation = Modulation::go_on(self.modulation.as_ref(), saved.modulation.as_ref())?;
        (self.clock.origin, self.learning) = (saved.origin, saved.learning);
        (self.begun, self.seen) = (saved.begun, saved.seen);
        (self.pre, self.post, self.log, self.states) = (pre, post, log, states);
        self.last = saved.post.iter().map(|(last, _)| *last).collect();
        self.waiting = saved.waiting.iter().copied().collect();
        self.promised = saved.promised.iter().copied().collect();
        Some(())
    }
}
