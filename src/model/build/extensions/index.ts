import type { GatewayPolicyDocument } from '../../../policy/document.ts';
import type { Extension } from '../../../policy/extension/extension.ts';
import type { BackendDocuments } from '../backend/service.ts';
import type { BuildContext } from '../context.ts';
import type { GatewayPolicies } from '../gateway/gateway-policies.ts';
import { type BuiltFilter, type BuiltFilters, padded, together } from '../own-filters/built-filters.ts';
import { buildLua } from './lua.ts';
import { buildProcessor } from './processor.ts';
import { buildWasm } from './wasm.ts';

/** By the name of the gateway; none where no policy lists any. */
export type ListedFilters = ReadonlyMap<string, BuiltFilters>;

/** The filters that GatewayPolicies list, for everything that comes by their Gateways. */
export function listedFilters(
  policyOf: GatewayPolicies,
  known: BackendDocuments,
  context: BuildContext,
): ListedFilters {
  return new Map(
    [...policyOf].flatMap(([gateway, policy]): [string, BuiltFilters][] => {
      const { extensions } = policy.spec;
      if (extensions.length === 0) return [];
      return [[gateway, together(extensions.map((one, index) => build(policy, index, one, known, context)))]];
    }),
  );
}

function build(
  policy: GatewayPolicyDocument,
  index: number,
  extension: Extension,
  known: BackendDocuments,
  context: BuildContext,
): BuiltFilter | undefined {
  const path = `spec.extensions[${index}]`;
  const name = `extensions/${padded(index)}`;
  if ('lua' in extension) return buildLua(policy, `${path}.lua`, `${name}/lua`, extension.lua, context);
  if ('wasm' in extension) return buildWasm(policy, `${path}.wasm`, `${name}/wasm`, extension.wasm, context);
  return buildProcessor(policy, `${path}.extProc`, `${name}/extProc`, extension.extProc, known, context);
}
