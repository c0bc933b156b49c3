//! What will happen in windows to come.
//!
//! Time is cut into windows of one length. Nothing is ever added to the window at hand or an earlier one, so each window
//! is a bag that is put in order once, when its turn comes: an addition costs a push, a removal its share of a sort, which
//! is by counting (`benches/queue.rs` has it beside a binary heap and `priority-queue`). Near windows are a ring of bags; those beyond
//! it, which long delays or short windows make, wait in a map.
//!
//! What is in the ring lies in chunks that the bags share: one that a window has left is the next to be filled, while the
//! cache still holds it. With hundreds of delays a spike adds to as many bags, whose ends would otherwise all come from
//! memory.

use std::collections::BTreeMap;

use crate::base::vector::prefetch;

/// Most windows in the ring: with windows of 0.1 ms, delays up to 400 ms stay inside.
const LARGEST: u64 = 1 << 12;

/// Items below which a window is sorted by comparing at once.
const FEW: usize = 20;

/// Something that has its place on a line.
pub trait Placed: Ord + Copy {
    /// Where: of two things the one that comes first does not lie behind the other.
    fn place(&self) -> i64;
}

impl<T: Ord + Copy> Placed for (i64, T) {
    fn place(&self) -> i64 {
        self.0
    }
}

/// Items in a chunk: a few cache lines of arrivals.
const CHUNK: usize = 32;

/// Chunks asked for ahead of the one that is copied.
const CHUNKS_AHEAD: usize = 3;

/// What is in one window.
#[derive(Debug, Clone, Copy, Default)]
struct Bag {
    /// The first chunk and the last one, if there is any.
    first: u32,
    last: u32,
    /// Items.
    len: u32,
}

/// Things by window, counted from 0.
#[derive(Debug, Clone)]
pub struct Pending<T> {
    ring: Vec<Bag>,
    chunks: Vec<[T; CHUNK]>,
    /// Of each chunk, the one that follows it in its bag.
    following: Vec<u32>,
    /// Chunks of no bag; the last is taken first.
    free: Vec<u32>,
    /// The chunks of the bag that is being emptied.
    emptied: Vec<u32>,
    /// Whether bag i of the ring, which has a power of two of them and at least 64, holds anything: bit i % 64 of word i / 64.
    full: Vec<u64>,
    /// The ring holds as many windows as it has bags, from this one on.
    next: i64,
    later: BTreeMap<i64, Vec<T>>,
    sorter: Sorter<T>,
}

impl<T: Placed> Pending<T> {
    /// Nothing yet, most of which will be added at most `ahead` windows ahead.
    pub fn new(ahead: u64) -> Self {
        let ring = (ahead.min(LARGEST - 1) + 1).next_power_of_two().max(64) as usize;
        Self {
            ring: vec![Bag::default(); ring],
            chunks: Vec::new(),
            following: Vec::new(),
            free: Vec::new(),
            emptied: Vec::new(),
            full: vec![0; ring / 64],
            next: 0,
            later: BTreeMap::new(),
            sorter: Sorter {
                room: Vec::new(),
                ends: Vec::new(),
            },
        }
    }

    /// Adds `item` to `window`, which has not been taken. O(1) within the ring, O(log windows) beyond.
    #[inline]
    pub fn add(&mut self, window: i64, item: T) {
        if window - self.next < self.ring.len() as i64 {
            let at = self.bag(window);
            let Bag { last, len, .. } = self.ring[at];
            let place = len as usize % CHUNK;
            if place == 0 || len == u32::MAX {
                return self.begin_chunk(window, item);
            }
            self.chunks[last as usize][place] = item;
            self.ring[at].len = len + 1;
        } else {
            self.later.entry(window).or_default().push(item);
        }
    }

    /// Adds `item` to `window` of the ring, whose last chunk is full or whose bag is empty.
    #[inline(never)]
    fn begin_chunk(&mut self, window: i64, item: T) {
        let at = self.bag(window);
        if self.ring[at].len == u32::MAX || self.chunks.len() == u32::MAX as usize {
            // More than can be numbered.
            self.later.entry(window).or_default().push(item);
            return;
        }
        let chunk = self.free.pop().unwrap_or_else(|| {
            self.chunks.push([item; CHUNK]);
            self.following.push(0);
            (self.chunks.len() - 1) as u32
        });
        self.chunks[chunk as usize][0] = item;
        let bag = &mut self.ring[at];
        if bag.len == 0 {
            self.full[at / 64] |= 1 << (at % 64);
            bag.first = chunk;
        } else {
            self.following[bag.last as usize] = chunk;
        }
        bag.last = chunk;
        bag.len += 1;
    }

    /// Exchanges `items`, done with, for everything in `window`, in order; earlier windows must be empty. O(n) for
    /// n items that are spread over the window or were added in order, O(n log n) at worst.
    pub fn take(&mut self, window: i64, items: &mut Vec<T>) {
        items.clear();
        let at = self.bag(window);
        self.full[at / 64] &= !(1 << (at % 64));
        let bag = std::mem::take(&mut self.ring[at]);
        let mut emptied = std::mem::take(&mut self.emptied);
        emptied.extend(self.chunks_of(bag));
        items.reserve(bag.len as usize);
        for (k, &chunk) in emptied.iter().enumerate() {
            if let Some(&later) = emptied.get(k + CHUNKS_AHEAD) {
                prefetch(&self.chunks[later as usize]);
            }
            let n = (bag.len as usize - k * CHUNK).min(CHUNK);
            items.extend_from_slice(&self.chunks[chunk as usize][..n]);
        }
        self.free.append(&mut emptied);
        self.emptied = emptied;
        if let Some(later) = self.later.remove(&window) {
            items.extend(later);
        }
        self.next = window + 1;
        self.sorter.sort(items);
    }

    /// The chunks of `bag`, in order.
    fn chunks_of(&self, bag: Bag) -> impl Iterator<Item = u32> + '_ {
        let n = (bag.len as usize).div_ceil(CHUNK);
        std::iter::successors(Some(bag.first), |&chunk| {
            Some(self.following[chunk as usize])
        })
        .take(n)
    }

    /// Drops all that is not to be kept. O(n).
    pub fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        let all = self.all().filter(|(_, item)| keep(item));
        let kept: Vec<(i64, T)> = all.map(|(window, item)| (window, *item)).collect();
        self.ring.fill(Bag::default());
        self.full.fill(0);
        self.free.clear();
        self.free.extend(0..self.chunks.len() as u32);
        self.later.clear();
        for (window, item) in kept {
            self.add(window, item);
        }
    }

    /// The first window that holds anything.
    pub fn first(&self) -> Option<i64> {
        let in_map = self.later.keys().next().copied();
        in_map.into_iter().chain(self.first_in_ring()).min()
    }

    /// The bag of `window` in the ring.
    #[inline(always)]
    fn bag(&self, window: i64) -> usize {
        window as usize & (self.ring.len() - 1)
    }

    fn first_in_ring(&self) -> Option<i64> {
        let start = self.bag(self.next);
        let words = self.full.len();
        // From the start's word once round to it again: its low bits come last.
        (0..=words).find_map(|k| {
            let word = (start / 64 + k) % words;
            let low = (1_u64 << (start % 64)) - 1;
            let bits = self.full[word]
                & match k {
                    0 => !low,
                    k if k == words => low,
                    _ => u64::MAX,
                };
            let at = word * 64 + bits.trailing_zeros() as usize;
            (bits != 0)
                .then(|| self.next + (self.bag((at + self.ring.len() - start) as i64)) as i64)
        })
    }

    /// Everything, window by window, each in the order in which it was added.
    pub fn all(&self) -> impl Iterator<Item = (i64, &T)> {
        let start = self.bag(self.next);
        let near = (0..self.ring.len()).flat_map(move |k| {
            let bag = self.ring[(start + k) % self.ring.len()];
            let items = self
                .chunks_of(bag)
                .enumerate()
                .flat_map(move |(at, chunk)| {
                    let n = (bag.len as usize - at * CHUNK).min(CHUNK);
                    &self.chunks[chunk as usize][..n]
                });
            items.map(move |item| (self.next + k as i64, item))
        });
        let far = self.later.iter();
        near.chain(far.flat_map(|(&window, bag)| bag.iter().map(move |item| (window, item))))
    }
}

/// Puts items in order: by counting into as many slots of equal width as there are items, and comparing within each.
#[derive(Debug, Clone)]
struct Sorter<T> {
    room: Vec<T>,
    /// Where each slot ends.
    ends: Vec<u32>,
}

impl<T: Placed> Sorter<T> {
    fn sort(&mut self, items: &mut Vec<T>) {
        if items.len() < FEW || items.len() > u32::MAX as usize {
            items.sort_unstable();
            return;
        }
        if items.is_sorted() {
            return;
        }
        let places = items.iter().map(T::place);
        let (first, last) = places.fold((i64::MAX, i64::MIN), |(first, last), place| {
            (first.min(place), last.max(place))
        });
        let bits = |x: u64| u64::BITS - x.leading_zeros();
        let span = last.abs_diff(first);
        let shift = bits(span).saturating_sub(bits(items.len() as u64));
        let slot = |item: &T| (item.place().abs_diff(first) >> shift) as usize;
        self.ends.clear();
        self.ends.resize((span >> shift) as usize + 1, 0);
        for item in &*items {
            self.ends[slot(item)] += 1;
        }
        let mut begin = 0;
        for end in &mut self.ends {
            let n = *end;
            *end = begin;
            begin += n;
        }
        // Each slot's end moves from where it begins as it fills.
        self.room.clear();
        self.room.resize(items.len(), items[0]);
        for item in &*items {
            let end = &mut self.ends[slot(item)];
            self.room[*end as usize] = *item;
            *end += 1;
        }
        let mut begin = 0;
        for &end in &self.ends {
            match &mut self.room[begin..end as usize] {
                [] | [_] => {}
                [one, other] => {
                    if other < one {
                        std::mem::swap(one, other);
                    }
                }
                slot => slot.sort_unstable(),
            }
            begin = end as usize;
        }
        std::mem::swap(items, &mut self.room);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    impl Placed for u16 {
        fn place(&self) -> i64 {
            // Several in one place.
            i64::from(*self / 3)
        }
    }

    proptest! {
        #[test]
        fn a_window_is_put_in_order(
            places in prop::collection::vec(prop_oneof![any::<i64>(), 0_i64..40, Just(7)], 0..200)
        ) {
            let mut pending = Pending::new(1);
            let mut items: Vec<(i64, usize)> = places.into_iter().zip((0..9).cycle()).collect();
            for &item in &items {
                pending.add(0, item);
            }
            items.sort_unstable();
            let mut found = Vec::new();
            pending.take(0, &mut found);
            prop_assert_eq!(found, items);
        }

        #[test]
        fn windows_come_in_order_and_hold_all_that_was_added(
            adds in prop::collection::vec((0_i64..3, 1_i64..9_000, any::<u16>()), 1..300)
        ) {
            let mut pending = Pending::new(5_000);
            let mut expected: BTreeMap<i64, Vec<u16>> = BTreeMap::new();
            let mut window = 0;
            let mut items = Vec::new();
            for (steps, ahead, item) in adds {
                pending.add(window + ahead, item);
                expected.entry(window + ahead).or_default().push(item);
                let held: usize = expected.values().map(Vec::len).sum();
                prop_assert_eq!(pending.all().count(), held);
                if item % 50 == 7 {
                    pending.retain(|item| item % 3 != 1);
                    for bag in expected.values_mut() {
                        bag.retain(|item| item % 3 != 1);
                    }
                    expected.retain(|_, bag| !bag.is_empty());
                }
                for _ in 0..steps {
                    let Some(first) = pending.first() else { break };
                    prop_assert_eq!(Some(&first), expected.keys().next());
                    pending.take(first, &mut items);
                    let mut bag = expected.remove(&first).unwrap();
                    bag.sort_unstable();
                    prop_assert_eq!(&items, &bag);
                    window = first;
                }
            }
            prop_assert_eq!(pending.first(), expected.keys().next().copied());
        }
    }
}
