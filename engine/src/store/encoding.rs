//! The four ways Nix spells bytes as text: base 16, Nix's own base 32, base 64.
//!
//! Knows nothing of hashes or paths, and never fails but for a character outside the alphabet.

/// Nix's base 32: no `e`, `o`, `u`, `t`, so that no hash spells a rude word.
pub(super) const NIX32_ALPHABET: &[u8; 32] = b"0123456789abcdfghijklmnpqrsvwxyz";
const BASE64_ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const NO_DIGIT: u8 = 0xff;

const fn digits_of<const N: usize>(alphabet: &[u8; N]) -> [u8; 256] {
    let mut table = [NO_DIGIT; 256];
    let mut i = 0;
    while i < N {
        table[alphabet[i] as usize] = i as u8;
        i += 1;
    }
    table
}

static NIX32_DIGITS: [u8; 256] = digits_of(NIX32_ALPHABET);
static BASE64_DIGITS: [u8; 256] = digits_of(BASE64_ALPHABET);

static HEX_PAIRS: [[u8; 2]; 256] = {
    let alphabet = b"0123456789abcdef";
    let mut table = [[0; 2]; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = [alphabet[i >> 4], alphabet[i & 15]];
        i += 1;
    }
    table
};

/// A character that the encoding does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadDigit(pub(super) u8);

/// Appends `bytes` in lower-case base 16.
pub(super) fn push_base16(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len() * 2);
    for &byte in bytes {
        out.extend_from_slice(&HEX_PAIRS[byte as usize]);
    }
}

/// The 64 digits of a 32-byte hash, without touching the heap.
pub(super) fn base16_of_32(bytes: &[u8; 32]) -> [u8; 64] {
    let mut out = [0; 64];
    for (pair, &byte) in out.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&HEX_PAIRS[byte as usize]);
    }
    out
}

/// How many base 32 digits `len` bytes take.
pub(super) const fn nix32_len(len: usize) -> usize {
    if len == 0 { 0 } else { (len * 8 - 1) / 5 + 1 }
}

/// How many base 64 digits, padding counted, `len` bytes take.
pub(super) const fn base64_len(len: usize) -> usize {
    len.div_ceil(3) * 4
}

/// Whether Nix's base 32 has this digit.
pub(super) fn is_nix32_digit(byte: u8) -> bool {
    NIX32_DIGITS[byte as usize] != NO_DIGIT
}

/// Appends `bytes` in Nix's base 32: least significant digit last.
pub(super) fn push_nix32(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend((0..nix32_len(bytes.len())).rev().map(|n| {
        let (byte, bit) = (n * 5 / 8, n * 5 % 8);
        let low = u16::from(bytes[byte]);
        let high = bytes.get(byte + 1).map_or(0, |&it| u16::from(it));
        NIX32_ALPHABET[usize::from((low | high << 8) >> bit & 0x1f)]
    }));
}

/// Appends `bytes` in padded base 64.
pub(super) fn push_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    for chunk in bytes.chunks(3) {
        let mut word = [0; 3];
        word[..chunk.len()].copy_from_slice(chunk);
        let word = u32::from(word[0]) << 16 | u32::from(word[1]) << 8 | u32::from(word[2]);
        for digit in 0..4 {
            let is_padding = digit > chunk.len();
            let index = word >> (18 - 6 * digit) & 0x3f;
            out.push(if is_padding { b'=' } else { BASE64_ALPHABET[index as usize] });
        }
    }
}

/// Reads base 16 in either case; an odd last digit is left out.
pub(super) fn decode_base16(text: &[u8]) -> Result<Vec<u8>, BadDigit> {
    let digit = |it: u8| char::from(it).to_digit(16).map(|it| it as u8).ok_or(BadDigit(it));
    text.chunks_exact(2).map(|pair| Ok(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// Reads Nix's base 32. Bits beyond the last whole byte make one byte more, as they do in Nix, so that the length tells.
pub(super) fn decode_nix32(text: &[u8]) -> Result<Vec<u8>, BadDigit> {
    let mut out = Vec::with_capacity((text.len() * 5).div_ceil(8));
    for (n, &it) in text.iter().rev().enumerate() {
        let digit = NIX32_DIGITS[it as usize];
        if digit == NO_DIGIT {
            return Err(BadDigit(it));
        }
        let (byte, bit) = (n * 5 / 8, n * 5 % 8);
        let wide = u16::from(digit) << bit;
        if out.len() <= byte {
            out.push(0);
        }
        out[byte] |= wide as u8;
        if wide >> 8 != 0 {
            out.push((wide >> 8) as u8);
        }
    }
    Ok(out)
}

/// Reads base 64 up to the first `=`; line ends are skipped and left-over bits dropped.
pub(super) fn decode_base64(text: &[u8]) -> Result<Vec<u8>, BadDigit> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut word, mut bits) = (0u32, 0);
    for &it in text.iter().take_while(|&&it| it != b'=').filter(|&&it| it != b'\n') {
        let digit = BASE64_DIGITS[it as usize];
        if digit == NO_DIGIT {
            return Err(BadDigit(it));
        }
        word = word << 6 | u32::from(digit);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((word >> bits) as u8);
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(push: fn(&mut Vec<u8>, &[u8]), bytes: &[u8]) -> String {
        let mut out = Vec::new();
        push(&mut out, bytes);
        String::from_utf8(out).expect("every alphabet is ASCII")
    }

    #[test]
    fn every_length_survives_the_round_trip() {
        let bytes: Vec<u8> = (0..70u8).map(|it| it.wrapping_mul(37).wrapping_add(11)).collect();
        for len in 0..bytes.len() {
            let bytes = &bytes[..len];
            assert_eq!(decode_base16(text(push_base16, bytes).as_bytes()).as_deref(), Ok(bytes));
            assert_eq!(decode_base64(text(push_base64, bytes).as_bytes()).as_deref(), Ok(bytes));
            assert_eq!(decode_nix32(text(push_nix32, bytes).as_bytes()).as_deref(), Ok(bytes));
            assert_eq!(text(push_base64, bytes).len(), base64_len(len));
            assert_eq!(text(push_nix32, bytes).len(), nix32_len(len));
        }
    }

    #[test]
    fn foreign_digits_are_named() {
        assert_eq!(decode_base16(b"0g"), Err(BadDigit(b'g')));
        assert_eq!(decode_nix32(b"0e"), Err(BadDigit(b'e')));
        assert_eq!(decode_base64(b"ab$c"), Err(BadDigit(b'$')));
    }
}
