//! What a horizon's end does to all neurons.

use crate::base::function::lasting;
#[cfg(target_arch = "x86_64")]
use crate::base::vector::{self, Width};
use crate::neuron::lif_exp::clock::Decay;
use crate::neuron::lif_exp::crossing::{Ahead, Neuron};
use crate::neuron::lif_exp::kernel::Cell;
use crate::neuron::lif_exp::level::Distances;

/// What a sweep over all neurons found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// Some budget is below 0.
    pub(super) near: bool,
    /// Some neuron may reach the threshold one day, if nothing arrives.
    pub(super) loud: bool,
}

/// What four neurons need: of each number four. In this order: m, ex, inh, k_ex and k_inh of the [`Decay`], m, k_ex, k_inh and
/// share of the [`Ahead`], τ_m.
pub(super) type Four = [[f64; 4]; 10];

/// What a span of time does to neurons.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) decay: Decay,
    pub(super) ahead: Ahead,
    pub(super) tau_m_ps: f64,
}

impl Span {
    fn numbers(&self) -> [f64; 10] {
        let (decay, ahead) = (&self.decay, &self.ahead);
        [
            decay.m,
            decay.ex,
            decay.inh,
            decay.k_ex,
            decay.k_inh,
            ahead.m,
            ahead.k_ex,
            ahead.k_inh,
            ahead.share,
            self.tau_m_ps,
        ]
    }

    /// What four neurons need that have these.
    pub(super) fn four(all: [Self; 4]) -> Four {
        let all = all.map(|one| one.numbers());
        std::array::from_fn(|number| all.map(|one| one[number]))
    }
}

/// Spans by the number of a neuron.
pub(super) trait Spans {
    fn of(&self, j: usize) -> Span;

    /// Of the four neurons from number 4 `k` on.
    fn of_four(&self, k: usize) -> &Four;
}

/// The same for all.
pub(super) struct Same {
    span: Span,
    four: Four,
}

impl Same {
    pub(super) fn new(span: Span) -> Self {
        let four = Span::four([span; 4]);
        Self { span, four }
    }
}

impl Spans for Same {
    #[inline(always)]
    fn of(&self, _j: usize) -> Span {
        self.span
    }

    #[inline(always)]
    fn of_four(&self, _k: usize) -> &Four {
        &self.four
    }
}

/// Moves the clock's origin by `spans` and sets every budget anew, counted from `distances` above v_inf.
///
/// A neuron is a vector of four numbers, and compilers do not turn four of them round to compute all four at once: it is
/// written out (1.5 ns a neuron in place of 2.7 on an AMD EPYC).
pub(super) fn sweep(cells: &mut [Cell], spans: &impl Spans, distances: Distances<'_>) -> Found {
    match distances {
        Distances::One(distance) => sweep_by(cells, spans, &distance),
        Distances::Each(distances) => sweep_by(cells, spans, distances),
    }
}

/// Distances by the number of a neuron.
trait Distance {
    fn of(&self, j: usize) -> f64;

    /// Of four neurons from number `j` on.
    #[inline(always)]
    fn of_four(&self, j: usize) -> [f64; 4] {
        [self.of(j), self.of(j + 1), self.of(j + 2), self.of(j + 3)]
    }
}

impl Distance for f64 {
    #[inline(always)]
    fn of(&self, _j: usize) -> f64 {
        *self
    }
}

impl Distance for [f64] {
    #[inline(always)]
    fn of(&self, j: usize) -> f64 {
        self[j]
    }

    #[inline(always)]
    fn of_four(&self, j: usize) -> [f64; 4] {
        let four = &self[j..j + 4];
        [four[0], four[1], four[2], four[3]]
    }
}

fn sweep_by(cells: &mut [Cell], spans: &impl Spans, distances: &(impl Distance + ?Sized)) -> Found {
    #[cfg(target_arch = "x86_64")]
    if vector::width() != Width::Baseline {
        // SAFETY: every width but the baseline has AVX2.
        return unsafe { wide::sweep(cells, spans, distances) };
    }
    one_by_one((0, cells), spans, distances)
}

#[inline(always)]
fn one_by_one(
    (first, cells): (usize, &mut [Cell]),
    spans: &impl Spans,
    distances: &(impl Distance + ?Sized),
) -> Found {
    let mut seen = Seen::NOTHING;
    for (j, cell) in (first..).zip(cells) {
        seen.move_on(cell, &spans.of(j), distances.of(j));
    }
    seen.found()
}

/// What a sweep has found so far.
struct Seen(Found);

impl Seen {
    const NOTHING: Self = Self(Found {
        near: false,
        loud: false,
    });

    /// The origin of a neuron's clock moves, and its budget is set anew.
    #[inline(always)]
    fn move_on(&mut self, cell: &mut Cell, span: &Span, distance: f64) {
        let Span {
            decay,
            ahead,
            tau_m_ps,
        } = span;
        let [u, g_ex, g_inh, budget] = *cell;
        let u = lasting(decay.above(u, g_ex, g_inh));
        let (g_ex, g_inh) = (lasting(decay.ex * g_ex), lasting(decay.inh * g_inh));
        let neuron = Neuron {
            rise: -u,
            g_ex,
            g_inh,
        };
        let free = distance - u - ahead.highest_rise(&neuron);
        let held = budget == f64::INFINITY;
        let budget = if held { budget } else { free };
        *cell = [u, g_ex, g_inh, budget];
        self.0.near |= budget < 0.0;
        // Without inhibition v ends up between where it is and where the excitation drives it now.
        let highest = if held { f64::NEG_INFINITY } else { u };
        let driven = g_ex * tau_m_ps;
        self.0.loud |= highest >= distance;
        self.0.loud |= driven >= distance;
    }

    fn found(self) -> Found {
        self.0
    }
}

/// The same with vectors of 256 bits: four neurons at a time.
#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::{
        __m256d, _CMP_EQ_OQ, _CMP_GE_OQ, _CMP_GT_OQ, _CMP_LT_OQ, _CMP_NLT_UQ, _mm256_add_pd,
        _mm256_and_pd, _mm256_andnot_pd, _mm256_blendv_pd, _mm256_cmp_pd, _mm256_loadu_pd,
        _mm256_min_pd, _mm256_movemask_pd, _mm256_mul_pd, _mm256_or_pd, _mm256_permute2f128_pd,
        _mm256_set1_pd, _mm256_storeu_pd, _mm256_sub_pd, _mm256_unpackhi_pd, _mm256_unpacklo_pd,
        _mm256_xor_pd,
    };

    use super::{Cell, Distance, Found, Spans, one_by_one};
    use crate::base::function::NOTHING;

    #[target_feature(enable = "avx2")]
    pub(super) fn sweep(
        cells: &mut [Cell],
        spans: &impl Spans,
        distances: &(impl Distance + ?Sized),
    ) -> Found {
        let zero = _mm256_set1_pd(0.0);
        let (never, lowest) = (
            _mm256_set1_pd(f64::INFINITY),
            _mm256_set1_pd(f64::NEG_INFINITY),
        );
        let (mut least, mut loud) = (never, zero);
        let (fours, rest) = cells.as_chunks_mut::<4>();
        let done = 4 * fours.len();
        for (k, cells) in fours.iter_mut().enumerate() {
            let threshold = load(&distances.of_four(4 * k));
            // Each by itself: a closure for all ten would be called, not inlined.
            let four = spans.of_four(k);
            let (m, ex, inh) = (load(&four[0]), load(&four[1]), load(&four[2]));
            let (k_ex, k_inh) = (load(&four[3]), load(&four[4]));
            let (up_m, up_ex, up_inh) = (load(&four[5]), load(&four[6]), load(&four[7]));
            let (share, tau_m) = (load(&four[8]), load(&four[9]));
            let [a, b, c, d] = &*cells;
            let [u, g_ex, g_inh, budget] = turn([load(a), load(b), load(c), load(d)]);
            let own = _mm256_add_pd(_mm256_mul_pd(m, u), _mm256_mul_pd(k_ex, g_ex));
            let u = lasting(_mm256_add_pd(own, _mm256_mul_pd(k_inh, g_inh)));
            let (g_ex, g_inh) = (
                lasting(_mm256_mul_pd(ex, g_ex)),
                lasting(_mm256_mul_pd(inh, g_inh)),
            );
            let rise = _mm256_xor_pd(u, _mm256_set1_pd(-0.0));
            let up = _mm256_and_pd(_mm256_cmp_pd::<_CMP_GT_OQ>(rise, zero), rise);
            let down = _mm256_and_pd(_mm256_cmp_pd::<_CMP_LT_OQ>(rise, zero), rise);
            let p = _mm256_add_pd(_mm256_mul_pd(g_ex, up_ex), _mm256_mul_pd(up, up_m));
            let n = _mm256_add_pd(_mm256_mul_pd(g_inh, up_inh), _mm256_mul_pd(down, up_m));
            let highest = _mm256_add_pd(p, _mm256_mul_pd(share, n));
            let highest = _mm256_and_pd(_mm256_cmp_pd::<_CMP_GT_OQ>(highest, zero), highest);
            let free = _mm256_sub_pd(_mm256_sub_pd(threshold, u), highest);
            let held = _mm256_cmp_pd::<_CMP_EQ_OQ>(budget, never);
            let budget = _mm256_blendv_pd(free, budget, held);
            // Of a NaN both give the second.
            least = _mm256_min_pd(budget, least);
            let highest = _mm256_blendv_pd(u, lowest, held);
            loud = _mm256_or_pd(loud, _mm256_cmp_pd::<_CMP_GE_OQ>(highest, threshold));
            let driven = _mm256_mul_pd(g_ex, tau_m);
            loud = _mm256_or_pd(loud, _mm256_cmp_pd::<_CMP_GE_OQ>(driven, threshold));
            let moved = turn([u, g_ex, g_inh, budget]);
            for (cell, value) in cells.iter_mut().zip(moved) {
                store(value, cell);
            }
        }
        let Found {
            near,
            loud: found_loud,
        } = one_by_one((done, rest), spans, distances);
        let any = |mask| _mm256_movemask_pd(mask) != 0;
        Found {
            near: near | any(_mm256_cmp_pd::<_CMP_LT_OQ>(least, zero)),
            loud: found_loud | any(loud),
        }
    }

    /// As [`lasting`](crate::base::function::lasting).
    #[inline]
    #[target_feature(enable = "avx2")]
    fn lasting(x: __m256d) -> __m256d {
        let size = _mm256_andnot_pd(_mm256_set1_pd(-0.0), x);
        // Not less: what is no number stays as it is.
        _mm256_and_pd(
            _mm256_cmp_pd::<_CMP_NLT_UQ>(size, _mm256_set1_pd(NOTHING)),
            x,
        )
    }

    /// Rows to columns.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn turn([a, b, c, d]: [__m256d; 4]) -> [__m256d; 4] {
        let (ab_even, ab_odd) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
        let (cd_even, cd_odd) = (_mm256_unpacklo_pd(c, d), _mm256_unpackhi_pd(c, d));
        [
            _mm256_permute2f128_pd::<0x20>(ab_even, cd_even),
            _mm256_permute2f128_pd::<0x20>(ab_odd, cd_odd),
            _mm256_permute2f128_pd::<0x31>(ab_even, cd_even),
            _mm256_permute2f128_pd::<0x31>(ab_odd, cd_odd),
        ]
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn load(cell: &Cell) -> __m256d {
        // SAFETY: a cell is four numbers, as many as are read.
        unsafe { _mm256_loadu_pd(cell.as_ptr()) }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn store(value: __m256d, cell: &mut Cell) {
        // SAFETY: a cell is four numbers, as many as are written.
        unsafe { _mm256_storeu_pd(cell.as_mut_ptr(), value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::function::NOTHING;
    use crate::base::stream::Stream;

    /// Of each neuron its own.
    struct Each {
        all: Vec<Span>,
        fours: Vec<Four>,
    }

    impl Spans for Each {
        fn of(&self, j: usize) -> Span {
            self.all[j]
        }

        fn of_four(&self, k: usize) -> &Four {
            &self.fours[k]
        }
    }

    #[test]
    fn vectors_give_the_bits_of_neurons_one_by_one() {
        let span = |k: usize| {
            let less = |x: f64| x * (1.0 - k as f64 / 128.0);
            Span {
                decay: Decay {
                    m: less(0.95),
                    ex: less(0.8),
                    inh: less(0.9),
                    k_ex: less(9e8),
                    k_inh: less(9.5e8),
                },
                ahead: Ahead {
                    ps: 1e9,
                    m: less(0.05),
                    k_ex: less(9e8),
                    k_inh: less(9.5e8),
                    share: less(0.9),
                },
                tau_m_ps: less(1e9),
            }
        };
        let same = Same::new(span(0));
        let mut stream = Stream::new(1, "sweep", 0);
        for round in 0..200 {
            let cell = |_| {
                let [u, ex, inh, budget] = [0; 4].map(|_| stream.uniform());
                let held = stream.uniform() < 0.2;
                let budget = if held { f64::INFINITY } else { budget };
                // Some have all but decayed.
                let faded = if stream.uniform() < 0.2 {
                    NOTHING * 1e9
                } else {
                    1.0
                };
                [40.0 * u - 20.0, 3e-9 * ex, -3e-9 * faded * inh, budget]
            };
            let cells: Vec<Cell> = (0..round % 23).map(cell).collect();
            let (mut one, mut other) = (cells.clone(), cells);
            let distance = f64::from(round) / 10.0;
            let each: Vec<f64> = (0..one.len()).map(|j| distance + j as f64 / 8.0).collect();
            let all: Vec<Span> = (0..one.len()).map(span).collect();
            let (fours, _) = all.as_chunks::<4>();
            let fours = fours.iter().map(|&four| Span::four(four)).collect();
            let own = Each { all, fours };
            let (found, expected) = match round % 3 {
                0 => {
                    let found = sweep(&mut one, &same, Distances::One(distance));
                    (found, one_by_one((0, &mut other), &same, &distance))
                }
                1 => {
                    let found = sweep(&mut one, &same, Distances::Each(&each));
                    (found, one_by_one((0, &mut other), &same, &each[..]))
                }
                _ => {
                    let found = sweep(&mut one, &own, Distances::Each(&each));
                    (found, one_by_one((0, &mut other), &own, &each[..]))
                }
            };
            assert_eq!(found, expected);
            let bits = |cells: &[Cell]| -> Vec<u64> {
                cells.as_flattened().iter().map(|x| x.to_bits()).collect()
            };
            assert_eq!(bits(&one), bits(&other));
        }
    }
}
