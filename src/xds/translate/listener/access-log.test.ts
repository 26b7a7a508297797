import { describe, expect, it } from 'vitest';
import { gatewayModel } from '../../../../e2e/support/gateway-model.ts';
import { accessLogs } from './access-log.ts';

const { settings } = gatewayModel();

/** The bytes hold the format as text, which is enough to look for words. */
function formatOf(accessLog: 'metadata' | 'full'): string {
  return Buffer.from(accessLogs({ ...settings, accessLog })[0]?.configType.value.value ?? []).toString();
}

describe('accessLogs', () => {
  it('writes nothing where the policy says so', () => {
    expect(accessLogs({ ...settings, accessLog: 'off' })).toEqual([]);
  });

  it('shows request headers only where the policy says so', () => {
    expect(formatOf('metadata')).not.toContain('user-agent');
    expect(formatOf('full')).toContain('user-agent');
  });

  it.each(['metadata', 'full'] as const)(
    'shows no header that may hold a credential, and no query: %s',
    (accessLog) => {
      expect(formatOf(accessLog)).not.toMatch(/authorization|cookie|api-key|REQ\(:PATH\)|credential/i);
      expect(formatOf(accessLog)).toContain('%PATH(NQ)%');
    },
  );
});
