import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readCatalogue } from '../../../src/llm/price/catalogue/read-catalogue.ts';
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
  'speech-sample': { litellm_provider: 'openai', mode: 'audio_speech', input_cost_per_character: 1e-5 },
};
const modelsDev = { openai: { models: { 'gpt-sample': { cost: { input: 2.5, output: 10 } } } } };

describe('sluice prices import', () => {
  let cwd: string;

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'sluice-prices-'));
    await writeFile(join(cwd, 'litellm.json'), JSON.stringify(litellm));
    await writeFile(join(cwd, 'api.json'), JSON.stringify(modelsDev));
    await writeFile(join(cwd, 'broken.json'), '{');
    await writeFile(join(cwd, 'list.json'), '[]');
    await writeFile(join(cwd, 'empty.json'), '{}');
    await writeFile(
      join(cwd, 'own.yaml'),
      'kind: PriceCatalogue\nmodels: {house: {provider: us, input: 0.5, output: null}}',
    );
    await writeFile(join(cwd, 'wrong.yaml'), 'kind: PriceCatalogue\nmodels: {house: {inputs: 0.5, output: many}}');
  });
  afterAll(() => rm(cwd, { recursive: true }));

  const run = (...args: string[]) => runCli(['prices', 'import', ...args], { cwd });

  it('prints a catalogue, and what looks wrong on standard error', async () => {
    const { status, out, err } = await run('litellm.json');
    expect(status).toBe(0);
    const { catalogue, problems } = readCatalogue(parse(out));
    expect(problems).toEqual([]);
    expect(catalogue.map(({ name }) => name)).toEqual(['azure/gpt-sample', 'gpt-sample']);
    expect(err).toContain('check: azure/gpt-sample — input is 2750000 USD per million tokens');
    expect(err).toContain('skipped: speech-sample has the mode audio_speech.');
  });

  it('finds out the form of the file, and prints JSON', async () => {
    const { out } = await run('api.json', '--output', 'json');
    expect(JSON.parse(out)).toEqual({
      kind: 'PriceCatalogue',
      models: { 'openai/gpt-sample': { provider: 'openai', input: 2.5, output: 10 } },
    });
  });

  it('keeps the providers and models that are asked for', async () => {
    const byProvider = await run('litellm.json', '--provider', 'openai');
    expect(Object.keys((parse(byProvider.out) as { models: object }).models)).toEqual(['gpt-sample']);
    expect(byProvider.err).toBe('');
    const byModel = await run('litellm.json', '--model', 'azure/*');
    expect(Object.keys((parse(byModel.out) as { models: object }).models)).toEqual(['azure/gpt-sample']);
  });

  it('prints pricing that a Model takes', async () => {
    const { status, out, err } = await run('litellm.json', '--model', 'gpt-sample', '--model-document', 'small');
    expect([status, err]).toEqual([0, '']);
    expect(out).toContain('# gpt-sample, for the spec of Model/small.\n');
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

  it('reads a catalogue that somebody has written, and says what a Model cannot', async () => {
    const all = await run('own.yaml');
    expect(parse(all.out)).toEqual({
      kind: 'PriceCatalogue',
      models: { house: { provider: 'us', input: 0.5, output: null } },
    });
    const one = await run('own.yaml', '--model-document', 'house');
    expect(parse(one.out)).toEqual({ pricing: { input: 0.5 } });
    expect(one.err).toBe('left out: house — output is not published, which a Model cannot say.\n');
  });

  it('takes the price of the name of the model where none is chosen', async () => {
    expect((await run('litellm.json', '--model-document', 'gpt-sample')).out).toContain('# gpt-sample,');
    const { status, err } = await run('litellm.json', '--model-document', 'gpt-sampel');
    expect(status).toBe(1);
    expect(err).toContain('No price is called gpt-sampel, and 2 are left. Did you mean gpt-sample?');
  });

  it.each([
    [['missing.json'], 1, 'missing.json cannot be read'],
    [['broken.json'], 1, 'broken.json is neither JSON nor YAML.'],
    [['wrong.yaml'], 1, 'models.house.inputs: there is no such field. models.house.output: it '],
    [['litellm.json', '--from', 'catalogue'], 1, 'It is not a PriceCatalogue'],
    [['list.json'], 1, 'list.json is not an object of prices.'],
    [['empty.json'], 1, 'empty.json has no prices in the form of litellm.'],
    [['litellm.json', '--from', 'models.dev'], 1, 'has no prices in the form of models.dev'],
    [['litellm.json', '--provider', 'nobody'], 1, 'None of 2 prices'],
    [[], 2, 'FILE is missing'],
    [['litellm.json', '--from', 'elsewhere'], 2, '--from elsewhere is not possible'],
  ])('refuses %j with %d', async (args, expected, text) => {
    const { status, out, err } = await run(...args);
    expect([status, out]).toEqual([expected, '']);
    expect(err).toContain(text);
  });
});
