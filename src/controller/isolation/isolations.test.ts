import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { GatewayModel } from '../../model/gateway.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import type { Resource } from '../../xds/snapshot/resource.ts';
import { type Refusal, resourceKey } from '../rollout/refusal.ts';
import { createIsolations } from './isolations.ts';
import { documentOf, type Written } from './testing/scripted-isolation.ts';

type Group = 'g1' | 'g2';

/** Two gateways, each with a table of some of the routes, whose clients refuse every table with something bad in it. */
function gatewaysWith(routes: Readonly<Record<Group, readonly string[]>>) {
  const groups = Object.keys(routes) as Group[];
  let written: ReadonlyMap<string, PolicyDocument> = new Map();
  const accepted = new Set<string>();
  const held = { g1: new Map<string, Refusal>(), g2: new Map<string, Refusal>() };
  const blamed: string[] = [];
  /** They answer once, and never again. */
  const sayNoMore = new Set<Group>();
  const haveAnswered = new Set<Group>();
  const serving = new Map<Group, readonly string[]>();
  const isolations = createIsolations({
    server: { isAccepted: (group, { version }) => accepted.has(`${group} ${version}`), isSettled: () => false },
    connected: () => ['envoy/1'],
    written: () => written,
    before: () => undefined,
    hashes: (ids) => Object.fromEntries(ids.map((id) => [id, written.get(id)?.hash ?? ''])),
    onLearnt() {},
    onBlamed: (id) => blamed.push(id),
  });
  for (const group of groups) {
    isolations.begin(group, { refusals: { held: held[group] } as never });
  }

  /** Whether another one is called for. At first, one gateway has answered before the other one is handed out. */
  function build(isFirst: boolean): boolean {
    const back = isolations.heldBack();
    const documents = [...written.values()].flatMap((each) => (back.has(each.id) ? (back.get(each.id) ?? []) : each));
    isolations.building();
    for (const group of groups) {
      const own = documents.filter(({ name }) => routes[group].includes(name));
      const parts = own.map((each) =>
        each === written.get(each.id) ? `${each.name}: ${each.labels.version}` : each.name,
      );
      const table: Resource = {
        typeUrl: 'route',
        name: 't',
        version: parts.join(),
        body: new Uint8Array(),
        origins: [],
      };
      const isBad = parts.some((part) => part.endsWith(': bad'));
      const refusal: Refusal = { resource: table, text: 'no', by: ['envoy/1'], documents: {} };
      held[group].clear();
      const isSilent = sayNoMore.has(group) && haveAnswered.has(group);
      haveAnswered.add(group);
      if (isSilent) accepted.delete(`${group} ${table.version}`);
      else if (isBad) held[group].set(resourceKey(table), refusal);
      else accepted.add(`${group} ${table.version}`);
      serving.set(group, parts);
      const ids = routes[group].map((name) => `HTTPRoute/${name}`);
      const gateway = {
        services: { routes: ids.map((id) => ({ origins: [id] })) },
        routes: [],
        listeners: [],
        settings: { origins: [] },
      };
      isolations.handedOut(group, { documents, gateway: gateway as unknown as GatewayModel, tables: [table] });
      if (isFirst && isolations.judge()) return true;
    }
    return isolations.judge();
  }

  function settle(): void {
    let builds = 0;
    while (build(builds === 0)) if (++builds > 200) throw new Error('it never ends');
  }

  return {
    blamed,
    sayNoMore,
    settle,
    serving: () => Object.fromEntries(serving),
    isBusy: isolations.isBusy,
    heldBack: isolations.heldBack,
    end: isolations.end,
    write(next: Written) {
      written = new Map(
        Object.entries(next).map(([name, version]) => [`HTTPRoute/${name}`, documentOf(name, version)]),
      );
      isolations.follow();
      settle();
    },
  };
}

describe('createIsolations()', () => {
  it.each([
    ['in both', { g1: ['a', 'b'], g2: ['a', 'b'] }],
    ['in both, beside others', { g1: ['a', 'x'], g2: ['a', 'b'] }],
    ['in both, which come the other way round', { g1: ['b', 'a'], g2: ['a', 'b', 'x'] }],
  ])('blames one that two gateways refuse, and nobody else: %s', (_, routes) => {
    const gateways = gatewaysWith(routes);
    gateways.write({ a: 'bad', b: 'good', x: 'good' });
    expect(new Set(gateways.blamed)).toEqual(new Set(['HTTPRoute/a']));
    const served = Object.values(gateways.serving()).flat();
    expect(served.filter((part) => part.startsWith('b'))).not.toContain('b');
    expect(served).toContain('b: good');
    expect(gateways.isBusy()).toBe(false);
  });

  it('does not wait for ever for one that says no more', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const gateways = gatewaysWith({ g1: ['a', 'x'], g2: ['b', 'y'] });
    gateways.sayNoMore.add('g1');
    gateways.write({ a: 'bad', b: 'bad', x: 'good', y: 'good' });
    expect(gateways.blamed).toEqual([]);
    vi.advanceTimersByTime(30_000);
    gateways.settle();
    expect(gateways.blamed).toEqual(['HTTPRoute/b']);
  });

  it('gives back what was held back for one that is gone', () => {
    const gateways = gatewaysWith({ g1: ['a', 'x'], g2: ['x', 'y'] });
    gateways.write({ a: 'bad', x: 'good', y: 'good' });
    expect([...gateways.heldBack().keys()]).toEqual(['HTTPRoute/a']);
    expect(gateways.end('g2')).toBe(false);
    expect(gateways.end('g1')).toBe(true);
    expect(gateways.heldBack().size).toBe(0);
  });

  it('finds one in each', () => {
    const gateways = gatewaysWith({ g1: ['a', 'x'], g2: ['b', 'y'] });
    gateways.write({ a: 'bad', b: 'bad', x: 'good', y: 'good' });
    expect(new Set(gateways.blamed)).toEqual(new Set(['HTTPRoute/a', 'HTTPRoute/b']));
    expect(Object.values(gateways.serving()).flat()).toEqual(expect.arrayContaining(['x: good', 'y: good']));
  });
});
