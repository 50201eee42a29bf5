//! How long the paths of derivations take: a graph like that of a package set, without evaluation.
//!
//! `cargo run --profile fast --example derivations [COUNT] [BYTES OF SCRIPT IN EACH]`

#![expect(clippy::print_stdout, reason = "the numbers are what it is run for")]
#![expect(clippy::disallowed_methods, reason = "it is timed, and told how much to do")]

use std::borrow::Cow;
use std::time::Instant;

use nixscope_engine::store::{Derivation, HashModuloMemo, InputDrv, Output, StorePath};

fn main() {
    let arg = |i: usize, or: usize| std::env::args().nth(i).and_then(|it| it.parse().ok()).unwrap_or(or);
    let (n, env_size) = (arg(1, 20_000), arg(2, 0));
    let script = "echo \"building\"\ncd $src && make -j8 install PREFIX=$out\n".repeat(env_size.div_ceil(52));
    let mut memo = HashModuloMemo::default();
    let mut paths: Vec<StorePath> = Vec::new();
    let mut names: Vec<(String, String)> = Vec::new();
    let start = Instant::now();
    for i in 0..n {
        let name = format!("node-{i}");
        let number = i.to_string();
        let mut inputs: Vec<_> = [13, 17, 19, 20].iter().filter_map(|k| i.checked_sub(*k)).collect();
        inputs.sort_by_key(|&it| &paths[it]);
        let deps = inputs.iter().map(|&it| names[it].1.as_str()).collect::<Vec<_>>().join(" ");
        let bytes = |it: &'static str| -> Cow<'_, [u8]> { Cow::Borrowed(it.as_bytes()) };
        let mut drv = Derivation {
            name: name.as_str().into(),
            outputs: vec![("dev".into(), Output::Deferred), ("out".into(), Output::Deferred)],
            input_drvs: inputs
                .iter()
                .map(|&it| InputDrv { drv: paths[it].as_ref(), output: Some("dev".into()) })
                .collect(),
            input_srcs: Vec::new(),
            platform: bytes("x86_64-linux"),
            builder: bytes("/bin/sh"),
            args: vec![bytes("-c"), bytes("echo")],
            env: vec![
                (bytes("CFLAGS"), bytes("-I/include")),
                (bytes("builder"), bytes("/bin/sh")),
                (bytes("deps"), deps.as_bytes().into()),
                (bytes("name"), name.as_bytes().into()),
                (bytes("outputs"), bytes("out dev")),
                (bytes("passthru_a"), bytes("a")),
                (bytes("passthru_b"), number.as_bytes().into()),
                (bytes("script"), script.as_bytes().into()),
                (bytes("system"), bytes("x86_64-linux")),
            ],
        };
        let res = memo.instantiate(&mut drv).expect("inputs come first");
        paths.push(res.drv_path);
        names.push((res.outputs[1].to_string(), res.outputs[0].to_string()));
    }
    let time = start.elapsed();
    println!("{n} derivations: {time:?}, {:?} each; last {}", time / n as u32, paths[n - 1]);
}
