import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiKey, documents, model, provider } from '../../../e2e/support/policy-documents.ts';
import { runCli } from '../testing/run-cli.ts';

const anthropic = { schema: 'anthropic', credential: { none: {} } };
const openai = { credential: { none: {} } };

describe('sluice explain', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-explain-'));
    const policy = documents(
      provider('o-one', 'https://one.example.com/v1', openai),
      provider('o-two', 'https://two.example.com/v1', openai),
      provider('a-one', 'https://three.example.com/v1', anthropic),
      model('plain', ['o-one/x', 'o-two/y']),
      model('both', [
        { provider: 'o-one', model: 'x', weight: 3 },
        { provider: 'a-one', model: 'claude', priority: 0 },
        { provider: 'o-two', model: 'y', priority: 0 },
      ]),
      apiKey('ana', 'KEY'),
    );
    await writeFile(join(folder, 'policy.yaml'), policy);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const explain = async (named: string, ...more: string[]): Promise<string> => {
    const env = { KEY: 'sk-a-key-of-enough-characters' };
    const { status, out, err } = await runCli(['explain', '--key', 'ana', '--model', named, ...more], {
      cwd: folder,
      env,
    });
    expect([status, err]).toEqual([0, '']);
    return out;
  };

  it('shows the chain of a model in the order in which it is tried', async () => {
    expect(await explain('plain')).toMatch(
      /^ {2}· the targets are tried in this order\n {2}✓ {2}o-one\/x .*\n {2}✓ {2}o-two\/y .*\nprice$/m,
    );
  });

  it('shows a chain for each API where callers of both are served, with the shares that they have in it', async () => {
    const lines = (await explain('both')).split('\n').map((line) => line.replace(/ +private, .*/, ''));
    expect(lines.slice(2, lines.indexOf('price'))).toEqual([
      '  · every target is private: the request never reaches a public provider',
      '  · each API has a chain of its own, whose targets are tried in this order',
      'OpenAI API',
      '  ✓  o-one/x       priority 0  75 %',
      '  ✓  o-two/y       priority 0  25 %',
      'Anthropic API',
      '  ✓  a-one/claude  priority 0  100 %',
    ]);
  });

  it('shows one where the model is asked for at one provider', async () => {
    const text = await explain('o-two/both');
    expect(text).toContain('  · the targets are tried in this order\n');
    expect(text).not.toMatch(/^\w+ API$/m);
  });

  it('says in JSON whose requests each target answers', async () => {
    const { targets } = JSON.parse(await explain('both', '--output', 'json')) as {
      readonly targets: readonly object[];
    };
    expect(targets).toMatchObject([
      { provider: 'o-one', api: 'openai', share: 0.75 },
      { provider: 'a-one', api: 'anthropic', share: 1 },
      { provider: 'o-two', api: 'openai', share: 0.25 },
    ]);
  });
});
