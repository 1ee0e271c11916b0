use super::Usage;
use std::fs;
use std::time::Duration;

/// Length of the kernel's clock tick, which is the same for all programs whatever the machine.
const TICK: Duration = Duration::from_millis(10);

/// What the process has taken so far; zeros where the system does not say.
pub(super) fn usage(process: u32) -> Usage {
    let read = |name: &str| fs::read_to_string(format!("/proc/{process}/{name}"));
    Usage {
        cpu: read("stat").ok().and_then(|stat| cpu(&stat)).unwrap_or_default(),
        memory_bytes: read("status").ok().and_then(|status| peak(&status)).unwrap_or_default(),
    }
}

impl Usage {
    /// With what was seen later: of a process that ends the system tells less and less.
    pub(super) fn and(self, later: Self) -> Self {
        Self {
            cpu: self.cpu.max(later.cpu),
            memory_bytes: self.memory_bytes.max(later.memory_bytes),
        }
    }
}

/// The 14th and 15th field: time as the program, and time in the kernel. The second, a name in
/// brackets, may hold anything.
fn cpu(stat: &str) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut ticks = fields.split_whitespace().skip(11).map(str::parse::<u32>);
    TICK.checked_mul(ticks.next()?.ok()?.checked_add(ticks.next()?.ok()?)?)
}

fn peak(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_counted_after_the_name() {
        let stat = "7 (a) b) R 1 7 7 0 -1 4194560 1 0 0 0 150 25 0 0 20 0 1 0 9 1 1";
        assert_eq!(cpu(stat), Some(Duration::from_millis(1750)));
        assert_eq!(peak("Name:\tx\nVmHWM:\t   2048 kB\nVmRSS:\t 1 kB\n"), Some(2 * 1024 * 1024));
        assert_eq!(cpu("7 (a) R 1"), None);
        assert_eq!(peak("VmHWM: much"), None);
    }

    #[test]
    fn what_was_seen_is_not_forgotten() {
        let usage =
            |seconds, memory_bytes| Usage { cpu: Duration::from_secs(seconds), memory_bytes };
        assert_eq!(usage(1, 7).and(usage(2, 0)), usage(2, 7));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_holds_memory() {
        assert!(usage(std::process::id()).memory_bytes > 0);
        assert_eq!(usage(u32::MAX), Usage::default());
    }
}
