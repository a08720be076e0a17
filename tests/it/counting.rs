//! Tests that count: a share of the figures in every run, the full ones where `TRIBUNE_LONG` is set.

/// How many of something are tried: in every run, and in the long one.
pub fn figure(short: usize, long: usize) -> usize {
    if std::env::var_os("TRIBUNE_LONG").is_some() { long } else { short }
}

/// Prints what was counted, for whoever asks to see it.
#[allow(clippy::print_stdout)]
pub fn told(counted: &str) {
    println!("{counted}");
}

/// Numbers that are the same in every run (splitmix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Less than `limit`, which is not 0.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(at + 1));
        }
    }
}
