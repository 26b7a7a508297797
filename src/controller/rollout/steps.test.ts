import { describe, expect, it } from 'vitest';
import type { Resource } from '../../xds/snapshot/resource.ts';
import { emptySnapshot, type Snapshot, snapshotOf } from '../../xds/snapshot/snapshot.ts';
import { type TypeName, typeUrls } from '../../xds/snapshot/type-url.ts';
import { rolloutSteps } from './steps.ts';

function resource(type: TypeName, name: string, version = '1'): Resource {
  return { typeUrl: typeUrls[type], name, version, body: Buffer.from(version), origins: [] };
}

function names(snapshot: Snapshot, type: TypeName): string[] {
  return [...(snapshot.resources.get(typeUrls[type])?.values() ?? [])].map((each) => `${each.name}@${each.version}`);
}

describe('rolloutSteps()', () => {
  it('has no steps between equal states', () => {
    const state = snapshotOf([resource('cluster', 'a'), resource('programProvider', 'a')]);
    expect(rolloutSteps(state, snapshotOf([resource('cluster', 'a'), resource('programProvider', 'a')]))).toEqual([]);
  });

  it('ends with the maps that are wanted, so that the next time only what differs is compared', () => {
    const before = snapshotOf([resource('cluster', 'a'), resource('cluster', 'b'), resource('programRoute', 'r')]);
    const after = snapshotOf([resource('cluster', 'a'), resource('cluster', 'c'), resource('programRoute', 'r', '2')]);
    const last = rolloutSteps(before, after).at(-1)?.snapshot;
    for (const [type, ofType] of after.resources) expect(last?.resources.get(type)).toBe(ofType);
  });

  it('adds clusters before the routes and the program that name them', () => {
    const steps = rolloutSteps(
      emptySnapshot,
      snapshotOf([resource('programRoute', 'r'), resource('route', 'table'), resource('cluster', 'a')]),
    );
    expect(steps.map((step) => step.name)).toEqual(['add clusters', 'add listeners and routes', 'add program']);
    expect(names(steps[0]?.snapshot ?? emptySnapshot, 'programRoute')).toEqual([]);
  });

  it('keeps a removed cluster until program and routes have let go of it', () => {
    const before = snapshotOf([
      resource('cluster', 'old'),
      resource('route', 'table'),
      resource('programProvider', 'old'),
    ]);
    const after = snapshotOf([
      resource('cluster', 'new'),
      resource('route', 'table'),
      resource('programProvider', 'new'),
    ]);
    const steps = rolloutSteps(before, after);
    expect(
      steps.map((step) => [step.name, names(step.snapshot, 'cluster'), names(step.snapshot, 'programProvider')]),
    ).toEqual([
      ['add clusters', ['old@1', 'new@1'], ['old@1']],
      ['add program', ['old@1', 'new@1'], ['old@1', 'new@1']],
      ['remove program', ['old@1', 'new@1'], ['new@1']],
      ['remove clusters', ['new@1'], ['new@1']],
    ]);
  });

  it('takes an old listener away in the step that brings the new one, since they may share an address', () => {
    const steps = rolloutSteps(
      snapshotOf([resource('listener', 'old'), resource('route', 'old')]),
      snapshotOf([resource('listener', 'new'), resource('route', 'new')]),
    );
    expect(steps.map((step) => [names(step.snapshot, 'listener'), names(step.snapshot, 'route')])).toEqual([
      [['new@1'], ['old@1', 'new@1']],
      [['new@1'], ['new@1']],
    ]);
  });

  it('replaces a changed resource in one step', () => {
    const steps = rolloutSteps(
      snapshotOf([resource('programKey', 'k', '1')]),
      snapshotOf([resource('programKey', 'k', '2')]),
    );
    expect(steps.map((step) => [step.name, names(step.snapshot, 'programKey')])).toEqual([['add program', ['k@2']]]);
  });
});
