import { LuaSchema } from '../../../gen/envoy/extensions/filters/http/lua/v3/lua_pb.js';
import type { LuaFilter } from '../../../model/own-filter.ts';
import { type Extension, extension } from '../extension.ts';

/**
 * Envoy logs what a script throws, and goes on as if it had approved. This catches it first. Behind the script, so that
 * the lines of its messages stay right; on a line of its own, since scripts may end with a comment. An answer on its way
 * cannot be replaced any more: there Envoy's own way has to do.
 */
const refusing = `
do
  local run = envoy_on_request
  if run then
    function envoy_on_request(handle)
      local passed, fault = pcall(run, handle)
      if passed then return end
      handle:logErr("script failed: " .. tostring(fault))
      handle:respond({[":status"] = "500"}, "A filter of this gateway has failed.")
    end
  end
end
`;

export function luaFilter({ name, script, isOptional }: LuaFilter): Extension {
  const inlineString = isOptional ? script : script + refusing;
  return extension(name, LuaSchema, {
    defaultSourceCode: { specifier: { case: 'inlineString', value: inlineString } },
  });
}
