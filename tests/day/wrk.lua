-- What wrk prints at its end for tests/day/load.py. Times are in microseconds.
function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        'done: {"requests": %d, "failed": %d, "p50": %d, "p99": %d, "max": %d}\n',
        summary.requests,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout,
        latency:percentile(50), latency:percentile(99), latency.max
    ))
end
