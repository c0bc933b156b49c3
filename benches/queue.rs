//! Queues for what is pending, by the hold operation: take the earliest, add one later (Vaucher and Duval 1975, CACM
//! 18:223). Times are uniform over a delay ahead, in picoseconds, as spikes under way are.
//!
//! `cargo bench --bench queue` prints nanoseconds per operation at 10³ and 10⁶ pending for the standard binary heap,
//! `priority-queue`, the ring of windows that arrivals use (`event::pending`, window by window as the engine takes them),
//! and a FIFO, which is all that one constant delay needs.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::hint::black_box;
use std::time::Instant;

use priority_queue::PriorityQueue;
use sharpwave::base::stream::Stream;
use sharpwave::event::pending::Pending;

/// Picoseconds ahead: a delay of 1.5 ms at most.
const AHEAD: u64 = 1_500_000_000;
/// Window of the ring: a shortest delay of 0.1 ms.
const WINDOW: i64 = 100_000_000;
const OPERATIONS: usize = 4_000_000;

/// Nanoseconds per operation of `hold`, the best of five.
fn measure(name: &str, pending: usize, mut hold: impl FnMut(usize) -> usize) {
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let start = Instant::now();
        let done = hold(OPERATIONS);
        best = best.min(start.elapsed().as_nanos() as f64 / done as f64);
    }
    println!("{name:24}{pending:>10}{best:>12.1} ns");
}

fn main() {
    println!("{:24}{:>10}{:>15}", "queue", "pending", "per operation");
    for pending in [1_000, 1_000_000] {
        let mut stream = Stream::new(1, "bench", 0);
        // Drawn beforehand, so that only the queue is measured.
        let gaps: Vec<i64> = (0..OPERATIONS)
            .map(|_| 1 + stream.below(AHEAD) as i64)
            .collect();

        let mut heap: BinaryHeap<Reverse<(i64, u32)>> =
            (0..pending).map(|k| Reverse((gaps[k], k as u32))).collect();
        measure("binary heap", pending, |n| {
            for gap in &gaps[..n] {
                if let Some(Reverse((t, item))) = heap.pop() {
                    heap.push(Reverse((t + gap, item)));
                }
            }
            n
        });

        let mut queue: PriorityQueue<u32, Reverse<i64>> =
            (0..pending).map(|k| (k as u32, Reverse(gaps[k]))).collect();
        measure("priority-queue", pending, |n| {
            for gap in &gaps[..n / 4] {
                if let Some((item, Reverse(t))) = queue.pop() {
                    queue.push(item, Reverse(t + gap));
                }
            }
            n / 4
        });

        let mut ring: Pending<(i64, u32)> = Pending::new(AHEAD / WINDOW as u64 + 1);
        for (k, gap) in gaps[..pending].iter().enumerate() {
            ring.add(gap / WINDOW, (*gap, k as u32));
        }
        let mut items = Vec::new();
        measure("ring of windows", pending, |n| {
            let mut done = 0;
            while done < n
                && let Some(window) = ring.first()
            {
                ring.take(window, &mut items);
                for &(t, item) in black_box(&items) {
                    // What is emitted in a window arrives after it.
                    let later = (t + gaps[done % n]).max((window + 1) * WINDOW);
                    ring.add(later / WINDOW, (later, item));
                    done += 1;
                }
            }
            done
        });

        let mut fifo: VecDeque<(i64, u32)> = (0..pending).map(|k| (k as i64, k as u32)).collect();
        measure("FIFO, one delay", pending, |n| {
            for _ in 0..n {
                if let Some((t, item)) = fifo.pop_front() {
                    fifo.push_back(black_box((t + AHEAD as i64, item)));
                }
            }
            n
        });
    }
}
