import { describe, expect, it } from 'vitest';
import type { ClientStatus, DocumentStatus, Status } from '../../../src/controller/status.ts';
import { isHealthy } from './health.ts';
import { wholeStatus } from './whole-status.ts';

const document: DocumentStatus = { id: 'Provider/p', source: 'Provider/p', state: 'in force', problems: [] };
const client = (nodeId: string): ClientStatus => ({
  nodeId,
  gateway: 'egress',
  kind: 'envoy',
  connectedSince: '2026-01-01T00:00:00.000Z',
  types: [],
});
const replica = (part: Partial<Status>): Status => ({
  version: '0.1.0',
  startedAt: '2026-01-01T00:00:02.000Z',
  revision: 1,
  documents: [document],
  problems: [],
  gateways: [{ name: 'egress', listeners: [], providers: 1, models: 0, keys: 0 }],
  clients: [],
  ...part,
});

describe('wholeStatus()', () => {
  it('shows the clients of all replicas, and what they share once', () => {
    const warning = { severity: 'warning', source: '', document: '', path: '', message: 'm', remedy: 'r' } as const;
    const whole = wholeStatus([
      replica({ clients: [client('c'), client('a')], problems: [warning] }),
      replica({ clients: [client('b')], problems: [warning], startedAt: '2026-01-01T00:00:01.000Z' }),
    ]);
    expect(whole.clients.map(({ nodeId }) => nodeId)).toEqual(['a', 'b', 'c']);
    expect(whole.documents).toEqual([document]);
    expect(whole.gateways).toHaveLength(1);
    expect(whole.problems).toEqual([warning]);
    expect(whole.startedAt).toBe('2026-01-01T00:00:01.000Z');
  });

  it.each([[0], [1]])('shows a refusal that only one of them knows of, be it the first or not: %i', (index) => {
    const refused: DocumentStatus = { ...document, state: 'stale', nack: 'no such extension' };
    const statuses = [replica({ documents: [document] }), replica({ documents: [document] })] as [Status, Status];
    statuses[index] = replica({ documents: [refused] });
    expect(wholeStatus(statuses).documents).toEqual([refused]);
  });

  it.each([[0], [1]])('shows what keeps a gateway from being made, which the one knows that leads: %i', (index) => {
    const troubled = {
      name: 'egress',
      listeners: [],
      providers: 1,
      models: 0,
      keys: 0,
      trouble: 'a Service is refused',
    };
    const statuses = [replica({}), replica({})] as [Status, Status];
    statuses[index] = replica({ gateways: [troubled] });
    const whole = wholeStatus(statuses);
    expect(whole.gateways).toEqual([troubled]);
    expect([isHealthy(whole), isHealthy(wholeStatus([replica({}), replica({})]))]).toEqual([false, true]);
  });

  it.each([[0], [1]])('shows that one of them cannot read the cluster, be it the first or not: %i', (index) => {
    const current = { servesFrom: 'cluster' } as const;
    const late = { servesFrom: 'snapshot', staleSince: '2026-01-01T00:00:00.000Z' } as const;
    const statuses = [replica({ source: current }), replica({ source: current })] as [Status, Status];
    statuses[index] = replica({ source: late });
    expect(wholeStatus(statuses).source).toEqual(late);
  });
});
