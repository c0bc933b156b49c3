//! The agenda of a run: what each actor does next, one updatable entry per actor.
//!
//! Actors are few (the stimuli) and each has exactly one next appointment, so a priority
//! queue with change of priority in place fits; spikes in flight are many and never change, and go elsewhere.

use std::cmp::Reverse;
use std::hash::Hash;

use priority_queue::PriorityQueue;

use crate::base::time::Time;

/// The order of appointments: intrinsic to the event, so that it never depends on insertion, threads or a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// When.
    pub time: Time,
    /// Who, within one instant: a number made from the actor's name.
    pub source: u64,
}

/// The next appointment of every actor `A`.
#[derive(Debug, Clone)]
pub struct Agenda<A: Hash + Eq> {
    queue: PriorityQueue<A, Reverse<Key>>,
}

impl<A: Hash + Eq> Default for Agenda<A> {
    fn default() -> Self {
        Self {
            queue: PriorityQueue::new(),
        }
    }
}

impl<A: Hash + Eq> Agenda<A> {
    /// Sets or moves `actor`'s next appointment. O(log n) in the number of actors.
    pub fn schedule(&mut self, actor: A, key: Key) {
        self.queue.push(actor, Reverse(key));
    }

    /// The time of the earliest appointment. O(1).
    pub fn next_time(&self) -> Option<Time> {
        self.queue.peek().map(|(_, Reverse(key))| key.time)
    }

    /// Takes the earliest appointment if it lies at or before `until`. O(log n).
    pub fn take_due(&mut self, until: Time) -> Option<(A, Key)> {
        if self.next_time()? > until {
            return None;
        }
        self.queue.pop().map(|(actor, Reverse(key))| (actor, key))
    }

    /// The time of `actor`'s appointment, if it has one.
    pub fn time_of(&self, actor: &A) -> Option<Time> {
        self.queue.get_priority(actor).map(|Reverse(key)| key.time)
    }

    /// Forgets `actor`'s appointment. O(log n).
    pub fn remove(&mut self, actor: &A) {
        self.queue.remove(actor);
    }

    /// Forgets every appointment.
    pub fn clear(&mut self) {
        self.queue.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(ps: i64, source: u64) -> Key {
        Key {
            time: Time::from_ps(ps),
            source,
        }
    }

    #[test]
    fn instants_come_in_order_and_sources_within_one() {
        let mut agenda = Agenda::default();
        agenda.schedule("b", key(5, 9));
        agenda.schedule("a", key(5, 2));
        agenda.schedule("c", key(4, 11));
        let order: Vec<_> = std::iter::from_fn(|| agenda.take_due(Time::MAX))
            .map(|(actor, _)| actor)
            .collect();
        assert_eq!(order, ["c", "a", "b"]);
    }

    #[test]
    fn an_actor_has_one_appointment() {
        let mut agenda = Agenda::default();
        agenda.schedule(1, key(5, 0));
        agenda.schedule(1, key(9, 0));
        assert_eq!(agenda.take_due(Time::from_ps(8)), None);
        assert_eq!(
            agenda.take_due(Time::from_ps(9)).map(|(actor, _)| actor),
            Some(1)
        );
        agenda.schedule(2, key(9, 0));
        assert_eq!(agenda.time_of(&2), Some(Time::from_ps(9)));
        agenda.remove(&2);
        assert_eq!(agenda.time_of(&2), None);
        assert_eq!(agenda.next_time(), None);
    }

    proptest! {
        #[test]
        fn order_does_not_depend_on_insertion(times in proptest::collection::vec(0_i64..5, 1..20), turn in 0_usize..20) {
            let keys: Vec<Key> =
                times.iter().enumerate().map(|(i, &t)| key(t, i as u64)).collect();
            let order = |first: usize| {
                let mut agenda = Agenda::default();
                for i in 0..keys.len() {
                    let at = (i + first) % keys.len();
                    agenda.schedule(at, keys[at]);
                }
                std::iter::from_fn(move || agenda.take_due(Time::MAX)).map(|(actor, _)| actor).collect::<Vec<_>>()
            };
            prop_assert_eq!(order(0), order(turn % keys.len()));
        }
    }
}
