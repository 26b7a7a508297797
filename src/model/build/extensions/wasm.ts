import type { GatewayPolicyDocument } from '../../../policy/document.ts';
import type { WasmExtension } from '../../../policy/extension/wasm.ts';
import type { BuildContext } from '../context.ts';
import type { BuiltFilter } from '../own-filters/built-filters.ts';
import { wasmFilter } from '../own-filters/wasm.ts';

export function buildWasm(
  document: GatewayPolicyDocument,
  path: string,
  name: string,
  { url, sha256, config, rootId, env, onFailure }: WasmExtension,
  context: BuildContext,
): BuiltFilter | undefined {
  const settings = {
    isListed: true,
    title: '',
    rootId: rootId ?? '',
    ...(config !== undefined && { configuration: JSON.stringify(config) }),
    isOptional: onFailure === 'open',
    environment: env,
  } as const;
  return wasmFilter(document, name, { path: `${path}.url`, url, sha256 }, settings, context);
}
