use nixscope_engine::*;
fn main() {
    let dir = std::env::args().nth(1).unwrap();
    let mut files = vec![]; let mut todo = vec![std::path::PathBuf::from(dir)];
    while let Some(d) = todo.pop() { for e in std::fs::read_dir(d).unwrap() { let e = e.unwrap(); let p = e.path(); if e.file_type().unwrap().is_dir() { todo.push(p) } else if p.extension().is_some_and(|x| x == "nix") { files.push(p) } } }
    let texts: Vec<(String, Vec<u8>)> = files.iter().map(|p| (p.display().to_string(), std::fs::read(p).unwrap())).collect();
    let total: usize = texts.iter().map(|t| t.1.len()).sum();
    let t = std::time::Instant::now();
    for (_, x) in &texts { std::hint::black_box(syntax::parse(x, syntax::Features { pipe_operators: false })); }
    let p = t.elapsed();
    let limits = vm::Limits { max_depth: 10_000_000, max_heap: 16 << 30 };
    let mut vm = builtins::machine(&builtins::Features::default(), limits);
    let t = std::time::Instant::now();
    let mut bad = 0;
    for (n, x) in &texts { let d = std::path::Path::new(n).parent().unwrap().display().to_string(); if let Err(_f) = vm.read(source::Origin::File(n.clone()), x.clone().into(), &d, &[]) { bad += 1; if bad < 4 { println!("{n} {:?}", _f.data().message); } } }
    println!("{} files {} bytes parse {:?} ({:.0} MB/s) read {:?} ({:.0} MB/s) bad {}", texts.len(), total, p, total as f64 / p.as_secs_f64() / 1e6, t.elapsed(), total as f64 / t.elapsed().as_secs_f64() / 1e6, bad);
}
