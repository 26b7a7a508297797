import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/policy/problem.ts';
import { foreignKinds, isBelow, type Row, rowsOf } from './rows.ts';
import { type Attempt, saidAtOnce, saidOf } from './said.ts';

/* docs/compatibility.md calls a field refused, reported or without effect: whoever writes it is told so, at its place. */

/** How those are written that have a form of their own. */
const forms: { readonly [kindAndRow: string]: Attempt } = {
  'BackendSecurityPolicy spec.credentialOverride': {
    row: 'spec.credentialOverride',
    value: { fromRequestHeaders: { header: 'x-own-key' } },
  },
  'BackendSecurityPolicy spec.openAICredentials': {
    row: 'spec',
    value: {
      targetRefs: [{ group: 'aigateway.envoyproxy.io', kind: 'AIServiceBackend', name: 'aws' }],
      type: 'OpenAICredentials',
      openAICredentials: { organization: 'acme' },
    },
  },
  'BackendTrafficPolicy spec.circuitBreaker': { row: 'spec.circuitBreaker', value: { maxConnections: 10 } },
  'BackendTrafficPolicy spec.rateLimit.global.rules[].cost.request.metadata': {
    row: 'spec.rateLimit.global.rules[].cost.request',
    value: { from: 'Metadata', metadata: { namespace: 'io.envoy.ai_gateway', key: 'total' } },
  },
  'EnvoyExtensionPolicy spec.wasm[].code.image': {
    row: 'spec.wasm[].code',
    value: { type: 'Image', image: { url: 'registry.example.com/waf:v1' } },
  },
  'Gateway spec.tls.backend': { row: 'spec.tls.backend', value: { clientCertificateRef: { name: 'own' } } },
  'GatewayConfig spec.forwardProxy': { row: 'spec.forwardProxy', value: { address: 'proxy.example.com:3128' } },
};

/** Nobody needs to be told of what others read, or of what is there in another way. */
const silent = /reads it$|where the prefix of the schema says/;

/** The rows that stand for all below them. */
function topRows(rows: readonly Row[], verdict: Row['verdict']['kind']): readonly Row[] {
  const all = rows.filter((row) => row.verdict.kind === verdict);
  return all.filter((row) => !all.some(({ path }) => isBelow(row.path, path)));
}

/** Rows of which something else is said. */
function others(rows: readonly Row[], say: (row: Row) => Problem | undefined, wanted: readonly string[]): string[] {
  return rows.flatMap((row) => {
    const problem = say(row);
    const heard = problem === undefined ? 'nothing' : `${problem.severity} ${problem.reason ?? ''}`.trim();
    return wanted.includes(heard) ? [] : [`${row.path}: ${heard}`];
  });
}

describe.each(foreignKinds)('%s', (kind) => {
  const rows = rowsOf(kind);

  it('refuses what is called refused', () => {
    expect(others(topRows(rows, 'refused'), saidAtOnce, ['error UnsupportedValue'])).toEqual([]);
  });

  it('says of what is called reported that it is not served', () => {
    const say = (row: Row) => saidOf(row, forms[`${kind} ${row.path}`]);
    const wanted = ['warning UnsupportedValue', 'error UnsupportedValue', 'error', 'warning'];
    expect(others(topRows(rows, 'reported'), say, wanted)).toEqual([]);
  });

  it('warns of what is without effect, unless others read it', () => {
    const isSilent = ({ verdict }: Row) => verdict.kind === 'withoutEffect' && silent.test(verdict.reason);
    const all = topRows(rows, 'withoutEffect');
    const loud = all.filter((row) => !isSilent(row));
    expect(others(loud, saidAtOnce, ['warning'])).toEqual([]);
    expect(others(all.filter(isSilent), saidAtOnce, ['nothing'])).toEqual([]);
  });
});
