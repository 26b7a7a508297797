import { expect, it, vi } from 'vitest';
import { createLogger, silentLogger } from '../lib/log.ts';
import { secretsOnly } from '../model/build/testing/surroundings.ts';
import { parseDocuments } from '../policy/parse.ts';
import { createCertificate } from '../practice/testing/certificate.ts';
import { startControlPlane } from './control-plane.ts';
import type { SourceEvents } from './sources/opened-source.ts';
import type { SourceState } from './sources/source.ts';

const port = { host: '127.0.0.1', port: 0 };
const state = (revision: number): SourceState => ({ documents: [], problems: [], stale: new Map(), revision });

it('tells of a change when it comes and when it is out, so that what follows from it can be told once', async () => {
  let events: SourceEvents | undefined;
  let told: (number | undefined)[] = [];
  const plane = await startControlPlane({
    version: 'test',
    async source(given) {
      events = given;
      const surroundings = { ...secretsOnly(), complete: async () => false };
      return { state: state(1), surroundings, refresh: async () => undefined, close: async () => undefined };
    },
    xds: port,
    admin: port,
    log: silentLogger,
    translate: { systemCaFile: '/etc/ssl/certs/ca-certificates.crt' },
    onChange: () => told.push(plane?.judged()?.revision),
  });
  try {
    told = [];
    events?.onChange(state(2));
    expect(told).toEqual([1]);
    await vi.waitFor(() => expect(told).toEqual([1, 2]), { timeout: 20_000 });
  } finally {
    await plane.close(100);
  }
});

it('has what stood in before a restart stand in again, and tells the source to keep it', async () => {
  const written = (target: string): SourceState['documents'] =>
    parseDocuments(
      ['Provider', 'Model']
        .map((kind) => {
          const spec =
            kind === 'Model' ? `{targets: [{provider: ${target}}]}` : '{schema: openai, credential: {none: {}}}';
          return `apiVersion: sluice.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: a}\nspec: ${spec}`;
        })
        .join('\n---\n'),
      'policy.yaml',
      '.',
    ).documents;
  const before = { ...state(1), documents: written('a') };
  let kept: ReadonlyMap<string, unknown> = new Map();
  const plane = await startControlPlane({
    version: 'test',
    source: async () => ({
      before,
      state: { ...state(2), documents: written('gone') },
      surroundings: { ...secretsOnly(), complete: async () => false },
      keep(standIns) {
        kept = standIns;
      },
      refresh: async () => undefined,
      close: async () => undefined,
    }),
    xds: port,
    admin: port,
    log: silentLogger,
    translate: { systemCaFile: '/etc/ssl/certs/ca-certificates.crt' },
  });
  try {
    expect(plane.judged()?.isStale('Model/a')).toBe(true);
    expect(plane.gateways()[0]?.routes.flatMap(({ targets }) => targets.map(({ provider }) => provider))).toEqual([
      'a',
    ]);
    const model = before.documents.find(({ kind }) => kind === 'Model');
    expect([...kept]).toEqual([['Model/a', model]]);
  } finally {
    await plane.close(100);
  }
});

it('knows what to go back to where clients of another replica refuse what is new', async () => {
  const model = (provider: string): SourceState['documents'] =>
    parseDocuments(
      `{apiVersion: sluice.dev/v1alpha1, kind: Model, metadata: {name: a}, spec: {targets: [{provider: ${provider}}]}}
---
{apiVersion: sluice.dev/v1alpha1, kind: Provider, metadata: {name: one}, spec: {schema: openai, credential: {none: {}}}}
---
{apiVersion: sluice.dev/v1alpha1, kind: Provider, metadata: {name: two}, spec: {schema: openai, credential: {none: {}}}}
`,
      'policy.yaml',
      '.',
    ).documents;
  const [good, changed] = [model('one'), model('two')];
  const refused: string[] = [];
  const plane = await startControlPlane({
    version: 'test',
    source: async () => ({
      before: { ...state(1), documents: good },
      state: { ...state(2), documents: changed },
      surroundings: { ...secretsOnly(), complete: async () => false },
      refresh: async () => undefined,
      close: async () => undefined,
    }),
    refusedElsewhere: () => refused,
    xds: port,
    admin: port,
    log: silentLogger,
    translate: { systemCaFile: '/etc/ssl/certs/ca-certificates.crt' },
  });
  try {
    expect([...plane.standIns()]).toEqual([]);
    refused.push('Model/a');
    expect([...plane.standIns()]).toEqual([['Model/a', good.find(({ kind }) => kind === 'Model')]]);
  } finally {
    await plane.close(100);
  }
});

it('counts and tells who could not connect', async () => {
  const { cert, key } = createCertificate();
  const lines: string[] = [];
  const plane = await startControlPlane({
    version: 'test',
    source: async () => ({
      state: state(1),
      surroundings: { ...secretsOnly(), complete: async () => false },
      refresh: async () => undefined,
      close: async () => undefined,
    }),
    xds: port,
    tls: { certificate: cert, privateKey: key },
    admin: port,
    log: createLogger({ name: 'test', level: 'info', destination: { write: (line) => void lines.push(line) } }),
    translate: { systemCaFile: '/etc/ssl/certs/ca-certificates.crt' },
  });
  try {
    await expect(fetch(`http://127.0.0.1:${plane.xdsPort}/`)).rejects.toThrow();
    const page = async (): Promise<string> => (await fetch(`http://127.0.0.1:${plane.adminPort}/metrics`)).text();
    await expect.poll(page, { timeout: 20_000 }).toContain('sluice_xds_handshakes_refused_total{reason="no TLS"} 1');
    expect(lines.filter((line) => line.includes('TLS handshake'))).toEqual([expect.stringContaining('127.0.0.1')]);
  } finally {
    await plane.close(100);
  }
});
