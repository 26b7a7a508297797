import { describe, expect, it } from 'vitest';
import { presets } from '../../../src/policy/preset.ts';
import { publicServiceAt } from '../../../src/policy/public-service.ts';
import { providerName } from './provider-name.ts';

describe('providerName()', () => {
  it.each(['together_ai', 'togetherai', 'fireworks_ai', 'fireworks-ai', 'nvidia_nim', 'cohere_chat', 'google', 'groq'])(
    'calls %s as a policy does',
    (word) => {
      const name = providerName(word);
      expect(presets).toHaveProperty(name);
      expect(publicServiceAt(new URL(presets[name as keyof typeof presets].endpoint).hostname)).toBe(name);
    },
  );

  it('keeps what has no service here, as a name of a Provider', () => {
    expect(['vertex_ai-language-models', 'bedrock', 'openai', '302.AI'].map(providerName)).toEqual([
      ...['vertex-ai-language-models', 'bedrock', 'openai', '302-ai'],
    ]);
  });
});
