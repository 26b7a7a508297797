import { issued, named, type SecretKind } from '../kind.ts';

export const llmKinds: readonly SecretKind[] = [
  issued('sluice-key', 'key of this gateway', 'sk-sluice-[A-Za-z0-9]{49}', { check: 'sluice-checksum' }),
  issued(
    'openai-key',
    'OpenAI key (project, service account, admin, legacy)',
    ['sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{40,200}', 'sk-[A-Za-z0-9]{48}'],
    { entropy: 3.5 },
  ),
  issued('anthropic-key', 'Anthropic key', 'sk-ant-(?:api|admin|oat|ort|sid)[0-9]{2}-[A-Za-z0-9_-]{80,120}', {
    entropy: 3.5,
  }),
  issued('openrouter-key', 'OpenRouter key', 'sk-or-(?:v1-)?[0-9a-f]{64}'),
  issued('deepseek-key', 'DeepSeek key', 'sk-[0-9a-f]{32}'),
  issued('langfuse-key', 'Langfuse secret key', 'sk-lf-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'),
  issued('langsmith-key', 'LangSmith key', 'lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}'),
  issued('hugging-face-token', 'Hugging Face token', ['hf_[A-Za-z]{34}', 'api_org_[A-Za-z]{34}'], { entropy: 3.5 }),
  issued('groq-key', 'Groq key', 'gsk_[A-Za-z0-9]{52}', { entropy: 3.5 }),
  issued('perplexity-key', 'Perplexity key', 'pplx-[A-Za-z0-9]{48}', { entropy: 3.5 }),
  issued('replicate-token', 'Replicate token', 'r8_[A-Za-z0-9_-]{37}', { entropy: 3.5 }),
  issued('xai-key', 'xAI key', 'xai-[A-Za-z0-9]{80}', { entropy: 3.5 }),
  issued('fireworks-key', 'Fireworks AI key', ['fw_[A-Za-z0-9]{24}'], { entropy: 3.3 }),
  issued('nvidia-key', 'NVIDIA key', 'nvapi-[A-Za-z0-9_-]{60,70}', { entropy: 3.5 }),
  issued('cerebras-key', 'Cerebras key', 'csk-[a-z0-9]{48}', { entropy: 3.5 }),
  issued('tavily-key', 'Tavily key', 'tvly-(?:dev-|prod-)?[A-Za-z0-9]{32}', { entropy: 3.5 }),
  issued('pinecone-key', 'Pinecone key', 'pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{60,66}', { entropy: 3.5 }),
  issued('elevenlabs-key', 'ElevenLabs key', 'sk_[0-9a-f]{48}'),
  issued('weights-and-biases-key', 'Weights & Biases key', 'wandb_v1_[A-Za-z0-9_-]{60,90}', { entropy: 3.5 }),
  issued('vertex-express-key', 'Google Vertex AI express key', 'AQ.Ab[A-Za-z0-9_-]{46,60}', { entropy: 3.5 }),
  named('cohere-key', 'Cohere key', '(?:cohere|co_api_key)', '[A-Za-z0-9]{40}', { entropy: 3.5 }),
  named('mistral-key', 'Mistral key', 'mistral', '[A-Za-z0-9]{32}', { entropy: 3.5 }),
  named('together-key', 'Together AI key', 'together', '[0-9a-f]{64}'),
];
