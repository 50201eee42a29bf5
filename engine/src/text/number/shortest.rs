//! The decimal digits of a float that are enough to read it back: Grisu2, after Florian Loitsch's paper of 2010.
//!
//! Crates give the shortest and closest digits. Nix's JSON writer gives those of Grisu2, which differ for one float in
//! two hundred, and the text of a derivation depends on it; so the algorithm is here. It never sees zero, infinity or NaN.

/// A number as 64 bits of significand and a power of two.
#[derive(Clone, Copy)]
struct Scaled {
    significand: u64,
    exponent: i32,
}

impl Scaled {
    fn normalized(self) -> Self {
        let shift = self.significand.leading_zeros();
        Self { significand: self.significand << shift, exponent: self.exponent - shift.cast_signed() }
    }

    /// The product, its significand rounded to the upper 64 bits.
    fn times(self, other: Self) -> Self {
        let product = u128::from(self.significand) * u128::from(other.significand) + (1 << 63);
        let significand = u64::try_from(product >> 64).unwrap_or(u64::MAX);
        Self { significand, exponent: self.exponent + other.exponent + 64 }
    }
}

/// Decimal digits and the power of ten of the last one.
pub(super) struct Decimal {
    buffer: [u8; 20],
    length: usize,
    /// The power of ten the digits, read as an integer, are to be multiplied with.
    pub(super) exponent: i32,
}

impl Decimal {
    /// The digits as ASCII, the first of them not zero.
    pub(super) fn digits(&self) -> &[u8] {
        &self.buffer[..self.length]
    }

    fn push(&mut self, digit: u64) {
        self.buffer[self.length] = b'0' + u8::try_from(digit).unwrap_or(0);
        self.length += 1;
    }

    /// Lowers the last digit while that brings the number closer to the wanted one and keeps it within the bounds.
    fn approach(&mut self, distance: u64, delta: u64, mut rest: u64, unit: u64) {
        while rest < distance
            && delta - rest >= unit
            && (rest + unit < distance || distance - rest > rest + unit - distance)
        {
            self.buffer[self.length - 1] -= 1;
            rest += unit;
        }
    }
}

/// The digits of a positive finite float.
pub(super) fn digits(value: f64) -> Decimal {
    const HIDDEN: u64 = 1 << 52;
    const BIAS: i32 = 1075;
    let bits = value.to_bits();
    let (fraction, biased) = (bits & (HIDDEN - 1), i32::try_from(bits >> 52 & 0x7FF).unwrap_or(0));
    let exact = if biased == 0 {
        Scaled { significand: fraction, exponent: 1 - BIAS }
    } else {
        Scaled { significand: fraction + HIDDEN, exponent: biased - BIAS }
    };
    // Half way to the neighbours; below a power of two the lower one is closer.
    let upper = Scaled { significand: 2 * exact.significand + 1, exponent: exact.exponent - 1 }.normalized();
    let lower = if fraction == 0 && biased > 1 {
        Scaled { significand: 4 * exact.significand - 1, exponent: exact.exponent - 2 }
    } else {
        Scaled { significand: 2 * exact.significand - 1, exponent: exact.exponent - 1 }
    };
    let lower =
        Scaled { significand: lower.significand << (lower.exponent - upper.exponent), exponent: upper.exponent };

    let (power, tens) = cached_power(upper.exponent);
    let middle = exact.normalized().times(power);
    // One unit inward makes up for the rounding of the products.
    let low = lower.times(power).significand + 1;
    let high = Scaled { significand: upper.times(power).significand - 1, ..middle };
    generate(low, middle.significand, high, -tens)
}

/// Writes the digits of `high`, stopping as soon as what is left out cannot fall below `low`.
fn generate(low: u64, middle: u64, high: Scaled, exponent: i32) -> Decimal {
    let mut decimal = Decimal { buffer: [0; 20], length: 0, exponent };
    let mut delta = high.significand - low;
    let mut distance = high.significand - middle;
    let shift = high.exponent.unsigned_abs();
    let one = 1u64 << shift;
    let mut whole = high.significand >> shift;
    let mut part = high.significand & (one - 1);

    let mut left = whole.checked_ilog10().map_or(1, |log| log + 1);
    while left > 0 {
        left -= 1;
        let unit = 10u64.pow(left);
        decimal.push(whole / unit);
        whole %= unit;
        let rest = (whole << shift) + part;
        if rest <= delta {
            decimal.exponent += left.cast_signed();
            decimal.approach(distance, delta, rest, unit << shift);
            return decimal;
        }
    }
    loop {
        part *= 10;
        delta *= 10;
        distance *= 10;
        decimal.push(part >> shift);
        part &= one - 1;
        decimal.exponent -= 1;
        if part <= delta {
            decimal.approach(distance, delta, part, one);
            return decimal;
        }
    }
}

/// A power of ten that brings a significand with `exponent` to a binary exponent between -60 and -32, and its exponent.
fn cached_power(exponent: i32) -> (Scaled, i32) {
    let bits = -60 - exponent - 1;
    let tens = bits * 78_913 / (1 << 18) + i32::from(bits > 0);
    let index = (-FIRST_POWER + tens + POWER_STEP - 1) / POWER_STEP;
    let (significand, exponent) = POWERS[usize::try_from(index).unwrap_or(0)];
    (Scaled { significand, exponent }, FIRST_POWER + index * POWER_STEP)
}

const FIRST_POWER: i32 = -300;
const POWER_STEP: i32 = 8;

/// Every eighth power of ten from 10^-300, rounded to 64 bits, with its power of two.
#[rustfmt::skip]
const POWERS: [(u64, i32); 79] = [
    (0xAB70FE17C79AC6CA, -1060), (0xFF77B1FCBEBCDC4F, -1034), (0xBE5691EF416BD60C, -1007), (0x8DD01FAD907FFC3C, -980),
    (0xD3515C2831559A83, -954), (0x9D71AC8FADA6C9B5, -927), (0xEA9C227723EE8BCB, -901), (0xAECC49914078536D, -874),
    (0x823C12795DB6CE57, -847), (0xC21094364DFB5637, -821), (0x9096EA6F3848984F, -794), (0xD77485CB25823AC7, -768),
    (0xA086CFCD97BF97F4, -741), (0xEF340A98172AACE5, -715), (0xB23867FB2A35B28E, -688), (0x84C8D4DFD2C63F3B, -661),
    (0xC5DD44271AD3CDBA, -635), (0x936B9FCEBB25C996, -608), (0xDBAC6C247D62A584, -582), (0xA3AB66580D5FDAF6, -555),
    (0xF3E2F893DEC3F126, -529), (0xB5B5ADA8AAFF80B8, -502), (0x87625F056C7C4A8B, -475), (0xC9BCFF6034C13053, -449),
    (0x964E858C91BA2655, -422), (0xDFF9772470297EBD, -396), (0xA6DFBD9FB8E5B88F, -369), (0xF8A95FCF88747D94, -343),
    (0xB94470938FA89BCF, -316), (0x8A08F0F8BF0F156B, -289), (0xCDB02555653131B6, -263), (0x993FE2C6D07B7FAC, -236),
    (0xE45C10C42A2B3B06, -210), (0xAA242499697392D3, -183), (0xFD87B5F28300CA0E, -157), (0xBCE5086492111AEB, -130),
    (0x8CBCCC096F5088CC, -103), (0xD1B71758E219652C, -77), (0x9C40000000000000, -50), (0xE8D4A51000000000, -24),
    (0xAD78EBC5AC620000, 3), (0x813F3978F8940984, 30), (0xC097CE7BC90715B3, 56), (0x8F7E32CE7BEA5C70, 83),
    (0xD5D238A4ABE98068, 109), (0x9F4F2726179A2245, 136), (0xED63A231D4C4FB27, 162), (0xB0DE65388CC8ADA8, 189),
    (0x83C7088E1AAB65DB, 216), (0xC45D1DF942711D9A, 242), (0x924D692CA61BE758, 269), (0xDA01EE641A708DEA, 295),
    (0xA26DA3999AEF774A, 322), (0xF209787BB47D6B85, 348), (0xB454E4A179DD1877, 375), (0x865B86925B9BC5C2, 402),
    (0xC83553C5C8965D3D, 428), (0x952AB45CFA97A0B3, 455), (0xDE469FBD99A05FE3, 481), (0xA59BC234DB398C25, 508),
    (0xF6C69A72A3989F5C, 534), (0xB7DCBF5354E9BECE, 561), (0x88FCF317F22241E2, 588), (0xCC20CE9BD35C78A5, 614),
    (0x98165AF37B2153DF, 641), (0xE2A0B5DC971F303A, 667), (0xA8D9D1535CE3B396, 694), (0xFB9B7CD9A4A7443C, 720),
    (0xBB764C4CA7A44410, 747), (0x8BAB8EEFB6409C1A, 774), (0xD01FEF10A657842C, 800), (0x9B10A4E5E9913129, 827),
    (0xE7109BFBA19C0C9D, 853), (0xAC2820D9623BF429, 880), (0x80444B5E7AA7CF85, 907), (0xBF21E44003ACDD2D, 933),
    (0x8E679C2F5E44FF8F, 960), (0xD433179D9C8CB841, 986), (0x9E19DB92B4E31BA9, 1013),
];
