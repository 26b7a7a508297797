import { issued, named, type SecretKind } from '../kind.ts';

export const observabilityKinds: readonly SecretKind[] = [
  named('datadog-key', 'Datadog API or application key', '(?:datadog|dd_api|dd_app)', '(?:[0-9a-f]{40}|[0-9a-f]{32})'),
  issued('new-relic-key', 'New Relic key', [
    'NRAK-[A-Z0-9]{27}',
    'NRII-[A-Za-z0-9_-]{32}',
    'NRJS-[0-9a-f]{19}',
    'NRRA-[0-9a-f]{42}',
  ]),
  issued('new-relic-licence-key', 'New Relic licence key', '[0-9a-f]{36}NRAL', {
    lead: { anchor: 'nral', characters: '0-9a-f', max: 36 },
  }),
  issued('grafana-token', 'Grafana token', ['glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}', 'glc_[A-Za-z0-9+/]{50,400}={0,2}'], {
    entropy: 3.5,
  }),
  issued('sentry-token', 'Sentry token', ['sntry(?:u|a)_[0-9a-f]{64}', 'sntrys_eyJ[A-Za-z0-9+/=_]{80,600}']),
  issued('sentry-dsn-secret', 'Sentry DSN with its secret part', 'https://[0-9a-f]{32}:<[0-9a-f]{32}>@'),
  named('pagerduty-key', 'PagerDuty key', 'pagerduty', '(?:u[+]|y[+])?[A-Za-z0-9_-]{18,20}', { entropy: 3.3 }),
  issued('dynatrace-token', 'Dynatrace token', 'dt0c01.[A-Z0-9]{24}[.][A-Z0-9]{64}', { entropy: 3.5 }),
  issued('honeycomb-key', 'Honeycomb key', 'hc[abx]ik_[0-9a-z]{58}', { entropy: 3.5 }),
  issued('posthog-personal-key', 'PostHog personal key', 'phx_[A-Za-z0-9]{43,48}', { entropy: 3.5 }),
];
