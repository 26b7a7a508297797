import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { PriceCatalogueDocument } from '../../../src/policy/document.ts';
import { parseDocuments } from '../../../src/policy/parse.ts';
import { runCli } from '../testing/run-cli.ts';

const litellm = {
  'gpt-sample': {
    litellm_provider: 'openai',
    mode: 'chat',
    input_cost_per_token: 2.5e-6,
    output_cost_per_token: 1e-5,
    input_cost_per_token_above_200k_tokens: 5e-6,
    input_cost_per_token_batches: 1.25e-6,
  },
  'azure/gpt-sample': {
    litellm_provider: 'azure',
    mode: 'chat',
    input_cost_per_token: 2.75,
    output_cost_per_token: 1e-5,
  },
  'azure/gpt-dear': { litellm_provider: 'azure', mode: 'chat', input_cost_per_token: 0.0025 },
  'speech-sample': { litellm_provider: 'openai', mode: 'audio_speech', input_cost_per_character: 1e-5 },
};
const modelsDev = {
  openai: { models: { 'gpt-sample': { cost: { input: 2.5, output: 10 } } } },
  togetherai: { models: { llama: { cost: { input: 1, output: 2 } } } },
};

describe('sluice prices import', () => {
  let cwd: string;

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'sluice-prices-'));
    await writeFile(join(cwd, 'litellm.json'), JSON.stringify(litellm));
    await writeFile(join(cwd, 'api.json'), JSON.stringify(modelsDev));
    const llama = (input: number) => ({ models: { llama: { cost: { input, output: 2 } } } });
    const words = { together_ai: llama(1), togetherai: llama(2), fireworks_ai: llama(1), 'fireworks-ai': llama(1) };
    await writeFile(join(cwd, 'words.json'), JSON.stringify(words));
    await writeFile(join(cwd, 'broken.json'), '{');
    await writeFile(join(cwd, 'list.json'), '[]');
    await writeFile(join(cwd, 'empty.json'), '{}');
    const large = Array.from({ length: 4000 }, (_, index) => [
      `${index}-${'x'.repeat(240)}`,
      Object.fromEntries(
        ['', '_batches', '_flex', '_priority'].flatMap((suffix) => [
          [`input_cost_per_token${suffix}`, 1e-6],
          [`output_cost_per_token${suffix}`, 1e-6],
        ]),
      ),
    ]);
    await writeFile(join(cwd, 'large.json'), JSON.stringify(Object.fromEntries(large)));
    const many = Array.from({ length: 4001 }, (_, index) => [`m${index}`, { input_cost_per_token: 1e-6 }]);
    await writeFile(join(cwd, 'many.json'), JSON.stringify(Object.fromEntries(many)));
  });
  afterAll(() => rm(cwd, { recursive: true }));

  const run = (...args: string[]) => runCli(['prices', 'import', ...args], { cwd });

  it('prints a catalogue that the policy takes, and what it has left out on standard error', async () => {
    const { status, out, err } = await run('litellm.json', '--provider', 'openai,azure=azure-eu', '--name', 'public');
    expect(status).toBe(0);
    // One line for each price.
    expect(out.trim().split('\n').slice(-1)[0]).toMatch(/^ +- \{ provider: openai, model: gpt-sample, pricing: \{ /);
    const { documents, problems } = parseDocuments(out, 'prices.yaml', '.');
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(documents.map(({ id }) => id)).toEqual(['PriceCatalogue/public']);
    const [catalogue] = documents as readonly PriceCatalogueDocument[];
    expect(catalogue?.spec.prices).toMatchObject([
      { provider: 'azure-eu', model: 'gpt-dear', pricing: { input: 2_500_000_000_000 } },
      { provider: 'openai', model: 'gpt-sample', pricing: { input: 2_500_000_000, batch: { input: 1_250_000_000 } } },
    ]);
    expect(err).toContain(
      'check: azure/gpt-dear — pricing.input is 2500 USD per million tokens.\n' +
        'skipped: azure/gpt-sample — pricing.input 2750000 is more than 1000000.\n',
    );
  });

  it('says what it cannot read', async () => {
    const { out, err } = await run('litellm.json');
    expect(out).toContain('metadata:\n  name: litellm\n');
    expect(err).toContain('skipped: openai/speech-sample has the mode audio_speech.');
  });

  it('says that a cluster would not keep so much', async () => {
    const { status, err } = await run('large.json', '--output', 'json');
    expect([status, err]).toEqual([
      0,
      'check: the catalogue is larger than 1.5 MB, which etcd does not keep. A policy folder takes it.\n',
    ]);
  });

  it('finds out the form of the file, and prints JSON', async () => {
    const { out } = await run('api.json', '--output', 'json');
    expect(JSON.parse(out)).toEqual({
      apiVersion: 'sluice.dev/v1alpha1',
      kind: 'PriceCatalogue',
      metadata: { name: 'models-dev' },
      spec: {
        prices: [
          { provider: 'openai', model: 'gpt-sample', pricing: { input: 2.5, output: 10 } },
          { provider: 'together', model: 'llama', pricing: { input: 1, output: 2 } },
        ],
      },
    });
  });

  it('reads standard input for -', () => {
    const sluice = fileURLToPath(new URL('../../../bin/sluice', import.meta.url));
    const given = { input: JSON.stringify(modelsDev), encoding: 'utf8' } as const;
    const { status, stdout } = spawnSync(sluice, ['prices', 'import', '-', '--provider', 'openai'], given);
    expect(status).toBe(0);
    expect((parse(stdout) as PriceCatalogueDocument).spec.prices).toEqual([
      { provider: 'openai', model: 'gpt-sample', pricing: { input: 2.5, output: 10 } },
    ]);
    const broken = spawnSync(sluice, ['prices', 'import', '-'], { ...given, input: '{' });
    expect([broken.status, broken.stdout]).toEqual([1, '']);
    expect(broken.stderr).toContain('Standard input is not JSON.');
  });

  it('takes one of two words for a service, and says where their prices differ', async () => {
    const { out, err } = await run('words.json');
    expect((parse(out) as PriceCatalogueDocument).spec.prices).toMatchObject([
      { provider: 'fireworks', model: 'llama' },
      { provider: 'together', model: 'llama', pricing: { input: 1 } },
    ]);
    expect(err).toBe('left out: togetherai/llama has another price than together_ai/llama, which is the same here.\n');
  });

  it('keeps the providers and models that are asked for', async () => {
    const modelsOf = async (...args: string[]) => {
      const { out } = await run('litellm.json', ...args);
      return (parse(out) as PriceCatalogueDocument).spec.prices.map(({ provider, model }) => `${provider} ${model}`);
    };
    expect(await modelsOf('--provider', 'openai')).toEqual(['openai gpt-sample']);
    expect(await modelsOf('--model', 'azure/*')).toEqual(['azure gpt-dear']);
    expect(await modelsOf('--model', 'gpt-*')).toEqual(['azure gpt-dear', 'openai gpt-sample']);
  });

  it('prints pricing that a Model takes', async () => {
    const { status, out, err } = await run('litellm.json', '--model', 'gpt-sample', '--model-document', 'small');
    expect([status, err]).toEqual([0, '']);
    expect(out).toContain('# openai/gpt-sample, for the spec of Model/small.\n');
    const indented = out.replace(/^/gm, '  ');
    const text = `apiVersion: sluice.dev/v1alpha1\nkind: Model\nmetadata: {name: small}\nspec:\n  targets: [{provider: openai, model: x}]\n${indented}`;
    const { documents, problems } = parseDocuments(text, 'm', '.');
    expect(problems.filter((problem) => problem.path.includes('pricing'))).toEqual([]);
    expect(documents[0]).toMatchObject({
      spec: {
        pricing: {
          input: 2_500_000_000,
          output: 10_000_000_000,
          tiers: [{ above: 200_000, input: 5_000_000_000 }],
          batch: { input: 1_250_000_000 },
        },
      },
    });
  });

  it('takes the price of the name of the model where none is chosen', async () => {
    expect((await run('litellm.json', '--model-document', 'gpt-sample')).out).toContain('# openai/gpt-sample,');
    const { status, err } = await run('litellm.json', '--model-document', 'gpt-sampel');
    expect(status).toBe(1);
    expect(err).toContain('No price is called gpt-sampel, and 2 are left. Did you mean gpt-sample?');
  });

  it.each([
    [['missing.json'], 1, 'missing.json cannot be read'],
    [['broken.json'], 1, 'broken.json is not JSON.'],
    [['many.json'], 1, '4001 prices are more than the 4000 that a catalogue may have. Choose some with --provider'],
    [['litellm.json', '--model', 'azure/gpt-sample'], 1, 'No price is left.'],
    [['list.json'], 1, 'list.json is not an object of prices.'],
    [['empty.json'], 1, 'empty.json has no prices in the form of litellm.'],
    [['litellm.json', '--from', 'models.dev'], 1, 'has no prices in the form of models.dev'],
    [['litellm.json', '--provider', 'nobody'], 1, 'None of 3 prices'],
    [['litellm.json', '--name', 'No Name'], 2, '--name No Name is not a DNS label'],
    [[], 2, 'FILE is missing'],
    [['litellm.json', '--from', 'elsewhere'], 2, '--from elsewhere is not possible'],
  ])('refuses %j with %d', async (args, expected, text) => {
    const { status, out, err } = await run(...args);
    expect([status, out]).toEqual([expected, '']);
    expect(err).toContain(text);
  });
});
