-- Only the hook that runs after the load: a `request` hook would slow wrk down on every request.
function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        'wrk: {"requests": %d, "microseconds": %d, "p50": %g, "p99": %g, "errors": %d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
