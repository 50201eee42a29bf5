//! How much memory there is to use.

/// How much a program may use when nobody said: most of what the machine has.
#[must_use]
pub(crate) fn usable_memory() -> u64 {
    const FALLBACK: u64 = 8 << 30;
    let total = std::fs::read_to_string("/proc/meminfo").ok().and_then(|it| total_of(&it));
    let in_group = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|it| it.trim().parse().ok());
    let all = total.unwrap_or(FALLBACK).min(in_group.unwrap_or(u64::MAX));
    all / 10 * 9
}

/// `MemTotal` of `/proc/meminfo`, in bytes.
fn total_of(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|it| it.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}
