/** Known services that speak a served dialect: `preset: groq` instead of schema and endpoint. */
export interface Preset {
  readonly schema: 'openai-compatible';
  readonly endpoint: string;
  /** A service on the net answers nothing without a key; a server on the own machine usually asks for none. */
  readonly needsCredential: boolean;
}

export const presets = {
  baseten: service('https://inference.baseten.co/v1'),
  cerebras: service('https://api.cerebras.ai/v1'),
  cohere: service('https://api.cohere.ai/compatibility/v1'),
  deepinfra: service('https://api.deepinfra.com/v1/openai'),
  deepseek: service('https://api.deepseek.com/v1'),
  fireworks: service('https://api.fireworks.ai/inference/v1'),
  gemini: service('https://generativelanguage.googleapis.com/v1beta/openai'),
  groq: service('https://api.groq.com/openai/v1'),
  huggingface: service('https://router.huggingface.co/v1'),
  hunyuan: service('https://api.hunyuan.cloud.tencent.com/v1'),
  lmstudio: ownServer('http://localhost:1234/v1'),
  mistral: service('https://api.mistral.ai/v1'),
  nvidia: service('https://integrate.api.nvidia.com/v1'),
  ollama: ownServer('http://localhost:11434/v1'),
  openrouter: service('https://openrouter.ai/api/v1'),
  sambanova: service('https://api.sambanova.ai/v1'),
  together: service('https://api.together.xyz/v1'),
  vllm: ownServer('http://localhost:8000/v1'),
  xai: service('https://api.x.ai/v1'),
} as const satisfies { readonly [name: string]: Preset };

export type PresetName = keyof typeof presets;

export function isPreset(name: string): name is PresetName {
  return Object.hasOwn(presets, name);
}

export const presetNames: readonly PresetName[] = Object.keys(presets).filter(isPreset);

function service(endpoint: string): Preset {
  return { schema: 'openai-compatible', endpoint, needsCredential: true };
}

function ownServer(endpoint: string): Preset {
  return { schema: 'openai-compatible', endpoint, needsCredential: false };
}
