import { describe, expect, it } from 'vitest';
import type { KubernetesState } from '../../sources/kubernetes/judge.ts';
import { accountOf, policyVersion, readAccount } from './account.ts';

function state(generation: number, hash: string, isStale = false, createdAt?: string): KubernetesState {
  const id = 'Model/small';
  return {
    documents: [{ id, hash, createdAt } as KubernetesState['documents'][number]],
    problems: [],
    stale: new Map(isStale ? [[id, id]] : []),
    revision: generation,
    generations: new Map([[id, generation]]),
  };
}

describe('policyVersion()', () => {
  it('is equal where the same has been read, whatever stands in for what is wrong', () => {
    expect(policyVersion(state(1, 'x'))).toBe(policyVersion(state(1, 'x')));
    expect(policyVersion(state(2, 'last good', true))).toBe(
      policyVersion({ ...state(2, ''), documents: [], stale: new Map() }),
    );
  });

  it('differs by generation, and by content of an object that was made anew', () => {
    expect(policyVersion(state(1, 'x'))).not.toBe(policyVersion(state(2, 'x')));
    expect(policyVersion(state(1, 'x'))).not.toBe(policyVersion(state(1, 'y')));
  });

  it('differs by the age of an object that was made anew and says the same', () => {
    const made = (second: number): string => policyVersion(state(1, 'x', false, `2026-01-01T00:00:0${second}Z`));
    expect(made(0)).toBe(made(0));
    expect(made(0)).not.toBe(made(1));
  });
});

describe('accountOf()', () => {
  const plane = { clients: () => [], refusals: () => new Map(), accepted: () => [] };
  const judgement = { problems: [], attachments: [], nacks: new Map(), isStale: () => false, isPublished: true };

  it('claims nothing for a state that has not been judged', () => {
    const account = (revision: number) =>
      accountOf('a', { ...plane, judged: () => ({ ...judgement, revision }) }, state(2, 'x'));
    expect(account(2)).toMatchObject({ policy: policyVersion(state(2, 'x')), isPublished: true });
    expect(account(1)).toMatchObject({ policy: '', isPublished: false });
  });

  it('tells of what clients refuse of a kind that is connected, and what clients have in force', () => {
    const resource = { typeUrl: 't', name: 'n', version: 'v', body: new Uint8Array(), origins: [] };
    const refusal = (name: string, ...by: readonly string[]) => ({
      ...{ resource: { ...resource, name }, text: 'no', by, documents: {} },
    });
    const node = { id: 'e', cluster: '', userAgent: 'envoy', version: '1', metadata: {} };
    const client = { node, group: 'g', connectedAt: 0, types: [], resources: () => [] };
    const accepted = [{ gateway: 'g', typeUrl: 't', name: 'taken', version: 'v' }];
    const account = accountOf(
      'a',
      {
        clients: () => [client, { ...client, node: { ...node, id: 'p', userAgent: 'sluice-processor' } }],
        refusals: () => new Map([['g', [refusal('here', 'envoy/0', 'envoy/1'), refusal('elsewhere', 'envoy/0')]]]),
        accepted: () => accepted,
        judged: () => undefined,
      },
      state(1, 'x'),
    );
    expect(account.refusals.map(({ name }) => name)).toEqual(['here']);
    expect(account.accepted).toEqual(accepted);
    expect(readAccount(JSON.stringify(account))).toEqual({ ok: true, value: account });
  });

  it('is read as it was written, and nothing else is', () => {
    const account = accountOf('a', { ...plane, judged: () => undefined }, state(1, 'x'));
    expect(readAccount(JSON.stringify(account))).toEqual({ ok: true, value: account });
    for (const text of [
      '',
      '[]',
      'null',
      '{"replica":"a"}',
      JSON.stringify({ ...account, clients: [{ node: 'e' }] }),
    ]) {
      expect(readAccount(text).ok, text).toBe(false);
    }
  });
});
