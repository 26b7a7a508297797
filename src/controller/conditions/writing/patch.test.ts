import { describe, expect, it } from 'vitest';
import type { Condition } from '../condition.ts';
import type { Status } from '../status.ts';
import { statusPatch } from './patch.ts';

const now = '2026-12-01T12:00:00Z';
const then = '2026-11-01T00:00:00Z';

function accepted(status: Condition['status'], message = 'words'): Condition {
  return { type: 'Accepted', status, reason: 'Accepted', message, observedGeneration: 1 };
}

function said(status: Condition['status'], lastTransitionTime: string) {
  return { ...accepted(status), lastTransitionTime };
}

const object = (...conditions: Condition[]): Status => ({ shape: 'object', conditions });

function ancestors(...names: string[]): Status {
  const entries = names.map((name) => {
    return { reference: { group: 'g', kind: 'Gateway', namespace: 'n', name }, conditions: [accepted('True')] };
  });
  return { shape: 'ancestors', controllerName: 'us', entries };
}

describe('statusPatch()', () => {
  it('gives a condition a new time only when its status changes', () => {
    const before = { conditions: [{ ...accepted('True'), lastTransitionTime: then }] };
    expect(statusPatch(object(accepted('True')), before, now)).toBeUndefined();
    expect(statusPatch(object(accepted('True', 'other words')), before, now)).toEqual({
      conditions: [{ ...accepted('True', 'other words'), lastTransitionTime: then }],
    });
    expect(statusPatch(object(accepted('False')), before, now)).toEqual({
      conditions: [{ ...accepted('False'), lastTransitionTime: now }],
    });
  });

  it('writes the features of a class once', () => {
    const status: Status = { shape: 'class', conditions: [], supportedFeatures: ['Gateway', 'HTTPRoute'] };
    const supportedFeatures = [{ name: 'Gateway' }, { name: 'HTTPRoute' }];
    expect(statusPatch(status, {}, now)).toEqual({ supportedFeatures });
    expect(statusPatch(status, { supportedFeatures }, now)).toBeUndefined();
  });

  it('keeps conditions of types that are not ours, with all their fields, in their place', () => {
    const theirs = { type: 'example.com/Reviewed', status: 'Maybe', somethingNew: { deep: [1] } };
    const before = { conditions: [{ ...accepted('False'), lastTransitionTime: then }, theirs] };
    expect(statusPatch(object(accepted('True')), before, now)).toEqual({
      conditions: [{ ...accepted('True'), lastTransitionTime: now }, theirs],
    });
  });

  it('takes away an own condition that is not said any more', () => {
    const warning = { type: 'Warning', status: 'True', lastTransitionTime: then };
    const before = { conditions: [warning, { ...accepted('True'), lastTransitionTime: then }] };
    expect(statusPatch(object(accepted('True')), before, now)).toEqual({
      conditions: [{ ...accepted('True'), lastTransitionTime: then }],
    });
  });

  it('takes own entries away when there is nothing to say, and writes no list where none is', () => {
    const theirs = { ancestorRef: { name: 'a' }, controllerName: 'they', conditions: [] };
    const ours = { ancestorRef: { name: 'a' }, controllerName: 'us', conditions: [] };
    expect(statusPatch(ancestors(), { ancestors: [ours, theirs] }, now)).toEqual({ ancestors: [theirs] });
    expect(statusPatch(ancestors(), {}, now)).toBeUndefined();
  });

  it('writes beside what another controller says of the same object, and takes nothing from it', () => {
    const reference = { group: 'g', kind: 'Gateway', namespace: 'n', name: 'a' };
    const theirs = { ancestorRef: reference, controllerName: 'they', conditions: [{ type: 'Accepted' }] };
    const written = { ancestorRef: reference, controllerName: 'us', conditions: [said('True', now)] };
    expect(statusPatch(ancestors('a'), { ancestors: [theirs] }, now)).toEqual({ ancestors: [theirs, written] });
    expect(statusPatch(ancestors('a'), { ancestors: [theirs, written] }, then)).toBeUndefined();
  });

  it('says of each listener what it is, with the times of its own conditions', () => {
    const listener = (name: string, status: Condition['status']) => ({
      ...{ name, attachedRoutes: 1, supportedKinds: [] },
      conditions: [accepted(status)],
    });
    const status: Status = {
      ...{ shape: 'gateway', conditions: [], addresses: [] },
      listeners: [listener('http', 'True'), listener('https', 'True')],
    };
    const before = {
      listeners: [
        { ...listener('https', 'False'), conditions: [said('False', then)] },
        { ...listener('http', 'True'), conditions: [said('True', then)] },
      ],
    };
    expect(statusPatch(status, before, now)).toEqual({
      listeners: [
        { ...listener('http', 'True'), conditions: [said('True', then)] },
        { ...listener('https', 'True'), conditions: [said('True', now)] },
      ],
    });
  });

  it('names 16 addresses of a Gateway, as many as there may be', () => {
    const addresses = Array.from({ length: 20 }, (_, index) => ({
      type: 'IPAddress' as const,
      value: `10.0.0.${index}`,
    }));
    const status: Status = { shape: 'gateway', conditions: [], addresses, listeners: [] };
    const written = addresses.slice(0, 16);
    expect(statusPatch(status, {}, now)).toEqual({ addresses: written });
    expect(statusPatch(status, { addresses: written }, now)).toBeUndefined();
  });

  it('says which generation it is about, where a kind has a field for that', () => {
    const status: Status = { shape: 'object', conditions: [], observedGeneration: 2 };
    expect(statusPatch(status, { observedGeneration: 1 }, now)).toEqual({ observedGeneration: 2 });
    expect(statusPatch(status, { observedGeneration: 2 }, now)).toBeUndefined();
  });

  it('writes 32 parents of a route, and those of others count', () => {
    const entries = Array.from({ length: 40 }, (_, index) => {
      return { reference: { group: 'g', kind: 'Gateway', namespace: 'n', name: `a${index}` }, conditions: [] };
    });
    const status: Status = { shape: 'parents', controllerName: 'us', entries };
    const sizes = [0, 1, 32, 33].map((others) => {
      const parents = Array.from({ length: others }, () => ({ parentRef: { name: 'x' }, controllerName: 'they' }));
      const patch = statusPatch(status, { parents }, now);
      return ((patch?.parents ?? parents) as readonly unknown[]).length;
    });
    expect(sizes).toEqual([32, 32, 32, 33]);
  });

  it('writes no more ancestors than the API takes, and never drops those of others', () => {
    const theirs = Array.from({ length: 14 }, (_, index) => {
      return { ancestorRef: { name: `a${index}` }, controllerName: 'they', conditions: [] };
    });
    const patch = statusPatch(ancestors('b', 'c', 'd'), { ancestors: theirs }, now);
    const written = patch?.ancestors as readonly { controllerName: string }[];
    expect(written).toHaveLength(16);
    expect(written.filter(({ controllerName }) => controllerName === 'they')).toHaveLength(14);
  });

  it('tells first of those with which something is wrong, where there is no room for all', () => {
    const names = Array.from({ length: 18 }, (_, index) => `a${index}`);
    const status = ancestors(...names);
    if (status.shape !== 'ancestors') throw new Error('not of ancestors');
    const entries = status.entries.map((entry, index) =>
      index === 17
        ? { ...entry, conditions: [{ ...accepted('True'), type: 'ResolvedRefs' as const }, accepted('False')] }
        : entry,
    );
    const patch = statusPatch({ ...status, entries }, {}, now);
    const written = patch?.ancestors as readonly { ancestorRef: { name: string } }[];
    expect(written.map(({ ancestorRef }) => ancestorRef.name)).toEqual(['a17', ...names.slice(0, 15)]);
  });

  it('takes a status that is no object for an empty one', () => {
    const current = { conditions: 'nonsense' };
    expect(statusPatch(object(accepted('True')), current, now)).toMatchObject({ conditions: [{ type: 'Accepted' }] });
  });
});
