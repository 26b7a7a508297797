import { optional } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import type { Infer } from '../schema/schema.ts';
import { refused, unservedYet } from '../schema/verdict.ts';
import { extProc } from './ext-proc.ts';
import { lua } from './lua.ts';
import { routeTargets, targetFields, withTargets } from './policy-targets.ts';
import { wasm } from './wasm.ts';

const noFilters = 'the filters are the gateway’s own';

/** Filters of your own, in the words of Envoy Gateway. They run in the order Lua, Wasm, processor. */
export const envoyExtensionPolicySpec = withTargets(
  object({
    ...targetFields(routeTargets),
    wasm: optional(unservedYet(list(wasm, { most: 16 }), noFilters), 'WebAssembly.'),
    extProc: optional(unservedYet(list(extProc, { most: 16 }), noFilters), 'Processors.'),
    lua: optional(unservedYet(list(lua, { most: 16 }), noFilters), 'Lua.'),
    dynamicModule: refused('Envoy loads no libraries'),
  }),
);

export type EnvoyExtensionPolicySpec = Infer<typeof envoyExtensionPolicySpec>;
