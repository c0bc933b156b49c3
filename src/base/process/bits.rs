//! Random bits by the vector.

use serde::{Deserialize, Serialize};

use super::BATCH;
use crate::base::stream::Stream;
use crate::base::vector::vectorized;

/// Generators that run side by side, one per element of a vector.
const WIDTH: usize = 8;

/// Eight interleaved xoshiro256++ generators (Blackman and Vigna 2021, ACM TOMS 47:36), each seeded from the house's
/// stream: they need no multiplication, so vectors of every width run them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Bits {
    state: [[u64; WIDTH]; 4],
}

impl Bits {
    /// Seeds every generator from `stream`.
    pub(super) fn new(stream: &mut Stream) -> Self {
        let mut state = [[0; WIDTH]; 4];
        for word in state.iter_mut().flatten() {
            *word = stream.bits();
        }
        Self { state }
    }

    /// Fills `out` with random bits.
    pub(super) fn fill(&mut self, out: &mut [i64; BATCH]) {
        fill(&mut self.state, out);
    }
}

vectorized! {
    /// Random bits from every generator in turn.
    fn fill(state: &mut [[u64; WIDTH]; 4], out: &mut [i64; BATCH]) {
        let [mut a, mut b, mut c, mut d] = *state;
        for chunk in out.chunks_exact_mut(WIDTH) {
            for k in 0..WIDTH {
                chunk[k] = (a[k].wrapping_add(d[k]).rotate_left(23).wrapping_add(a[k])) as i64;
                let t = b[k] << 17;
                c[k] ^= a[k];
                d[k] ^= b[k];
                b[k] ^= c[k];
                a[k] ^= d[k];
                c[k] ^= t;
                d[k] = d[k].rotate_left(45);
            }
        }
        *state = [a, b, c, d];
    }
}
