//! System, processor and memory.

use super::{Finding, size};
use crate::about;
use crate::sam::{InstructionSet, instruction_set};

/// Networks of full size need about this much memory.
const ENOUGH: u64 = 2_000_000_000;

pub(super) fn check() -> Vec<Finding> {
    vec![Finding::ok(about::system()), processor(), kernels(), memory()]
}

fn processor() -> Finding {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let name = processor_name().unwrap_or_else(|| std::env::consts::ARCH.into());
    let threads = rayon::current_num_threads();
    let features = features().join(", ");
    let text = format!("{name}; {cores} processors, {threads} threads for networks; {features}");
    Finding::ok(text.trim_end_matches("; "))
}

fn processor_name() -> Option<String> {
    let info = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = info.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// What matters to the networks.
#[cfg(target_arch = "x86_64")]
fn features() -> Vec<&'static str> {
    let known = [
        ("SSE4.2", is_x86_feature_detected!("sse4.2")),
        ("AVX2", is_x86_feature_detected!("avx2")),
        ("FMA", is_x86_feature_detected!("fma")),
        ("AVX-512", is_x86_feature_detected!("avx512f")),
    ];
    known.into_iter().filter_map(|(name, is_there)| is_there.then_some(name)).collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn features() -> Vec<&'static str> {
    vec![]
}

fn kernels() -> Finding {
    let set = instruction_set();
    let text = format!("kernels of the networks: {set}");
    match set {
        InstructionSet::Scalar => Finding::warning(
            text,
            "this processor has no vector instructions that the networks use, so encoding takes several times as \
             long; choose a smaller input (NAME@512)",
        ),
        _ => Finding::ok(text),
    }
}

fn memory() -> Finding {
    let Some((total, available)) = memory_sizes() else {
        return Finding::ok("memory: not known on this system");
    };
    let text = format!("memory: {} of {} available", size(available), size(total));
    match available {
        0..ENOUGH => Finding::warning(text, "close other programs, or use a small model such as mobile-sam"),
        _ => Finding::ok(text),
    }
}

/// Total and available bytes, within the limit of the container if there is one.
fn memory_sizes() -> Option<(u64, u64)> {
    let info = std::fs::read_to_string("/proc/meminfo").ok()?;
    let (total, available) = (kilobytes(&info, "MemTotal:")?, kilobytes(&info, "MemAvailable:")?);
    let number = |file| std::fs::read_to_string(file).ok()?.trim().parse::<u64>().ok();
    let limit = number("/sys/fs/cgroup/memory.max").filter(|limit| *limit < total);
    let left =
        limit.zip(number("/sys/fs/cgroup/memory.current")).map(|(limit, used)| limit.saturating_sub(used));
    Some((limit.unwrap_or(total), left.map_or(available, |left| left.min(available))))
}

/// A value of `/proc/meminfo` in bytes.
fn kilobytes(info: &str, name: &str) -> Option<u64> {
    let value = info.lines().find_map(|line| line.strip_prefix(name))?;
    Some(value.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_in_kilobytes() {
        let info = "MemTotal:       16000000 kB\nMemAvailable:    4000000 kB\n";
        assert_eq!(kilobytes(info, "MemAvailable:"), Some(4_096_000_000));
        assert_eq!(kilobytes(info, "SwapTotal:"), None);
        assert_eq!(check().len(), 4);
    }
}
