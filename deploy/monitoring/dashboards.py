"""Writes the Grafana dashboards: `python deploy/monitoring/dashboards.py`.

Each entry of BOARDS is a dashboard, each of its lines a panel: title, unit, and what to draw, as
(query, legend). `cargo xtask drill monitoring` asks a real Prometheus every query, and refuses one
that draws nothing, and files that this script would write otherwise.
"""

import sys
from pathlib import Path

from grafana_foundation_sdk.builders import common, dashboard, prometheus, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement
from grafana_foundation_sdk.models.dashboard import DataSourceRef, GridPos

FOLDER = Path(__file__).parent / "grafana/dashboards"
APP = 'job="pynomaly-app"'
#: What a version of a plugin is known by.
VERSION = "plugin, version"
WIDTH, HEIGHT = 12, 8


def quantiles(selector="", by="le"):
    """The percentiles of the guide."""
    rate = f"rate(http_request_duration_seconds_bucket{{{APP}{selector}}}[$__rate_interval])"
    return [
        (f"histogram_quantile({share}, sum by ({by}) ({rate}))", f"{name}th percentile")
        for share, name in ((0.50, "50"), (0.95, "95"), (0.99, "99"))
    ]


def requests(selector, by):
    """Requests a second."""
    return f"sum by ({by}) (rate(http_requests_total{{{APP},{selector}}}[$__rate_interval]))"


def rate(metric, by, selector=""):
    """Any counter a second."""
    return f"sum by ({by}) (rate({metric}{{{selector}}}[$__rate_interval]))"


BOARDS = {
    "production": ("Pynomaly: production", [
        ("Request rate", "reqps", [
            (f"sum by (method, status) (rate(http_requests_total{{{APP}}}[$__rate_interval]))",
             "{{method}} {{status}}")]),
        ("Response time percentiles", "s", quantiles()),
        ("Error rate", "reqps", [(requests('status=~"4..|5.."', "status"), "{{status}} errors")]),
        ("Active connections", "short", [
            ("sum by (instance) (pynomaly_active_connections)", "{{instance}}")]),
        ("Share of requests answered 5xx", "percentunit", [
            ("job:http_errors:ratio5m", "5 minutes"),
            ("slo:availability_errors:ratio1h", "1 hour"),
            ("slo:availability_errors:ratio3d", "3 days")]),
        ("Share of requests slower than a second", "percentunit", [
            ("slo:latency_errors:ratio5m", "5 minutes"),
            ("slo:latency_errors:ratio1h", "1 hour"),
            ("slo:latency_errors:ratio3d", "3 days")]),
        ("Allowance of the month burnt, times the even pace", "short", [
            ("slo:availability_errors:ratio1h / 0.001", "availability"),
            ("slo:latency_errors:ratio1h / 0.01", "latency")]),
        ("Ready", "bool", [('probe_success{job="pynomaly-ready"}', "{{instance}}")]),
    ]),
    "plugins": ("Pynomaly: plugins", [
        ("Detections by detector", "ops", [
            (rate("pynomaly_detections_total", "detector", APP), "{{detector}}")]),
        ("Detections by outcome", "ops", [
            (rate("pynomaly_detections_total", "outcome", APP), "{{outcome}}")]),
        ("Faults and limits by detector", "ops", [
            (rate("pynomaly_detections_total", "detector, outcome",
                  APP + ',outcome=~"fault|limit|busy"'), "{{detector}} {{outcome}}")]),
        ("Fuel by detector", "short", [
            (rate("pynomaly_fuel_used_total", "detector", APP), "{{detector}}")]),
        ("Fuel of the last day, share of the budget", "percentunit", [
            ("job:fuel_used:increase1d / job:fuel_budget:per_day", "{{job}}")]),
        ("Time of detections", "s", quantiles(',route="/api/v1/detect"')),
        ("Time of scores by models", "s", quantiles(',route="/api/v1/models/{id}/score"')),
        ("Changes of plugins by admins", "reqps", [
            (requests('route=~"/api/v1/admin/plugins.*"', "route, status"),
             "{{route}} {{status}}")]),
        ("Calls by version", "ops", [
            (rate("pynomaly_plugin_calls_total", VERSION, APP), "{{plugin}} {{version}}")]),
        ("Calls without scores by kind", "ops", [
            (rate("pynomaly_plugin_errors_total", VERSION + ", kind", APP),
             "{{plugin}} {{version}} {{kind}}")]),
        ("Time of calls, 95th percentile", "s", [
            (f"histogram_quantile(0.95, sum by ({VERSION}, le) "
             f"(rate(pynomaly_plugin_call_duration_seconds_bucket{{{APP}}}[$__rate_interval])))",
             "{{plugin}} {{version}}")]),
        ("Fuel of a call", "short", [
            (f"{rate('pynomaly_plugin_fuel_total', VERSION, APP)} "
             f"/ {rate('pynomaly_plugin_calls_total', VERSION, APP)}", "{{plugin}} {{version}}")]),
        ("Breakers: 0 calls pass, 1 one at a time tries, 2 none pass", "short", [
            (f"max by ({VERSION}) (pynomaly_plugin_breaker_open{{{APP}}})",
             "{{plugin}} {{version}}")]),
        ("What breakers did", "ops", [
            (rate("pynomaly_plugin_breaker_trips_total", VERSION, APP),
             "{{plugin}} {{version}} opened"),
            (rate("pynomaly_plugin_breaker_refused_total", VERSION, APP),
             "{{plugin}} {{version}} kept away")]),
        ("Versions by state", "short", [
            (f"count by (state) (max by ({VERSION}, state) (pynomaly_plugin_state{{{APP}}}))",
             "{{state}}")]),
        ("Models in memory", "short", [
            (f"sum by ({VERSION}) (pynomaly_plugin_warm_models{{{APP}}})",
             "{{plugin}} {{version}}")]),
        ("The most memory of an instance", "bytes", [
            (f"max by ({VERSION}) (pynomaly_plugin_memory_peak_bytes{{{APP}}})",
             "{{plugin}} {{version}}")]),
        ("Time to compile", "s", [
            (f"max by ({VERSION}) (pynomaly_plugin_compile_seconds{{{APP}}})",
             "{{plugin}} {{version}}")]),
    ]),
    "accounts": ("Pynomaly: accounts", [
        ("Logins", "reqps", [
            (requests('route="/api/v1/auth/login"', "status"), "{{status}}")]),
        ("Sessions: refresh, logout, me", "reqps", [
            (requests('route=~"/api/v1/auth/(refresh|logout|me)"', "route, status"),
             "{{route}} {{status}}")]),
        ("API keys", "reqps", [
            (requests('route=~"/api/v1/api-keys.*"', "method, status"), "{{method}} {{status}}")]),
        ("Refused: not logged in, not allowed, too many", "reqps", [
            (requests('status=~"401|403|429"', "status"), "{{status}}")]),
        ("Administration", "reqps", [
            (requests('route=~"/api/v1/admin/.*"', "route"), "{{route}}")]),
        ("Time of logins", "s", quantiles(',route="/api/v1/auth/login"')),
    ]),
    "database": ("Pynomaly: database", [
        ("Connections", "short", [
            ("sum by (datname) (pg_stat_database_numbackends)", "{{datname}}"),
            ("max(pg_settings_max_connections)", "allowed")]),
        ("Transactions", "ops", [
            (rate("pg_stat_database_xact_commit", "datname", 'datname="pynomaly"'), "committed"),
            (rate("pg_stat_database_xact_rollback", "datname", 'datname="pynomaly"'),
             "rolled back")]),
        ("Share of blocks read from memory", "percentunit", [
            ('sum(rate(pg_stat_database_blks_hit{datname="pynomaly"}[$__rate_interval])) / '
             '(sum(rate(pg_stat_database_blks_hit{datname="pynomaly"}[$__rate_interval])) + '
             'sum(rate(pg_stat_database_blks_read{datname="pynomaly"}[$__rate_interval])))',
             "hit")]),
        ("Slowest statements", "s", [
            ("topk(10, queryid:statement_seconds:mean5m)", "{{queryid}}")]),
        ("Size", "bytes", [
            ("topk(10, pg_table_size_bytes)", "{{relname}}"),
            ('pg_database_size_bytes{datname="pynomaly"}', "all")]),
        ("Rows that wait for vacuum", "short", [
            ("topk(10, pg_table_dead_rows)", "{{relname}}")]),
        ("Standbys behind, seconds", "s", [("pg_standby_lag_seconds", "{{application_name}}")]),
        ("Standbys behind, bytes", "bytes", [("pg_standby_lag_bytes", "{{application_name}}")]),
        ("Locks", "short", [
            ('sum by (mode) (pg_locks_count{datname="pynomaly"})', "{{mode}}")]),
        ("Oldest transaction", "s", [
            ('max(pg_stat_activity_max_tx_duration{datname="pynomaly"})', "seconds")]),
    ]),
    "cache": ("Pynomaly: cache", [
        ("Memory", "bytes", [
            ("redis_memory_used_bytes", "used"), ("redis_memory_max_bytes", "allowed")]),
        ("Clients", "short", [("redis_connected_clients", "{{instance}}")]),
        ("Commands", "ops", [
            (rate("redis_commands_total", "cmd"), "{{cmd}}")]),
        ("Keys", "short", [('redis_db_keys{db="db0"}', "{{db}}")]),
        ("Forgotten before their time", "ops", [
            (rate("redis_evicted_keys_total", "instance"), "evicted")]),
        ("Share of look-ups that found something", "percentunit", [
            ("sum(rate(redis_keyspace_hits_total[$__rate_interval])) / "
             "(sum(rate(redis_keyspace_hits_total[$__rate_interval])) + "
             "sum(rate(redis_keyspace_misses_total[$__rate_interval])))", "hit")]),
        ("Answers that were not computed again", "ops", [
            (rate("pynomaly_detections_total", "detector", APP + ',outcome="cached"'),
             "{{detector}}")]),
    ]),
    "capacity": ("Pynomaly: capacity", [
        ("Processor time of the servers, share of the limit", "percentunit", [
            ('sum by (instance, id) '
             '(rate(container_cpu_usage_seconds_total{container="pynomaly"}[$__rate_interval])) '
             '/ sum by (instance, id) (container_spec_cpu_quota{container="pynomaly"} '
             '/ container_spec_cpu_period{container="pynomaly"})', "{{instance}}")]),
        ("Memory of the servers, share of the limit", "percentunit", [
            ('container_memory_working_set_bytes{container="pynomaly"} '
             '/ container_spec_memory_limit_bytes{container="pynomaly"}', "{{instance}}")]),
        ("Processors of the hosts", "percentunit", [
            ('1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[$__rate_interval]))',
             "{{instance}}")]),
        ("Memory of the hosts", "percentunit", [
            ("1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes", "{{instance}}")]),
        ("Disks of the hosts", "percentunit", [
            ('1 - node_filesystem_avail_bytes{fstype!~"tmpfs|overlay|squashfs"} '
             '/ node_filesystem_size_bytes{fstype!~"tmpfs|overlay|squashfs"}',
             "{{instance}} {{mountpoint}}")]),
        ("Requests a second by replica", "reqps", [
            (requests('route!~"/health|/ready|/metrics"', "instance"), "{{instance}}")]),
        ("Connections of the database, share of those allowed", "percentunit", [
            ("datname:connections:ratio", "taken")]),
        ("Connections at the proxy", "short", [("nginx_connections_active", "{{instance}}")]),
        ("Requests at the proxy", "reqps", [
            (rate("nginx_http_requests_total", "instance"), "{{instance}}")]),
        ("Days until certificates expire", "d", [
            ('(probe_ssl_earliest_cert_expiry{job="certificates"} - time()) / 86400',
             "{{instance}}"),
            ("(pynomaly_tls_certificate_expiry_timestamp_seconds - time()) / 86400",
             "{{instance}}, a server's own")]),
        ("Queues, share of their places", "percentunit", [
            ("max by (queue) (pynomaly_queue_length / (pynomaly_queue_places > 0))", "{{queue}}")]),
    ]),
}


def panel(index, title, unit, queries):
    """A graph in its place, two a row."""
    place = GridPos(h=HEIGHT, w=WIDTH, x=index % 2 * WIDTH, y=index // 2 * HEIGHT)
    legend = (
        common.VizLegendOptions().display_mode(LegendDisplayMode.LIST)
        .placement(LegendPlacement.BOTTOM).show_legend(True)
    )
    built = (
        timeseries.Panel().title(title).unit(unit).min(0).grid_pos(place).legend(legend)
        .datasource(DataSourceRef(type_val="prometheus", uid="${datasource}"))
    )
    for number, (query, words) in enumerate(queries):
        target = prometheus.Dataquery().expr(query).legend_format(words)
        built = built.with_target(target.ref_id(chr(ord("A") + number)))
    return built


def board(name):
    """One dashboard as JSON."""
    title, panels = BOARDS[name]
    built = (
        dashboard.Dashboard(title).uid(f"pynomaly-{name}").tags(["pynomaly", "production"])
        .refresh("30s").time("now-1h", "now").timezone("browser")
        .with_variable(dashboard.DatasourceVariable("datasource").label("Prometheus")
                       .type("prometheus"))
    )
    for index, (title, unit, queries) in enumerate(panels):
        built = built.with_panel(panel(index, title, unit, queries).id(index + 1))
    return JSONEncoder(sort_keys=True, indent=2).encode(built.build()) + "\n"


def main():
    """Writes all of them; with `--check` only says which would change."""
    stale = []
    for name in BOARDS:
        path = FOLDER / f"{name}.json"
        text = board(name)
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path.name)
    if stale:
        sys.exit(f"{', '.join(stale)}: run python deploy/monitoring/dashboards.py")


if __name__ == "__main__":
    main()
