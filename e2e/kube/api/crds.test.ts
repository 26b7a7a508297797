import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { runCli } from '../../../cmd/sluice/testing/run-cli.ts';
import { connectKubeClient, type KubeClient } from '../../../src/kube/client.ts';
import type { ObjectRef } from '../../../src/kube/object.ts';
import { customResourceDefinition, definedKinds } from '../../../src/policy/crd/definition.ts';
import { apiVersionsOf } from '../../../src/policy/kind-row.ts';
import { isKind, type Kind, kinds } from '../../../src/policy/kinds.ts';
import { parseDocuments } from '../../../src/policy/parse.ts';
import { mostListedPrices } from '../../../src/policy/price-catalogue.ts';
import { isMap } from '../../../src/policy/schema/object.ts';
import { testNow } from '../../../src/policy/testing/documents.ts';
import { examples } from '../../../src/policy/testing/examples.ts';
import { badExamples, goodExamples, laterExamples } from '../../support/definition-examples.ts';
import { type KubeApiServer, startApiServer } from '../../support/kube-api/api-server.ts';
import { patience } from '../../support/kube-api/patience.ts';

/*
 * What the definitions say is what a real API server does, and the same as what our own parser does. Nothing is stored
 * but where a test is about what is stored.
 */

patience();
let server: KubeApiServer;
let client: KubeClient;

beforeAll(async () => {
  server = await startApiServer();
  const connected = await connectKubeClient({ kubeconfig: server.kubeconfig });
  if (!connected.ok) throw new Error(connected.error);
  client = connected.value;
});

afterAll(async () => {
  client?.close();
  await server?.close();
});

const published = [...definedKinds('own'), ...definedKinds('accepted')];

describe('sluice crds apply', () => {
  it('makes every definition Established, and changes nothing when run again', async () => {
    const apply = () => runCli(['crds', 'apply', '--kubeconfig', server.kubeconfig]);
    const names = published.map((kind) => `${kinds[kind].plural}.${kinds[kind].group}`);
    // What a first try has left.
    await server.kubectl('delete', 'crd', ...names, '--ignore-not-found');
    const first = await apply();
    expect([first.status, first.err]).toEqual([0, '']);
    expect(first.out.trim().split('\n')).toEqual(names.map((name) => `${name} created`));
    const second = await apply();
    expect(second.out.trim().split('\n')).toEqual(names.map((name) => `${name} unchanged`));
    for (const name of names) {
      const definition = await server.kubectl('get', 'crd', name, '-o', 'json');
      const conditions = JSON.parse(definition).status.conditions.map(
        ({ type, status, message }: { type: string; status: string; message: string }) => [type, status, message],
      );
      expect(conditions).toContainEqual(['Established', 'True', expect.anything()]);
      // A schema that is only nearly structural is stored, and pruned of nothing.
      expect(conditions.filter(([type]: [string]) => type === 'NonStructuralSchema')).toEqual([]);
    }
  });

  it('applies what sluice crds prints', async () => {
    const printed = await runCli(['crds']);
    await server.apply(printed.out);
    const again = await runCli(['crds', 'apply', '--kubeconfig', server.kubeconfig]);
    expect(again.out).not.toContain('created');
    expect([again.status, again.err]).toEqual([0, '']);
  });

  it('leaves alone what another project installed, and takes it over when told to', async () => {
    const { group, plural } = kinds.AIServiceBackend;
    const name = `${plural}.${group}`;
    // As another version of the other project might.
    const changed = JSON.stringify({ spec: { names: { singular: 'other' } } });
    await server.kubectl('patch', 'crd', name, '--type=merge', '--field-manager=helm', '-p', changed);
    const polite = await runCli(['crds', 'apply', '--group', group, '--kubeconfig', server.kubeconfig]);
    expect(polite.status).toBe(1);
    expect(polite.err).toContain(`${name} was installed by helm and says other things. Leave it alone with`);
    const firm = await runCli(['crds', 'apply', '--group', group, '--force', '--kubeconfig', server.kubeconfig]);
    expect([firm.status, firm.err]).toEqual([0, '']);
    expect(firm.out).toContain(`${name} updated`);
  });
});

describe.each(published)('%s', (kind) => {
  const accepted = [...examples[kind].map((spec): unknown => parse(spec)), ...goodExamples(kind)];

  it.each(accepted.map((spec) => [JSON.stringify(spec), spec] as const))('takes %s', async (_text, spec) => {
    const document = documentOf(kind, spec);
    expect(complaintsOfParser(document)).toEqual([]);
    expect(await complaintOfServer(document)).toBeUndefined();
  });

  it('is the same in every version that is served', async () => {
    const [spec] = accepted;
    for (const apiVersion of apiVersionsOf(kinds[kind])) {
      const document = { ...documentOf(kind, spec), apiVersion };
      expect([apiVersion, await complaintOfServer(document)]).toEqual([apiVersion, undefined]);
      expect(meaning(document)).toEqual(meaning(documentOf(kind, spec)));
    }
  });

  it('means the same with the defaults that the server wrote', async () => {
    for (const spec of accepted) {
      const document = documentOf(kind, spec);
      const stored = await client.apply(refOf(document), document, { dryRun: true });
      if (!stored.ok) throw new Error(stored.error.message);
      expect([spec, meaning(JSON.parse(JSON.stringify(stored.value)))]).toEqual([spec, meaning(document)]);
    }
  });

  it.each(badExamples(kind))('refuses $spec', async ({ spec, says }) => {
    const document = documentOf(kind, spec);
    expect(await complaintOfServer(document)).toContain(says);
    expect(complaintsOfParser(document)).not.toEqual([]);
  });

  it.each(laterExamples(kind))('takes $spec, which the controller refuses: $why', async ({ spec }) => {
    const document = documentOf(kind, spec);
    expect(await complaintOfServer(document)).toBeUndefined();
    expect(complaintsOfParser(document)).not.toEqual([]);
  });
});

describe('an API server', () => {
  it('has refused something by each of the rules', async () => {
    const documents = published.flatMap((kind) => badExamples(kind).map(({ spec }) => documentOf(kind, spec)));
    const heard = (await Promise.all(documents.map(complaintOfServer))).join('\n');
    const messages = published.flatMap((kind) => [...rulesOf(customResourceDefinition(kind).spec.versions[0])]);
    const unheard = new Set(messages.filter((message) => !heard.includes(message)));
    expect([...unheard]).toEqual([expect.stringMatching(/^metadata\.name: /)]);
  });

  it('has names that our own kinds may have', async () => {
    const complaint = await complaintOfServer(documentOf('Limit', { requests: 1, window: '1m' }, 'a.b'));
    expect(complaint).toContain('metadata.name: use lower-case letters, digits and -, at most 63');
    const long = await complaintOfServer(documentOf('Limit', { requests: 1, window: '1m' }, 'a'.repeat(64)));
    expect(long).toContain('metadata.name: use lower-case letters, digits and -, at most 63');
  });

  it('refuses two things that mean "nothing given" in a folder', async () => {
    const withNull = documentOf('Provider', { schema: 'openai', endpoint: null });
    expect(await complaintOfServer(withNull)).toContain('spec.endpoint: Invalid value: "null"');
    expect(complaintsOfParser(withNull)).toEqual([]);
    const { spec: _nothing, ...withoutSpec } = documentOf('GatewayPolicy', {});
    expect(await complaintOfServer({ ...withoutSpec, spec: undefined })).toContain('spec: Required value');
    expect(complaintsOfParser(withoutSpec)).toEqual([]);
  });

  it('completes defaults of texts, numbers and booleans where their map is written', async () => {
    const spec = { targets: [{ provider: 'openai' }], retry: { on: [429] } };
    const stored = await client.apply(refOf(documentOf('Model', spec)), documentOf('Model', spec), { dryRun: true });
    expect(stored.ok && stored.value.spec).toEqual({
      targets: [{ provider: 'openai', priority: 0, weight: 1 }],
      retry: { on: [429], attemptTimeout: '120s' },
      enabled: true,
      listed: true,
    });
  });

  it('shows columns, short names and the category', async () => {
    await server.apply(
      JSON.stringify(documentOf('Model', { name: 'openai/gpt-4o', targets: [{ provider: 'openai' }] })),
    );
    await server.apply(JSON.stringify(documentOf('Limit', { tokens: '100k', window: { calendar: 'day' } })));
    const [header, row] = (await server.kubectl('get', 'slm')).trim().split('\n');
    expect(header?.split(/ +/)).toEqual(['NAME', 'MODEL', 'PROVIDER', 'ENABLED', 'ACCEPTED', 'AGE']);
    expect(row).toMatch(/^example +openai\/gpt-4o +openai +true +\S+$/);
    const everything = await server.kubectl('get', 'sluice', '-o', 'name');
    expect(everything.trim().split('\n').sort()).toEqual(['limit.sluice.dev/example', 'model.sluice.dev/example']);
    expect(await server.kubectl('get', 'sll')).toContain('100k');
  });

  it('keeps as many prices as a catalogue may have', async () => {
    const price = (index: number) => ({
      provider: 'a-provider-of-ours',
      model: `some-vendor/some-model-of-some-size-${index}`,
      pricing: { input: 0.123, output: '1.234', cachedInput: 0.0123, tiers: [{ above: '200k', input: 2, output: 4 }] },
    });
    const prices = Array.from({ length: mostListedPrices }, (_, index) => price(index));
    const document = documentOf('PriceCatalogue', { prices });
    const kept = await client.apply(refOf(document), document);
    expect(kept.ok ? undefined : kept.error.message).toBeUndefined();
    const more = documentOf('PriceCatalogue', { prices: [...prices, price(mostListedPrices)] });
    expect(await complaintOfServer(more)).toContain('spec.prices: Too many: 4001: must have at most 4000 items');
  });

  it('keeps status apart from the spec, with one condition of each type', async () => {
    const ref = refOf(documentOf('Model', {}));
    await server.apply(JSON.stringify(documentOf('Model', { targets: [{ provider: 'openai' }] })));
    const before = await client.get(ref);
    const condition = {
      type: 'Accepted',
      status: 'True',
      reason: 'Accepted',
      message: '',
      observedGeneration: 1,
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const written = await client.patchStatus(ref, { observedGeneration: 1, conditions: [condition] });
    if (!before.ok || !written.ok) throw new Error('not stored');
    expect(written.value.metadata.generation).toBe(before.value.metadata.generation);
    expect(written.value.status).toEqual({ observedGeneration: 1, conditions: [condition] });
    const twice = await client.patchStatus(ref, { conditions: [condition, condition] });
    expect(twice.ok ? '' : twice.error.message).toContain('Duplicate value');
    expect(await server.kubectl('get', 'slm', 'example')).toMatch(/example .*True/);
  });

  it('explains fields', async () => {
    expect(await server.kubectl('explain', 'models.spec.retry.attemptTimeout')).toContain(
      'Until the response headers of one attempt.',
    );
  });
});

const root = fileURLToPath(new URL('../../..', import.meta.url));

const files = globSync('examples/**/*.yaml', { cwd: root }).sort();
const inFiles = files.map((file) => {
  const text = readFileSync(join(root, file), 'utf8');
  // As kubectl and Helm read it: `on` and `off` without quotes are booleans to them.
  const documents = parseAllDocuments(text, { version: '1.1' }).map((document) => document.toJS());
  return { file, documents: documents.filter(({ kind }) => published.some((each) => each === kind)) };
});

describe.each(inFiles.filter(({ documents }) => documents.length > 0))('$file', ({ documents }) => {
  it('is taken document by document', async () => {
    for (const document of documents) {
      const complaint = await complaintOfServer(document);
      expect([document.metadata.name, complaint, complaintsOfParser(document)]).toEqual([
        document.metadata.name,
        undefined,
        [],
      ]);
    }
  });
});

interface Document {
  readonly apiVersion: string;
  readonly kind: Kind;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: unknown;
}

function documentOf(kind: Kind, spec: unknown, name = 'example'): Document {
  return { apiVersion: kinds[kind].apiVersion, kind, metadata: { name, namespace: 'default' }, spec };
}

function refOf({ apiVersion, kind, metadata }: Document): ObjectRef {
  if (!isKind(kind)) throw new Error(`${String(kind)} is not a kind`);
  const { group, plural, scope } = kinds[kind];
  const namespace = scope === 'Namespaced' ? { namespace: metadata.namespace ?? 'default' } : {};
  return { group, version: apiVersion.slice(group.length + 1), plural, name: metadata.name, ...namespace };
}

async function complaintOfServer(document: Document): Promise<string | undefined> {
  const answer = await client.apply(refOf(document), document, { dryRun: true });
  return answer.ok ? undefined : answer.error.message;
}

function parsed(document: unknown) {
  return parseDocuments(JSON.stringify(document), 'a.json', '/', { now: testNow });
}

function complaintsOfParser(document: unknown): readonly string[] {
  const errors = parsed(document).problems.filter(({ severity }) => severity === 'error');
  return errors.map(({ path, message }) => `${path} ${message}`);
}

/** What our parser makes of it. */
function meaning(document: unknown): unknown {
  return parsed(document).documents.map(({ spec }) => spec);
}

/** Messages of all CEL rules in a schema. */
function* rulesOf(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* rulesOf(item);
  if (!isMap(value)) return;
  for (const [name, child] of Object.entries(value)) {
    if (name !== 'x-kubernetes-validations') yield* rulesOf(child);
    else if (Array.isArray(child)) for (const rule of child) if (isMap(rule)) yield String(rule.message);
  }
}
