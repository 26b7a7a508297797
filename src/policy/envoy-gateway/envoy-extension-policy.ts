import { optional } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import type { Infer } from '../schema/schema.ts';
import { refused } from '../schema/verdict.ts';
import { extProc } from './ext-proc.ts';
import { lua } from './lua.ts';
import { routeTargets, targetFields, withTargets } from './policy-targets.ts';
import { wasm } from './wasm.ts';

/** Filters of your own, in the words of Envoy Gateway. They run in the order Lua, Wasm, processor. */
export const envoyExtensionPolicySpec = withTargets(
  object({
    ...targetFields(routeTargets),
    wasm: optional(list(wasm, { most: 16 }), 'WebAssembly.'),
    extProc: optional(list(extProc, { most: 16 }), 'Processors.'),
    lua: optional(list(lua, { most: 16 }), 'Lua.'),
    dynamicModule: refused('Envoy loads no libraries'),
  }),
);

export type EnvoyExtensionPolicySpec = Infer<typeof envoyExtensionPolicySpec>;
