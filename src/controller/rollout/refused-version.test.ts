import { describe, expect, it } from 'vitest';
import { clientKind, isOutlived, isRefusedVersion } from './refused-version.ts';

describe('clientKind()', () => {
  it('is what a client is, and of which version', () => {
    expect(clientKind({ userAgent: 'envoy', version: '1.40.0' })).toBe('envoy/1.40.0');
    expect(clientKind({ userAgent: 'test', version: undefined })).toBe('test/');
  });
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
