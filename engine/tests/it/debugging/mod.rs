//! A debugger changes nothing: what a program comes to, how long it takes and what is seen of it are the same however it
//! is stopped, looked at, and taken back and forth. Each file checks one such property on every program there is.

mod elsewhere;
mod harness;
mod looking;
mod names;
mod past;
mod places;
mod programs;
mod resolver;
mod same;
