//! A hash over long lists of numbers, fast enough for every synapse of a network.

use crate::base::stream::mix;

/// A number of which as many as fit are packed into 64 bits.
pub trait Word: Copy {
    /// Its bits, in the low ones.
    fn word(self) -> u64;
}

macro_rules! words {
    ($($kind:ty: $value:ident => $word:expr),* $(,)?) => {$(
        impl Word for $kind {
            #[inline(always)]
            fn word(self) -> u64 {
                let $value = self;
                $word
            }
        }
    )*};
}

words!(
    u16: x => x.into(),
    u32: x => x.into(),
    f32: x => x.to_bits().into(),
    f64: x => x.to_bits(),
    i64: x => x.cast_unsigned(),
    [u8; 8]: x => u64::from_le_bytes(x),
);

/// A hash of `hash` and all `items` in order. Four chains side by side, because one would wait for its multiplications.
pub fn fold<T: Word>(hash: u64, items: &[T]) -> u64 {
    match size_of::<T>() {
        2 => chains::<T, 4>(hash, items),
        4 => chains::<T, 2>(hash, items),
        _ => chains::<T, 1>(hash, items),
    }
}

/// [`fold`] with `PACK` items to a word.
fn chains<T: Word, const PACK: usize>(hash: u64, items: &[T]) -> u64 {
    // Odd, from the golden ratio: a multiplication by it is a bijection that reaches the high bits.
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let step = |chain: u64, word: u64| (chain ^ word).wrapping_mul(FACTOR).rotate_left(29);
    let pack = |items: &[T; PACK]| {
        let shifted = items.iter().zip((0_u32..).step_by(64 / PACK));
        shifted.fold(0, |word, (item, shift)| word | item.word() << shift)
    };
    let mut chains = [hash, !hash, hash.rotate_left(32), items.len() as u64];
    let (words, rest) = items.as_chunks::<PACK>();
    let (fours, last) = words.as_chunks::<4>();
    for four in fours {
        for (chain, word) in chains.iter_mut().zip(four) {
            *chain = step(*chain, pack(word));
        }
    }
    for word in last {
        chains[0] = step(chains[0], pack(word));
    }
    for item in rest {
        chains[0] = step(chains[0], item.word());
    }
    chains.into_iter().fold(0, |all, chain| mix(all ^ chain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_its_place_and_their_number_count() {
        let items: Vec<u16> = (0..39).map(|x| x * 1_001).collect();
        let hash = fold(7, &items);
        assert_ne!(fold(8, &items), hash);
        for at in 0..items.len() {
            for bit in 0..16 {
                let mut other = items.clone();
                other[at] ^= 1 << bit;
                assert_ne!(fold(7, &other), hash, "bit {bit} of item {at}");
            }
            let mut swapped = items.clone();
            swapped.swap(at, (at + 1) % items.len());
            assert_ne!(fold(7, &swapped), hash, "{at}");
        }
        assert_ne!(fold(7, &items[..38]), hash);
        let zero = |n| fold(7, &vec![0_u16; n]);
        assert_ne!(zero(3), zero(4));
    }

    #[test]
    fn numbers_of_every_size_count_with_all_their_bits() {
        fn differ<T: Word>(a: [T; 5], b: [T; 5]) {
            assert_ne!(fold(0, &a), fold(0, &b));
        }
        differ([1_u32; 5], [1, 1, 1, 1 << 31 | 1, 1]);
        differ([1.0_f32; 5], [1.0, -1.0, 1.0, 1.0, 1.0]);
        differ([1.0_f64; 5], [1.0, 1.0, 1.0, 1.0, -1.0]);
        differ([1_i64; 5], [1, -1, 1, 1, 1]);
    }
}
