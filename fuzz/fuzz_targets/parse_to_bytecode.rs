//! Any bytes become a tree, expressions and instructions, or a diagnostic.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| nixscope_fuzz::parse_to_bytecode(bytes));
