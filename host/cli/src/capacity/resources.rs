//! What can run out.

/// One thing that does. Its queries answer with one series at most.
pub(crate) struct Resource {
    pub(crate) name: &'static str,
    pub(crate) unit: Unit,
    /// How much of it is used.
    pub(crate) used: &'static str,
    /// How much of it there is. `$per_replica` is what was given as that.
    pub(crate) limit: &'static str,
    /// Who would have to say how much is used.
    pub(crate) source: &'static str,
    /// What to do before it runs out.
    pub(crate) advice: &'static str,
}

/// How to write an amount.
#[derive(Clone, Copy)]
pub(crate) enum Unit {
    /// So many, with a word.
    Count(&'static str),
    Bytes,
    /// Parts of a whole.
    Share,
}

pub(crate) const RESOURCES: [Resource; 8] = [
    Resource {
        name: "requests",
        unit: Unit::Count("req/s"),
        used: "sum(rate(http_requests_total{job=\"pynomaly-app\",route!~\"/health|/ready|/metrics\"}[5m]))",
        limit: "$per_replica * count(up{job=\"pynomaly-app\"} == 1)",
        source: "the server",
        advice: "add replicas",
    },
    Resource {
        name: "processor",
        unit: Unit::Count("cores"),
        used: "sum(rate(container_cpu_usage_seconds_total{container=\"pynomaly\"}[5m]))",
        limit: "sum(container_spec_cpu_quota{container=\"pynomaly\"} / container_spec_cpu_period{container=\"pynomaly\"})",
        source: "cAdvisor",
        advice: "add replicas, or give each more of the processor",
    },
    Resource {
        name: "memory of a replica",
        unit: Unit::Bytes,
        used: "max(container_memory_working_set_bytes{container=\"pynomaly\"})",
        limit: "min(container_spec_memory_limit_bytes{container=\"pynomaly\"} > 0)",
        source: "cAdvisor",
        advice: "raise the memory limit of the container, or keep fewer answers and models warm",
    },
    Resource {
        name: "detections to write",
        unit: Unit::Count("waiting"),
        used: "max(pynomaly_queue_length{queue=\"writes\"})",
        limit: "min(pynomaly_queue_places{queue=\"writes\"})",
        source: "the server",
        advice: "give the database faster disks",
    },
    Resource {
        name: "database connections",
        unit: Unit::Count("connections"),
        used: "sum(pg_stat_database_numbackends)",
        limit: "min(pg_settings_max_connections)",
        source: "the Postgres exporter",
        advice: "put PgBouncer between, or raise max_connections",
    },
    Resource {
        name: "disk",
        unit: Unit::Share,
        used: "max(1 - node_filesystem_avail_bytes{fstype!~\"tmpfs|overlay|squashfs\"} / node_filesystem_size_bytes{fstype!~\"tmpfs|overlay|squashfs\"})",
        limit: "vector(1)",
        source: "the node exporter",
        advice: "enlarge the disk, or keep detections for fewer days (PYNOMALY_HISTORY_DAYS)",
    },
    Resource {
        name: "memory of Redis",
        unit: Unit::Bytes,
        used: "max(redis_memory_used_bytes)",
        limit: "min(redis_memory_max_bytes > 0)",
        source: "the Redis exporter",
        advice: "raise maxmemory, or keep answers for less long (CACHE_DEFAULT_TIMEOUT)",
    },
    Resource {
        name: "fuel of a day",
        unit: Unit::Count("fuel"),
        used: "sum(increase(pynomaly_fuel_used_total[1d]))",
        limit: "max(job:fuel_budget:per_day)",
        source: "the server",
        advice: "add replicas and raise the budget, or lower quotas",
    },
];

impl Unit {
    /// An amount as people read it.
    pub(crate) fn write(self, amount: f64) -> String {
        const MIB: f64 = 1_048_576.0;
        match self {
            Self::Count(word) if amount >= 1e6 => format!("{amount:.2e} {word}"),
            Self::Count(word) => format!("{amount:.1} {word}"),
            Self::Bytes => format!("{:.0} MiB", amount / MIB),
            Self::Share => format!("{:.1} %", amount * 100.0),
        }
    }

    /// A change of an amount.
    pub(crate) fn write_change(self, amount: f64) -> String {
        let sign = if amount < 0.0 { "-" } else { "+" };
        format!("{sign}{}", self.write(amount.abs()))
    }
}
