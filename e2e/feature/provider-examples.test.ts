import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderSurroundings } from '../../src/controller/sources/files/surroundings.ts';
import { createSecretStore } from '../../src/controller/sources/secrets/store.ts';
import { buildModel } from '../../src/model/build/build.ts';
import type { PolicyDocument } from '../../src/policy/document.ts';
import { parseDocuments } from '../../src/policy/parse.ts';

/*
 * examples/providers: both files of a provider mean something to the model, and what they ask for in vain is said of the
 * object that asks for it.
 */

const folder = join(import.meta.dirname, '../../examples/providers');
const providers = globSync('*/', { cwd: folder }).sort();

/** By provider, in the vocabulary of Envoy AI Gateway: objects that say in their status that they are not served yet. */
const unserved: { readonly [provider: string]: readonly string[] } = {
  'azure-openai': ['AIServiceBackend/azure-openai-versioned'],
  bedrock: ['AIServiceBackend/bedrock', 'AIServiceBackend/bedrock-claude'],
  cohere: ['AIServiceBackend/cohere-rank'],
  vertex: ['AIServiceBackend/vertex', 'AIServiceBackend/vertex-claude'],
};

describe.each(providers)('examples/providers/%s', (provider) => {
  it('means in both vocabularies something that a gateway can serve', () => {
    const own = build('gateway.yaml', 'keys.yaml', `${provider}/sluice.yaml`);
    expect(own.problems).toEqual([]);
    expect(own.gateway?.routes.length).toBeGreaterThan(0);
    const foreign = build('gateway.yaml', 'keys.yaml', `${provider}/envoy-ai-gateway.yaml`);
    expect(foreign.attachments.map(({ outcome }) => outcome)).toEqual(foreign.attachments.map(() => 'accepted'));
    expect(foreign.attachments.length).toBeGreaterThan(0);
  });

  it('says of the object concerned what is not served yet', () => {
    const { errors } = build('gateway.yaml', 'keys.yaml', `${provider}/envoy-ai-gateway.yaml`);
    expect([...new Set(errors.map(({ document }) => document))].sort()).toEqual(unserved[provider] ?? []);
    expect(errors.map(({ reason }) => reason)).toEqual(errors.map(() => 'UnsupportedValue'));
  });
});

describe('the two vocabularies', () => {
  const both = (provider: string) =>
    ['sluice', 'envoy-ai-gateway'].map(
      (name) => build('gateway.yaml', 'keys.yaml', `${provider}/${name}.yaml`).gateway,
    );

  it('reach the same providers by the same addresses', () => {
    for (const provider of ['anthropic', 'deepseek', 'gemini', 'groq', 'mistral', 'openai', 'tetrate', 'vllm']) {
      const endpoints = both(provider).map((gateway) =>
        [
          ...new Set(gateway?.providers.map(({ endpoint }) => `${endpoint.host}:${endpoint.port}${endpoint.basePath}`)),
        ].sort(),
      );
      expect([provider, endpoints[1]]).toEqual([provider, endpoints[0]]);
    }
  });

  it('try the same models in the same order', () => {
    for (const provider of ['azure-openai', 'bedrock', 'vertex', 'vllm', 'tetrate']) {
      const chains = both(provider).map((gateway) =>
        gateway?.routes
          .filter(({ match }) =>
            match.models.some((name) => ['gpt-4o-mini', 'gpt-oss', 'gemini-flash', 'assistant'].includes(name)),
          )
          .map(({ targets }) => targets.map(({ model = '', priority, weight }) => ({ model, priority, weight }))),
      );
      expect([provider, chains[0]?.length]).toEqual([provider, 1]);
      expect([provider, chains[1]]).toEqual([provider, chains[0]]);
    }
  });
});

function build(...files: readonly string[]) {
  const parsed = files.map((file) => parseDocuments(readFileSync(join(folder, file), 'utf8'), file, folder));
  const documents: PolicyDocument[] = parsed.flatMap((text) => text.documents);
  const secrets = createSecretStore({ env: {}, onChange: () => undefined });
  try {
    // Nobody asks Google for a token with a key file that says `replace-me`.
    const built = buildModel(documents, {
      hasStandIns: true,
      ...folderSurroundings(secrets),
      token: () => ({ value: 'a-token' }),
      awsKey: () => ({ value: { accessKeyId: 'a-key', secretAccessKey: 'a-secret' } }),
    });
    const problems = [...parsed.flatMap((text) => text.problems), ...built.problems];
    const errors = problems.filter(({ severity }) => severity === 'error');
    return { problems, errors, gateway: built.gateways[0], attachments: built.attachments };
  } finally {
    secrets.close();
  }
}
