//! Standard normal draws by the ziggurat (Marsaglia and Tsang 2000, J Stat Softw 5:8), with sign, layer and position
//! taken from separate bits (Doornik 2005): 98.8 % of draws cost one multiplication and one comparison.

use std::sync::LazyLock;

use crate::base::function;
use crate::base::stream::Stream;

const LAYERS: usize = 256;
/// Where the tail begins, for 256 layers of equal area.
const TAIL: f64 = 3.654_152_885_361_009;
/// Area of each layer under exp(−x²/2).
const AREA: f64 = 4.928_673_233_974_655e-3;

/// No draw is farther from 0: beyond the tail's start lies at most x with x² < −2 ln(2⁻⁵³), so 8.58.
pub(super) const REACH: f64 = TAIL + 8.58;

/// Right edges of the layers (the lowest one's is that of a box with the layer's area) and the density there.
struct Table {
    x: [f64; LAYERS + 1],
    y: [f64; LAYERS + 1],
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut x = [0.0; LAYERS + 1];
    x[0] = AREA / density(TAIL);
    x[1] = TAIL;
    for i in 2..LAYERS {
        x[i] = (-2.0 * function::ln(AREA / x[i - 1] + density(x[i - 1]))).sqrt();
    }
    Table {
        y: x.map(density),
        x,
    }
});

fn density(x: f64) -> f64 {
    function::exp(-0.5 * x * x)
}

/// One draw with mean 0 and standard deviation 1.
#[inline]
pub(super) fn draw(stream: &mut Stream) -> f64 {
    draw_from(&TABLE, stream)
}

/// The same, one after the other.
#[inline]
pub(super) fn drawing() -> impl FnMut(&mut Stream) -> f64 {
    let table = &*TABLE;
    |stream| draw_from(table, stream)
}

#[inline(always)]
fn draw_from(Table { x, y }: &Table, stream: &mut Stream) -> f64 {
    loop {
        let bits = stream.bits();
        let layer = (bits & 0xFF) as usize;
        // The upper 53 bits as a signed position on [−1, 1).
        let position = (bits.cast_signed() >> 11) as f64 * (1.0 / (1_u64 << 52) as f64);
        let value = position * x[layer];
        if value.abs() < x[layer + 1] {
            return value;
        }
        if layer == 0 {
            return tail(stream).copysign(value);
        }
        if y[layer] + (y[layer + 1] - y[layer]) * stream.uniform() < density(value) {
            return value;
        }
    }
}

/// The tail beyond [`TAIL`] (Marsaglia 1964).
#[cold]
fn tail(stream: &mut Stream) -> f64 {
    loop {
        let x = stream.exponential() / TAIL;
        let y = stream.exponential();
        if 2.0 * y >= x * x {
            return TAIL + x;
        }
    }
}
