import { optional } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { except, refused } from '../schema/verdict.ts';
import { extProc } from './ext-proc.ts';
import { lua } from './lua.ts';
import { routeTargets, targetFields, withTargets } from './policy-targets.ts';
import { wasm } from './wasm.ts';

const notForAi = 'not on an AIGatewayRoute, whose requests are refused then';

/** Filters of your own, in the words of Envoy Gateway. They run in the order Lua, processor, Wasm. */
export const envoyExtensionPolicySpec = withTargets(
  object({
    ...targetFields(routeTargets),
    wasm: optional(except(list(wasm, { most: 16 }), notForAi), 'WebAssembly.'),
    extProc: optional(except(list(extProc, { most: 16 }), notForAi), 'Processors.'),
    lua: optional(except(list(lua, { most: 16 }), notForAi), 'Lua.'),
    dynamicModule: refused('Envoy loads no libraries'),
    mergeType: refused('policies of several levels are merged field by field'),
  }),
);
