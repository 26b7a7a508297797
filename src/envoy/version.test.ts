import { describe, expect, it } from 'vitest';
import { isSupported, parseVersion, pinnedVersion } from './version.ts';

describe('parseVersion()', () => {
  it('finds the version between hash and build', () => {
    const output = 'envoy  version: 9e5580933739775e8bce696a57a2e1bc99368f23/1.40.0/Clean/RELEASE/BoringSSL';
    expect(parseVersion(output)).toEqual({ ok: true, value: '1.40.0' });
  });

  it('takes the version of a development build without its suffix', () => {
    expect(parseVersion('envoy version: abc/1.41.0-dev/Modified/DEBUG/BoringSSL')).toEqual({
      ok: true,
      value: '1.41.0',
    });
  });

  it.each(['', 'nginx version: nginx/1.25.3', 'GNU bash, version 5.2'])('finds none in %j', (output) => {
    expect(parseVersion(output).ok).toBe(false);
  });
});

describe('isSupported()', () => {
  it.each([
    ['1.39.9', false],
    ['1.40.0', true],
    ['1.40.7', true],
    ['1.41.0', false],
    ['2.0.0', false],
    ['', false],
  ])('%s: %s', (version, isIn) => {
    expect(isSupported(version)).toBe(isIn);
  });

  it('includes the pinned version', () => {
    expect(isSupported(pinnedVersion)).toBe(true);
  });
});
