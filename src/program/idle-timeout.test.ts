import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { retryProfile } from '../../e2e/support/gateway-model.ts';
import { type RetryProfile, type Route, unlimitedMs } from '../model/route.ts';
import { compileRoute, routeSchema } from './compile/route.ts';
import { routeResource } from './encode/route.ts';

const chain: Route = {
  id: 'r',
  match: { models: [] },
  targets: [],
  profile: 'p',
  isPrivateOnly: false,
  coolDown: { failures: 0, durationMs: 0 },
  watchBody: false,
  origins: [],
};

function silenceOf(profile: Partial<RetryProfile>, route: Partial<Route> = {}): number | undefined {
  const { body } = routeResource({ ...chain, ...route }, retryProfile(profile));
  const compiled = compileRoute(fromBinary(routeSchema, body));
  return compiled.ok ? compiled.value.idleTimeoutMs : undefined;
}

describe('what the processor watches of the silence in an answer', () => {
  it('is nothing where Envoy has one clock for both', () => {
    expect(silenceOf({ attemptTimeoutMs: 5_000, idleTimeoutMs: 5_000 })).toBe(0);
  });

  it('is nothing where the request as a whole is over before', () => {
    const profile = { attemptTimeoutMs: 1_000, idleTimeoutMs: 5_000 };
    expect(silenceOf({ ...profile, requestTimeoutMs: 5_000 })).toBe(0);
    expect(silenceOf({ ...profile, requestTimeoutMs: 5_001 })).toBe(5_000);
    expect(silenceOf({ ...profile, idleTimeoutMs: unlimitedMs })).toBe(0);
  });

  it('is what may pass between bytes, where that is not what may pass before them', () => {
    expect(silenceOf({ attemptTimeoutMs: 5_000, idleTimeoutMs: 1_000 })).toBe(1_000);
    expect(silenceOf({ attemptTimeoutMs: 1_000, idleTimeoutMs: 5_000 })).toBe(5_000);
  });

  it('is the same where waiting for a first token takes the clock', () => {
    const profile = { attemptTimeoutMs: 5_000, idleTimeoutMs: 5_000 };
    expect(silenceOf(profile, { firstTokenTimeoutMs: 1_000 })).toBe(5_000);
  });
});
