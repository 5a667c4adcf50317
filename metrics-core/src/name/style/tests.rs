use super::*;
use Kind::{Counter, Gauge, Histogram, Info, Summary, Unknown};

/// Of the Go and Python clients, node_exporter, Prometheus itself and others that are held up as examples.
#[rustfmt::skip]
const GOOD: &[(Kind, &[&str])] = &[
    (Counter, &[
        "process_cpu_seconds_total", "process_network_receive_bytes_total", "go_gc_cycles_total_gc_cycles_total",
        "go_memstats_alloc_bytes_total", "go_memstats_frees_total", "go_memstats_mallocs_total",
        "promhttp_metric_handler_requests_total", "python_gc_objects_collected_total",
        "python_gc_objects_uncollectable_total", "python_gc_collections_total", "node_context_switches_total",
        "node_cpu_seconds_total", "node_cpu_guest_seconds_total", "node_cpu_core_throttles_total",
        "node_disk_discarded_sectors_total", "node_disk_io_time_seconds_total",
        "node_disk_io_time_weighted_seconds_total", "node_disk_read_bytes_total", "node_disk_read_time_seconds_total",
        "node_disk_reads_completed_total", "node_disk_writes_merged_total", "node_disk_written_bytes_total",
        "node_edac_correctable_errors_total", "node_forks_total", "node_intr_total",
        "node_network_receive_bytes_total", "node_network_receive_errs_total", "node_network_transmit_packets_total",
        "node_pressure_cpu_waiting_seconds_total", "node_pressure_io_stalled_seconds_total",
        "node_rapl_package_joules_total", "node_schedstat_running_seconds_total", "node_schedstat_timeslices_total",
        "node_softnet_dropped_total", "node_softnet_times_squeezed_total", "node_timex_pps_calibration_total",
        "prometheus_http_requests_total", "prometheus_notifications_sent_total",
        "prometheus_remote_storage_samples_in_total", "prometheus_rule_evaluations_total",
        "prometheus_target_scrapes_exceeded_sample_limit_total", "prometheus_tsdb_checkpoint_creations_total",
        "prometheus_tsdb_head_chunks_created_total", "prometheus_tsdb_head_series_created_total",
        "prometheus_tsdb_size_retentions_total", "prometheus_tsdb_time_retentions_total",
        "net_conntrack_dialer_conn_attempted_total", "grpc_server_handled_total", "grpc_server_msg_received_total",
        "http_requests_total", "container_cpu_usage_seconds_total", "alertmanager_notifications_total",
        "etcd_server_proposals_failed_total", "coredns_dns_requests_total", "rest_client_requests_total",
    ]),
    (Gauge, &[
        "process_open_fds", "process_max_fds", "process_virtual_memory_bytes", "process_virtual_memory_max_bytes",
        "process_resident_memory_bytes", "process_start_time_seconds", "process_threads", "process_heap_bytes",
        "go_goroutines", "go_threads", "go_memstats_alloc_bytes", "go_memstats_buck_hash_sys_bytes",
        "go_memstats_gc_sys_bytes", "go_memstats_heap_idle_bytes", "go_memstats_heap_objects",
        "go_memstats_last_gc_time_seconds", "go_memstats_mcache_inuse_bytes", "go_memstats_next_gc_bytes",
        "go_memstats_stack_inuse_bytes", "go_gc_gomemlimit_bytes", "go_sched_gomaxprocs_threads",
        "go_sched_goroutines_goroutines", "promhttp_metric_handler_requests_in_flight", "node_arp_entries",
        "node_bonding_active", "node_boot_time_seconds", "node_cooling_device_cur_state", "node_cpu_frequency_hertz",
        "node_cpu_scaling_frequency_max_hertz", "node_disk_io_now", "node_filefd_allocated",
        "node_filesystem_avail_bytes", "node_filesystem_device_error", "node_filesystem_files_free",
        "node_filesystem_readonly", "node_filesystem_size_bytes", "node_hwmon_chip_names", "node_hwmon_fan_rpm",
        "node_hwmon_sensor_label", "node_hwmon_temp_celsius", "node_hwmon_temp_crit_alarm_celsius", "node_load1",
        "node_load15", "node_load5", "node_md_disks_required", "node_network_carrier", "node_network_mtu_bytes",
        "node_network_speed_bytes", "node_network_up", "node_nf_conntrack_entries_limit", "node_procs_blocked",
        "node_procs_running", "node_scrape_collector_duration_seconds", "node_scrape_collector_success",
        "node_sockstat_TCP_alloc", "node_sockstat_TCP_mem_bytes", "node_sockstat_sockets_used",
        "node_textfile_mtime_seconds", "node_textfile_scrape_error", "node_thermal_zone_temp", "node_time_seconds",
        "node_time_zone_offset_seconds", "node_timex_estimated_error_seconds", "node_timex_frequency_adjustment_ratio",
        "node_timex_sync_status", "node_udp_queues", "prometheus_config_last_reload_success_timestamp_seconds",
        "prometheus_config_last_reload_successful", "prometheus_engine_queries_concurrent_max",
        "prometheus_notifications_queue_length", "prometheus_rule_group_last_evaluation_samples",
        "prometheus_rule_group_last_evaluation_timestamp_seconds", "prometheus_sd_discovered_targets",
        "prometheus_target_metadata_cache_bytes", "prometheus_tsdb_blocks_loaded", "prometheus_tsdb_head_max_time",
        "prometheus_tsdb_head_max_time_seconds", "prometheus_tsdb_head_series", "prometheus_tsdb_lowest_timestamp",
        "prometheus_tsdb_lowest_timestamp_seconds", "prometheus_tsdb_symbol_table_size_bytes",
        "prometheus_tsdb_wal_segment_current", "container_memory_working_set_bytes", "jvm_memory_used_bytes",
        "redis_connected_clients", "up", "kube_node_status_allocatable", "coredns_cache_entries",
        "geiger_counter_volts", "s3_objects", "h2_streams",
    ]),
    (Histogram, &[
        "http_request_duration_seconds", "prometheus_http_request_duration_seconds",
        "prometheus_http_response_size_bytes", "prometheus_tsdb_compaction_chunk_range_seconds",
        "prometheus_tsdb_compaction_chunk_samples", "prometheus_tsdb_compaction_chunk_size_bytes",
        "grpc_server_handling_seconds", "etcd_disk_wal_fsync_duration_seconds", "go_gc_heap_allocs_by_size_bytes",
        "go_gc_pauses_seconds", "go_sched_latencies_seconds", "apiserver_request_duration_seconds",
    ]),
    (Summary, &[
        "go_gc_duration_seconds", "prometheus_engine_query_duration_seconds", "prometheus_target_interval_length_seconds",
        "prometheus_rule_evaluation_duration_seconds", "prometheus_tsdb_wal_fsync_duration_seconds",
    ]),
    (Info, &[
        "go_info", "python_info", "node_uname_info", "node_network_info", "node_os_info", "node_dmi_info",
        "node_exporter_build_info", "prometheus_build_info", "kube_pod_info", "target_info",
    ]),
    (Unknown, &["node_vmstat_pgfault", "node_vmstat_oom_kill", "custom_thing_total", "custom_thing_count"]),
];

#[test]
fn good_names_pass() {
    for (kind, names) in GOOD {
        for name in *names {
            let found = Named::new(name, *kind).find();
            assert!(found.is_none(), "{kind} {name}: {:?}", found.map(|found| found.message.as_str().to_owned()));
        }
    }
}

/// Of the same programs, what `promtool check metrics` finds too, and what the naming rules of Prometheus advise against.
#[test]
fn those_that_break_a_rule_are_known() {
    for (name, kind, rule) in [
        ("node_memory_MemAvailable_bytes", Gauge, Rule::CamelCase),
        ("node_netstat_Tcp_CurrEstab", Unknown, Rule::CamelCase),
        ("node_entropy_available_bits", Gauge, Rule::NonBaseUnit),
        ("go_gc_gogc_percent", Gauge, Rule::NonBaseUnit),
        ("kube_pod_created", Gauge, Rule::ReservedSuffix),
        ("python_info", Gauge, Rule::ReservedSuffix),
        ("tomcat_threads_ms", Gauge, Rule::AbbreviatedUnit),
    ] {
        let found = Named::new(name, kind).find();
        assert_eq!(found.map(|found| found.rule), Some(rule), "{name}");
        let allowed = Named { allow: Rules::of(&[rule]), ..Named::new(name, kind) };
        assert!(allowed.find().is_none(), "{name}");
    }
}

#[test]
fn names_are_written_in_snake_case_for_their_owner() {
    for (name, written) in [("ordersPaid", "orders_paid"), ("a_bC_dE", "a_b_c_d_e"), ("httpServerV2", "http_server_v2")]
    {
        let found = camel_case(name, Rules::NONE).map(|found| found.message.as_str().to_owned());
        assert_eq!(found, Some(format!("names are written in snake_case; write `{written}`")));
    }
}

#[test]
fn a_prefix_is_doubled_by_whole_words() {
    let rule = |prefix, name| Named { prefix, ..Named::new(name, Counter) }.find().map(|found| found.rule);
    for (prefix, name) in [("shop", "shop_orders"), ("shop", "shop"), ("my_shop", "shop_orders"), ("a_b", "a_b_c")] {
        assert_eq!(rule(prefix, name), Some(Rule::DoubledPrefix), "{prefix} {name}");
    }
    for (prefix, name) in
        [("shop", "shopping_carts"), ("workshop", "shop_orders"), ("shop_a", "shop_orders"), ("", "x")]
    {
        assert_eq!(rule(prefix, name), None, "{prefix} {name}");
    }
}

#[test]
fn labels_are_found_by_whole_words() {
    let rule = |name: &str, label: &str| {
        let label_names = &[label];
        Named { label_names, ..Named::new(name, Counter) }.find().map(|found| found.rule)
    };
    for (name, label) in [("by_method", "method"), ("method", "method"), ("by_status_code_of", "status_code")] {
        assert_eq!(rule(name, label), Some(Rule::LabelInName), "{name} {label}");
    }
    for (name, label) in [("methods", "method"), ("by_status", "status_code"), ("unlabelled", "label")] {
        assert_eq!(rule(name, label), None, "{name} {label}");
    }
}
