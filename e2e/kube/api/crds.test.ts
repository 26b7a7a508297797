import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../cmd/sluice/testing/run-cli.ts';
import { connectKubeClient, type KubeClient } from '../../../src/kube/client.ts';
import { kinds } from '../../../src/policy/kinds.ts';
import { mostListedPrices } from '../../../src/policy/price-catalogue.ts';
import {
  complaintsOfParser,
  documentOf,
  type KindDocument,
  published,
  refOf,
} from '../../support/definitions/document.ts';
import { type KubeApiServer, startApiServer } from '../../support/kube-api/api-server.ts';
import { patience } from '../../support/kube-api/patience.ts';

/* Definitions as a whole: how they get to an API server, and what people see of them there. */

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

describe('an API server', () => {
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

async function complaintOfServer(document: KindDocument): Promise<string | undefined> {
  const answer = await client.apply(refOf(document), document, { dryRun: true });
  return answer.ok ? undefined : answer.error.message;
}
