//! Run-time choice of vector width, with the same bits on every path.
//!
//! Loops written in plain Rust are compiled once per instruction set; the widest that the processor has is taken when
//! the program runs, so one portable binary is as fast as one built for the machine. Only element-wise loops and
//! order-free reductions belong here, and never `mul_add`: then every path gives the same bits.

/// Compiles a function body for several vector widths and picks one when called.
///
/// Each `fn` becomes a safe function whose body is compiled for the baseline, AVX2 and AVX-512 on x86-64, and once
/// elsewhere (NEON is part of the ARM baseline).
///
/// Type parameters stand in brackets, and behind them those that are sizes: `fn name[D: Dynamics; N](...)`.
macro_rules! vectorized {
    ($(#[$meta:meta])* $vis:vis fn $name:ident $([$($of:ident: $bound:path),* $(; $($size:ident),*)?])? ($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block) => {
        $(#[$meta])*
        #[inline]
        $vis fn $name $(<$($of: $bound,)* $($(const $size: usize),*)?>)? ($($arg: $ty),*) $(-> $ret)? {
            #[inline(always)]
            fn scalar $(<$($of: $bound,)* $($(const $size: usize),*)?>)? ($($arg: $ty),*) $(-> $ret)? $body

            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
                fn wide512 $(<$($of: $bound,)* $($(const $size: usize),*)?>)? ($($arg: $ty),*) $(-> $ret)? { scalar($($arg),*) }
                #[target_feature(enable = "avx2")]
                fn wide256 $(<$($of: $bound,)* $($(const $size: usize),*)?>)? ($($arg: $ty),*) $(-> $ret)? { scalar($($arg),*) }
                match $crate::base::vector::width() {
                    // SAFETY: `width` answers 512 or 256 only if the processor has the features enabled above.
                    $crate::base::vector::Width::W512 => return unsafe { wide512($($arg),*) },
                    // SAFETY: as above.
                    $crate::base::vector::Width::W256 => return unsafe { wide256($($arg),*) },
                    $crate::base::vector::Width::Baseline => {}
                }
            }
            scalar($($arg),*)
        }
    };
}

pub(crate) use vectorized;

/// Bytes of a cache line.
const LINE: usize = 64;

/// Asks for the first lines of `slice`, so that a loop that comes to it soon does not wait for memory.
#[inline]
pub fn prefetch<T>(slice: &[T]) {
    // Processors keep some twenty lines on their way; more would push out the first.
    const LINES: usize = 20;
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let bytes = size_of_val(slice);
        for line in 0..bytes.div_ceil(LINE).min(LINES) {
            // SAFETY: a prefetch reads nothing and never faults; the address lies inside `slice`.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(slice.as_ptr().cast::<i8>().add(line * LINE)) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (slice, LINES, LINE);
}

/// Vector widths a loop is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Width {
    /// What every processor of the architecture has.
    Baseline = 1,
    /// AVX2.
    W256 = 2,
    /// AVX-512 (F, DQ, VL, BW).
    W512 = 3,
}

use std::sync::atomic::{AtomicU8, Ordering};

/// 0 until the processor has been asked, then a [`Width`].
static WIDTH: AtomicU8 = AtomicU8::new(0);

/// The width in use: the widest that the processor has, unless [`limit`] lowered it.
#[inline]
pub fn width() -> Width {
    match WIDTH.load(Ordering::Relaxed) {
        1 => Width::Baseline,
        2 => Width::W256,
        3 => Width::W512,
        _ => {
            // What is no width is told where a program begins.
            let asked = asked().ok().flatten();
            let width = asked.map_or(widest(), |asked| narrower(asked, widest()));
            WIDTH.store(width as u8, Ordering::Relaxed);
            width
        }
    }
}

/// Uses at most `limit` from now on, in the whole process; for tests that compare the paths and for benchmarks.
pub fn limit(limit: Width) {
    WIDTH.store(narrower(limit, widest()) as u8, Ordering::Relaxed);
}

fn narrower(one: Width, other: Width) -> Width {
    if (one as u8) < (other as u8) {
        one
    } else {
        other
    }
}

/// The variable of the environment that limits vectors. Results are the same; it shows on one machine what others take.
const VARIABLE: &str = "SHARPWAVE_VECTOR";

/// A limit of vectors that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the environment variable `{VARIABLE}` is `{found}`, expected 128, 256 or 512: bits of the widest vectors to use"
)]
pub struct WidthError {
    /// What it is.
    pub found: String,
}

/// What the environment limits vectors to, if it does.
///
/// # Errors
/// If what it says is no width.
pub fn asked() -> Result<Option<Width>, WidthError> {
    let Some(found) = std::env::var_os(VARIABLE) else {
        return Ok(None);
    };
    match found.to_str() {
        Some("128") => Ok(Some(Width::Baseline)),
        Some("256") => Ok(Some(Width::W256)),
        Some("512") => Ok(Some(Width::W512)),
        _ => Err(WidthError {
            found: found.to_string_lossy().into_owned(),
        }),
    }
}

#[cfg(target_arch = "x86_64")]
fn widest() -> Width {
    if is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512bw")
    {
        Width::W512
    } else if is_x86_feature_detected!("avx2") {
        Width::W256
    } else {
        Width::Baseline
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn widest() -> Width {
    Width::Baseline
}
