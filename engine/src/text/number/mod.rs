//! Numbers as text: the ways Nix writes an integer or a float.
//!
//! Pure functions that append to a byte buffer. Reading numbers is the business of the format they stand in.

mod shortest;

use std::io::Write;

/// Appends `value` in decimal.
pub fn write_int(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends `value` as `toString` and interpolation write it: six digits after the point, never an exponent.
pub fn write_fixed(out: &mut Vec<u8>, value: f64) {
    if !write_special(out, value) {
        let _ = write!(out, "{value:.6}");
    }
}

/// Appends `value` as evaluation results, traces and `toXML` write it: six significant digits, without trailing zeros,
/// with an exponent if it is below -4 or above 5.
pub fn write_general(out: &mut Vec<u8>, value: f64) {
    if write_special(out, value) {
        return;
    }
    const DIGITS: i32 = 6;
    // Rounding to the significant digits comes first: it decides the exponent, as 999999.5 shows.
    let mut scientific = [0u8; 24];
    let mut rest = &mut scientific[..];
    let _ = write!(rest, "{value:.5e}");
    let unused = rest.len();
    let scientific = &scientific[..scientific.len() - unused];
    let split = scientific.iter().position(|&byte| byte == b'e').unwrap_or(scientific.len());
    let exponent: i32 =
        std::str::from_utf8(scientific.get(split + 1..).unwrap_or_default()).unwrap_or_default().parse().unwrap_or(0);
    if (-4..DIGITS).contains(&exponent) {
        let places = usize::try_from(DIGITS - 1 - exponent).unwrap_or(0);
        let start = out.len();
        let _ = write!(out, "{value:.places$}");
        if places > 0 {
            trim_zeros(out, start);
        }
    } else {
        let start = out.len();
        out.extend_from_slice(&scientific[..split]);
        trim_zeros(out, start);
        write_exponent(out, exponent);
    }
}

/// Appends `value` as `toJSON` writes it: the digits a reader needs to get the same float back; `null` for what JSON
/// cannot say.
pub fn write_json_float(out: &mut Vec<u8>, value: f64) {
    if !value.is_finite() {
        out.extend_from_slice(b"null");
        return;
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    if value == 0.0 {
        out.extend_from_slice(b"0.0");
        return;
    }
    let decimal = shortest::digits(value.abs());
    let digits = decimal.digits();
    let count = digits.len();
    let length = i32::try_from(count).unwrap_or(i32::MAX);
    // Where the point stands, counted in digits from the first one.
    let point = length + decimal.exponent;
    match point {
        1..=15 => {
            let whole = usize::try_from(point).unwrap_or(0);
            if count <= whole {
                out.extend_from_slice(digits);
                out.resize(out.len() + (whole - count), b'0');
                out.extend_from_slice(b".0");
            } else {
                out.extend_from_slice(&digits[..whole]);
                out.push(b'.');
                out.extend_from_slice(&digits[whole..]);
            }
        }
        -3..=0 => {
            out.extend_from_slice(b"0.");
            out.resize(out.len() + usize::try_from(-point).unwrap_or(0), b'0');
            out.extend_from_slice(digits);
        }
        _ => {
            out.push(digits[0]);
            if count > 1 {
                out.push(b'.');
                out.extend_from_slice(&digits[1..]);
            }
            write_exponent(out, point - 1);
        }
    }
}

/// Appends what is neither finite nor a number; false if `value` is an ordinary number.
fn write_special(out: &mut Vec<u8>, value: f64) -> bool {
    let text: &[u8] = match (value.is_nan(), value.is_infinite(), value.is_sign_negative()) {
        (true, _, false) => b"nan",
        (true, _, true) => b"-nan",
        (_, true, false) => b"inf",
        (_, true, true) => b"-inf",
        _ => return false,
    };
    out.extend_from_slice(text);
    true
}

/// Takes zeros after the point off the number that begins at `start`, and the point with the last of them.
fn trim_zeros(out: &mut Vec<u8>, start: usize) {
    let kept = out[start..].iter().rposition(|&byte| byte != b'0').map_or(0, |last| last + 1);
    out.truncate(start + kept);
    if out.last() == Some(&b'.') {
        out.pop();
    }
}

/// Appends an exponent with its sign and at least two digits.
fn write_exponent(out: &mut Vec<u8>, exponent: i32) {
    let sign = if exponent < 0 { '-' } else { '+' };
    let _ = write!(out, "e{sign}{:02}", exponent.unsigned_abs());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: fn(&mut Vec<u8>, f64), value: f64) -> String {
        let mut out = Vec::new();
        write(&mut out, value);
        String::from_utf8(out).expect("numbers are ASCII")
    }

    #[test]
    fn to_string() {
        let cases = [
            (1.5, "1.500000"),
            (1e-10, "0.000000"),
            (-0.0, "-0.000000"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (-f64::NAN.copysign(1.0), "-nan"),
            (123_456_789.123_456_7, "123456789.123457"),
        ];
        for (value, expected) in cases {
            assert_eq!(text(write_fixed, value), expected);
        }
        assert!(text(write_fixed, 1e300).starts_with("1000000000000000052504760255204420248704468581108159154915854"));
    }

    #[test]
    fn printed() {
        let cases = [
            (1e20, "1e+20"),
            (0.1, "0.1"),
            (123_456.7, "123457"),
            (1_234_567.8, "1.23457e+06"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (1e15, "1e+15"),
            (f64::INFINITY, "inf"),
            (0.0, "0"),
            (-0.0, "-0"),
            (100_000.0, "100000"),
            (1_000_000.0, "1e+06"),
            (999_999.5, "1e+06"),
            (123_456.5, "123456"),
            (0.5, "0.5"),
            (1e300, "1e+300"),
            (0.000_099_999_99, "0.0001"),
        ];
        for (value, expected) in cases {
            assert_eq!(text(write_general, value), expected);
        }
    }

    #[test]
    fn json() {
        let cases = [
            (1.5, "1.5"),
            (1e300, "1e+300"),
            (1.0, "1.0"),
            (1e14, "100000000000000.0"),
            (1e15, "1e+15"),
            (123_456_789_012_345_678.0, "1.2345678901234568e+17"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (0.1, "0.1"),
            (f64::INFINITY, "null"),
            (f64::NAN, "null"),
            (-0.0, "-0.0"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (f64::MAX, "1.7976931348623157e+308"),
            (5e-324, "5e-324"),
            (100.0, "100.0"),
            (123_456.789e10, "1.23456789e+15"),
            (-1.25, "-1.25"),
            // Where the writer of Nix is not the shortest or not the closest.
            (4.456_407_672_509_218e16, "4.4564076725092176e+16"),
            (12_038_125_887_765.938, "12038125887765.937"),
            (3.083_205_680_317_208_3e197, "3.0832056803172084e+197"),
            (3.344_276_700_947_361e16, "3.3442767009473608e+16"),
        ];
        for (value, expected) in cases {
            assert_eq!(text(write_json_float, value), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn json_reads_back(bits: u64) {
            let value = f64::from_bits(bits);
            if value.is_finite() {
                let back: f64 = text(write_json_float, value).parse().expect("a float");
                assert_eq!(back.to_bits(), bits);
            }
        }
    }
}
