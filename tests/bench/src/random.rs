/// After how many inputs they repeat. A branch predictor learns a sequence of 1,024: then a linear search
/// through 11 buckets takes 2 ns instead of 9.
pub const PERIOD: usize = 1 << 15;

/// Numbers that look random and are the same in each run.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// Begins a sequence.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub const fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number in `0..end`.
    #[allow(clippy::cast_possible_truncation, reason = "below `end`")]
    pub const fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// A number in `0.0..1.0`.
    #[allow(clippy::cast_precision_loss, reason = "53 bits")]
    pub const fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Puts them in another order.
    pub const fn shuffle<T>(&mut self, items: &mut [T]) {
        let mut left = items.len();
        while left > 1 {
            let other = self.below(left);
            left -= 1;
            items.swap(left, other);
        }
    }

    /// [`PERIOD`] inputs, for as long as the process lives.
    pub fn inputs<T>(seed: u64, mut make: impl FnMut(&mut Self) -> T) -> &'static [T; PERIOD] {
        let mut random = Self::new(seed);
        let inputs: Vec<T> = (0..PERIOD).map(|_| make(&mut random)).collect();
        let inputs: &'static [T] = Vec::leak(inputs);
        inputs.try_into().expect("made as many")
    }
}
