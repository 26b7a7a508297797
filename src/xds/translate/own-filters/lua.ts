import { LuaSchema } from '../../../gen/envoy/extensions/filters/http/lua/v3/lua_pb.js';
import type { LuaFilter } from '../../../model/own-filter.ts';
import { type Extension, extension } from '../extension.ts';

export function luaFilter({ name, script }: LuaFilter): Extension {
  return extension(name, LuaSchema, { defaultSourceCode: { specifier: { case: 'inlineString', value: script } } });
}
