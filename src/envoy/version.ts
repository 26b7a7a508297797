import { err, ok, type Result } from '../lib/result.ts';

/** The Envoy that Sluice is built and tested with; the API in `src/gen` is read out of exactly this one. */
export const pinnedVersion = '1.40.0';

/**
 * Envoys that Sluice accepts, as [first, first that is no longer accepted).
 *
 * 1.40 is the first with the priority group cluster specifier, on which every fallback chain rests. A newer minor may
 * change work-in-progress filters without notice, so it is refused until it has been through the test suite.
 */
const supportedRange = { from: [1, 40, 0], before: [1, 41, 0] } as const;

export const supportedRangeText = `>= ${supportedRange.from.join('.')}, < ${supportedRange.before.join('.')}`;

type Version = readonly [number, number, number];

/** Reads the version out of `envoy --version`, e.g. `envoy  version: 9e55…/1.40.0/Clean/RELEASE/BoringSSL`. */
export function parseVersion(output: string): Result<string> {
  const match = /\/(\d+\.\d+\.\d+)(?:-[A-Za-z0-9.]+)?\//.exec(output);
  return match?.[1] === undefined ? err('its --version output names no Envoy version') : ok(match[1]);
}

/** Turns away an Envoy that would refuse, or misread, what Sluice sends. */
export function acceptsEnvoy(version: string): Result<string> {
  return isSupported(version)
    ? ok(version)
    : err(`Envoy ${version} is not served; Sluice needs ${supportedRangeText}.`);
}

export function isSupported(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const asked: Version = [major, minor, patch];
  return compare(asked, supportedRange.from) >= 0 && compare(asked, supportedRange.before) < 0;
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
