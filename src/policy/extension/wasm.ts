import { codeSha256, codeUrl } from '../filter-words.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { jsonValue } from '../schema/json-value.ts';
import { set } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import type { Infer } from '../schema/schema.ts';
import { text } from '../schema/text.ts';
import { onFailure } from './on-failure.ts';

const variable = text({
  pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
  complaint: 'is not the name of an environment variable',
  remedy: 'write the name of a variable, such as WAF_MODE',
});

const rootId = text({ complaint: 'has control characters', remedy: 'write it on one line' });

/** Code in WebAssembly (Proxy-Wasm), such as a web application firewall. */
export const wasm = object({
  url: required(codeUrl, 'Where Envoy fetches the code.'),
  sha256: required(codeSha256, 'Hash of the code: Envoy runs no other.'),
  config: optional(jsonValue, 'What the code is told, as JSON.'),
  rootId: optional(rootId, 'Which part of the code is meant, where it has several.'),
  env: defaulted(set(variable, { most: 64 }), [], 'Environment variables of Envoy that the code may read.'),
  onFailure,
});

export type WasmExtension = Infer<typeof wasm>;
