import type { GatewaySettings } from './gateway.ts';

/**
 * Whether somebody reads how the attempts of a request went: usage records, and spans. Of spans that the environment of a
 * processor asks for, nobody knows here.
 */
export function recordsAttempts({
  usageRecords,
  otlpEndpoint,
}: Pick<GatewaySettings, 'usageRecords' | 'otlpEndpoint'>): boolean {
  return usageRecords.file !== '' || usageRecords.redisStream !== '' || otlpEndpoint !== undefined;
}
