import { required } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { oneOf } from '../schema/one-of.ts';
import type { Infer } from '../schema/schema.ts';
import { extProc } from './ext-proc.ts';
import { lua } from './lua.ts';
import { wasm } from './wasm.ts';

const extension = oneOf(
  {
    wasm: required(wasm, 'Code in WebAssembly (Proxy-Wasm).'),
    lua: required(lua, 'A script in Lua.'),
    extProc: required(extProc, 'A service that speaks Envoy’s ext_proc over gRPC.'),
  },
  'write {wasm: {url: …, sha256: …}}, {lua: {inline: …}} or {extProc: {endpoint: …}}',
);

/** Filters of one's own, of which a request meets the first one first. */
export const extensions = list(extension, { most: 16 });

export type Extension = Infer<typeof extension>;
