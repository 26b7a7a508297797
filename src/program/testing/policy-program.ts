import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { ok } from '../../lib/result.ts';
import { buildModel } from '../../model/build/build.ts';
import { secretsOnly } from '../../model/build/testing/surroundings.ts';
import type { GatewayModel } from '../../model/gateway.ts';
import { parseDocuments } from '../../policy/parse.ts';
import type { Program } from '../program.ts';
import { programResources } from '../resources.ts';
import { ProgramStore } from '../store.ts';

/** One of everything that is decided inline. */
export const policy = readFileSync(`${import.meta.dirname}/../../model/build/testdata/rules.policy.yaml`, 'utf8');

export function modelOf(text: string): GatewayModel {
  const { documents } = parseDocuments(text, 'policy.yaml', '.', { now: 0 });
  const { gateways } = buildModel(
    documents,
    secretsOnly((source) => ok(`the value of ${'env' in source ? source.env : ''}, long enough for everything`)),
  );
  const [gateway] = gateways;
  if (gateway === undefined) throw new Error('no gateway');
  return gateway;
}

/** All the way: parsed, built, encoded and compiled. */
export function programOfModel(gateway: GatewayModel): Program {
  const store = new ProgramStore();
  const byType = Map.groupBy(programResources(gateway), ({ typeUrl }) => typeUrl);
  for (const typeUrl of store.typeUrls) expect(store.apply(typeUrl, byType.get(typeUrl) ?? [], [])).toEqual([]);
  if (store.current === undefined) throw new Error('the program is not complete');
  return store.current;
}
