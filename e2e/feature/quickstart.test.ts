import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadPolicy } from '../../cmd/sluice/policy/load-policy.ts';
import { sha256Hex } from '../../src/lib/hash.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const secret = readFileSync(`${root}/examples/quickstart/demo-key.txt`, 'utf8').trim();

describe('the quickstart', async () => {
  const { documents, built, problems } = await loadPolicy(
    'examples/quickstart',
    { cwd: root, env: {} },
    { skipSecrets: false },
  );
  const [gateway] = built.gateways;

  it('needs no secret, no account and no network, and has no problem', () => {
    expect(problems).toEqual([]);
    expect(gateway?.providers.map((provider) => provider.endpoint.host)).toEqual([
      '127.0.0.1',
      '127.0.0.1',
      '127.0.0.1',
    ]);
    expect(gateway?.secrets).toEqual([]);
  });

  it('has a key whose secret stands in demo-key.txt and in the line of the README', () => {
    const key = documents.find((document) => document.id === 'ApiKey/demo');
    expect(key?.spec).toMatchObject({ secret: { sha256: sha256Hex(secret) } });
    expect(readFileSync(`${root}/README.md`, 'utf8')).toContain(`authorization: Bearer ${secret}'`);
  });

  it('shows a fallback, a split and both dialects', () => {
    const chain = (name: string) => gateway?.routes.find((route) => route.id === `model/${name}`)?.targets ?? [];
    expect(chain('small').map((target) => target.priority)).toEqual([0, 1]);
    expect(chain('large').map((target) => target.weight)).toEqual([70, 30]);
    expect(new Set(gateway?.providers.map((provider) => provider.dialect))).toEqual(new Set(['openai', 'anthropic']));
  });
});
