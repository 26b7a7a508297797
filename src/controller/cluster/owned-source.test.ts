import { expect, it } from 'vitest';
import { secretsOnly } from '../../model/build/testing/surroundings.ts';
import { parseDocuments } from '../../policy/parse.ts';
import type { SourceEvents } from '../sources/opened-source.ts';
import type { SourceState } from '../sources/source.ts';
import { ownedBy } from './owned-source.ts';

const mine = 'sluice.dev/gateway-controller';

/** A Gateway of our class, and one of a class that belongs to this controller. */
function state(revision: number, other: string): SourceState {
  const text = ['mine', 'other']
    .flatMap((name) => [
      `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: ${name}}
spec: {controllerName: ${name === 'mine' ? mine : other}}
`,
      `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: of-${name}}
spec: {gatewayClassName: ${name}, listeners: [{name: http, port: 80, protocol: HTTP}]}
`,
    ])
    .join('---\n');
  const { documents } = parseDocuments(text, 'cluster.yaml', '.');
  return { documents, problems: [], stale: new Map(), revision };
}

const gatewaysOf = ({ documents }: SourceState): readonly string[] =>
  documents.filter(({ kind }) => kind === 'Gateway').map(({ name }) => name);

it('shows only what is ours, at the start and after every change', async () => {
  let tell: SourceEvents['onChange'] | undefined;
  const told: SourceState[] = [];
  const trouble: string[] = [];
  const open = ownedBy(mine, async ({ onChange, onError }) => {
    tell = onChange;
    onError(new Error('of the source'));
    return {
      state: state(1, 'example.com/other'),
      before: state(0, 'example.com/other'),
      surroundings: { ...secretsOnly(), complete: async () => false },
      refresh: async () => undefined,
      close: async () => undefined,
    };
  });
  const source = await open({ onChange: (next) => told.push(next), onError: ({ message }) => trouble.push(message) });
  expect(gatewaysOf(source.state)).toEqual(['of-mine']);
  expect(source.before && gatewaysOf(source.before)).toEqual(['of-mine']);
  expect(trouble).toEqual(['of the source']);
  expect(source.surroundings).toBeDefined();
  tell?.(state(2, 'example.com/other'));
  tell?.(state(3, mine));
  expect(told.map((each) => [each.revision, gatewaysOf(each)])).toEqual([
    [2, ['of-mine']],
    [3, ['of-mine', 'of-other']],
  ]);
});
