type Json = Readonly<Record<string, unknown>>;

/**
 * gRPC health checks of the processors. One that hangs, accepting streams and answering none, is passed over as long as a
 * sibling lives; of one that has died or drains no stream is tried first. Readiness of a pod asks the same checks.
 *
 * At this panic threshold, less than one of the 64 processors that there may be, they never take the last one out of use:
 * when none is healthy, all are tried as if there were no checks. So nobody waits for a first check either.
 */
export const processorChecks: Json = {
  health_checks: [
    {
      // A busy machine makes a processor late; what hangs for so long costs its callers more than the way around it does.
      timeout: '2s',
      // How long a processor that has died is still taken for the healthy one, should its sibling be late at that moment.
      interval: '0.25s',
      // A mistake is put right by the next check, and then costs nobody anything.
      unhealthy_interval: '0.25s',
      unhealthy_threshold: 1,
      healthy_threshold: 1,
      // Without traffic a check every minute is the default, and a new pod has none.
      no_traffic_interval: '0.25s',
      grpc_health_check: {},
    },
  ],
  common_lb_config: {
    healthy_panic_threshold: { value: 1 },
    // By default workers hear of it up to a second later.
    update_merge_window: '0s',
  },
};
