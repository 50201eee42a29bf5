//! Any program ends in a value, a fault or a limit, however it is run.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| nixscope_fuzz::evaluate(bytes));
