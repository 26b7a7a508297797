import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { chartFolder, renderChart, withoutPassword } from '../../support/kube-api/chart.ts';
import { patience } from '../../support/kube-api/patience.ts';

patience();

interface Schema {
  readonly properties?: { readonly [name: string]: Schema };
  readonly enum?: readonly unknown[];
}

/** Down to what is no table, or an empty one. */
function leavesOf(value: unknown, path: readonly string[] = []): readonly (readonly [readonly string[], unknown])[] {
  const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
  const fields = isTable ? Object.entries(value) : [];
  return fields.length === 0 ? [[path, value]] : fields.flatMap(([name, field]) => leavesOf(field, [...path, name]));
}

/** What a value may be as well, by the end of its path, where neither its default nor its schema tells. */
const samples: Readonly<Record<string, unknown>> = {
  'autoscaling.cpu': 77,
  'autoscaling.max': 77,
  'external.addresses': ['other.example.com:6379'],
  'gatewayClass.controllerName': 'example.com/another',
  'gatewayClass.parametersRef': { name: 'other', namespace: 'other' },
  'image.repository': 'other/image',
  'rbac.gatewayNamespaces': ['other'],
  'redis.parameters': { keyPrefix: 'other:' },
  affinity: { podAffinity: {} },
  annotations: { 'example.com/other': 'other' },
  cpu: '7777m',
  digest: `sha256:${'7'.repeat(64)}`,
  discoveryNamespaceSelectors: [{ matchLabels: { other: 'other' } }],
  dockerConfigJson: '{"auths":{"registry.example.net":{}}}',
  endpoint: 'http://other.example.com:4318',
  env: [{ name: 'OTHER', value: 'other' }],
  gatewayPolicy: { maxBodySize: '7MiB' },
  imagePullSecrets: ['other'],
  interval: '77s',
  labels: { other: 'other' },
  listeners: [{ name: 'other', port: 7777, protocol: 'HTTP' }],
  maxMemory: '77mb',
  memory: '7777Mi',
  nodeSelector: { other: 'other' },
  parameters: { replicas: 7 },
  podAnnotations: { 'example.com/other': 'other' },
  podLabels: { other: 'other' },
  proxyUrl: 'https://other.example.com',
  replicas: 7,
  serveUrl: 'https://other.example.com',
  size: '77Gi',
  tolerations: [{ key: 'other', operator: 'Exists' }],
  topologySpreadConstraints: [{ maxSkew: 7, topologyKey: 'other', whenUnsatisfiable: 'ScheduleAnyway' }],
};

/** What may stand in place of the default. */
function othersOf(path: readonly string[], value: unknown, schema: Schema): readonly unknown[] {
  const found = path.reduce<Schema | undefined>((node, name) => node?.properties?.[name], schema);
  if (found?.enum !== undefined) return found.enum.filter((each) => each !== value);
  const [table = '', name = ''] = path.slice(-2);
  const sample = samples[`${table}.${name}`] ?? samples[path.at(-1) ?? ''];
  if (sample !== undefined) return [sample];
  if (typeof value === 'boolean') return [true, false];
  return typeof value === 'number' ? [value + 1] : ['other'];
}

const read = (name: string): string => readFileSync(join(chartFolder, name), 'utf8');
const schema = JSON.parse(read('values.schema.json')) as Schema;
const testdata = join(chartFolder, 'testdata');

/** Many values show only where something else is switched on. */
const releases = readdirSync(testdata)
  .filter((name) => name.endsWith('.values.yaml'))
  .map((name) => ({ name, args: ['--values', join(testdata, name)], plain: '' }));

beforeAll(async () => {
  for (const release of releases) release.plain = withoutPassword(await renderChart(...release.args));
});

/** The first release in which it is another one. */
async function whereItShows(path: readonly string[], others: readonly unknown[]): Promise<string | undefined> {
  for (const { name, args, plain } of releases) {
    for (const other of others) {
      const set = ['--set-json', `${path.join('.')}=${JSON.stringify(other)}`];
      // Not everything goes together.
      const rendered = await renderChart(...args, ...set).catch(() => undefined);
      if (rendered !== undefined && withoutPassword(rendered) !== plain) return name;
    }
  }
  return undefined;
}

describe('every value of the chart does something:', () => {
  it.each(leavesOf(parse(read('values.yaml'))).map(([path, value]) => ({ name: path.join('.'), path, value })))(
    '$name',
    async ({ path, value }) => {
      expect(await whereItShows(path, othersOf(path, value, schema))).toBeDefined();
    },
  );
});
