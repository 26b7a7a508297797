import { describe, expect, it } from 'vitest';
import { clientKind, isOutlived, isRefusedVersion } from './refused-version.ts';

describe('clientKind()', () => {
  it('is what a client is, and of which version', () => {
    expect(clientKind({ id: 'envoy', userAgent: 'envoy', version: '1.40.0' })).toBe('envoy/1.40.0');
    expect(clientKind({ id: 'egress-local', userAgent: 'test', version: undefined })).toBe('test/');
  });

  it.each(['egress-76dd665fcb-sbfvw', 'egress-76dd665fcb-n4c8x-processor-1', 'team-a-egress-76dd665fcb-sbfvw'])(
    'is of %s what its Deployment makes pods of as well',
    (id) => {
      expect(clientKind({ id, userAgent: 'envoy', version: '1.40.0' })).toBe('envoy/1.40.0/76dd665fcb');
    },
  );
});

describe('isOutlived()', () => {
  it.each([
    { by: ['envoy/1'], connected: [], outlived: false },
    { by: ['envoy/1'], connected: ['envoy/1'], outlived: false },
    { by: ['envoy/1'], connected: ['envoy/1', 'envoy/2'], outlived: false },
    { by: ['envoy/1'], connected: ['envoy/2'], outlived: true },
    { by: ['envoy/1', 'envoy/2'], connected: ['envoy/2'], outlived: false },
    { by: ['envoy/1'], connected: ['sluice-processor/2'], outlived: false },
    { by: ['sluice-processor/1'], connected: ['envoy/1', 'sluice-processor/2'], outlived: true },
    { by: ['envoy/1/b'], connected: ['envoy/1/b', 'envoy/1/c'], outlived: false },
    { by: ['envoy/1/b'], connected: ['envoy/1/c'], outlived: true },
    { by: [], connected: ['envoy/1'], outlived: false },
  ])('is $outlived where $by refused it and $connected are there', ({ by, connected, outlived }) => {
    expect(isOutlived({ by }, connected)).toBe(outlived);
  });
});

describe('isRefusedVersion()', () => {
  const whole = {
    gateway: 'g',
    typeUrl: 't',
    name: 'n',
    version: 'v',
    text: 'no',
    by: ['envoy/1'],
    documents: { a: 'h' },
  };

  it('takes what is whole, and nothing else', () => {
    expect(isRefusedVersion(whole)).toBe(true);
    for (const broken of [
      { version: 1 },
      { by: 'envoy/1' },
      { by: [1] },
      { documents: null },
      { documents: { a: 1 } },
    ]) {
      expect(isRefusedVersion({ ...whole, ...broken }), JSON.stringify(broken)).toBe(false);
    }
    expect([undefined, null, 'text', {}].map(isRefusedVersion)).toEqual([false, false, false, false]);
  });
});
