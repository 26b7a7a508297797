import { TypedExtensionConfigSchema } from '../../../gen/envoy/config/core/v3/extension_pb.js';
import { LuaSchema } from '../../../gen/envoy/extensions/filters/http/lua/v3/lua_pb.js';
import type { Resource } from '../../snapshot/resource.ts';
import { typeUrls } from '../../snapshot/type-url.ts';
import { encode } from '../encode.ts';
import { packed } from '../extension.ts';
import { isNotingName } from './names.ts';

const script = `function envoy_on_request(handle)
  handle:respond({[":status"] = "500"}, "A filter of this route is not available.")
end`;

/** Where a filter only notes what the processor then looks for in vain. */
const noteNothing = 'function envoy_on_request(handle) end';

/** What every filter may become: see `standInFor`. */
export const standInType = LuaSchema.typeName;

/**
 * In place of a filter that Envoy refuses and that has no older version. Whoever chose it is not let through without it.
 * Leaving it out would do the same to requests, but an Envoy that starts waits without end for what its listener names.
 */
export function standInFor({ typeUrl, name, origins }: Resource): Resource | undefined {
  if (typeUrl !== typeUrls.extensionConfig) return undefined;
  const typedConfig = packed(LuaSchema, {
    defaultSourceCode: { specifier: { case: 'inlineString', value: isNotingName(name) ? noteNothing : script } },
  });
  return encode(TypedExtensionConfigSchema, name, { name, typedConfig }, origins);
}
