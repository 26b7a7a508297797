import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { LuaSchema } from '../../../gen/envoy/extensions/filters/http/lua/v3/lua_pb.js';
import { luaFilter } from './lua.ts';

const script = 'function envoy_on_request(handle) end -- nothing';

function sent(isOptional: boolean): unknown {
  const { typedConfig } = luaFilter({ kind: 'lua', name: 'a', script, isOptional, origins: [] });
  return fromBinary(LuaSchema, typedConfig.value).defaultSourceCode?.specifier.value;
}

describe('luaFilter()', () => {
  it('sends a script as it is where requests may pass it', () => {
    expect(sent(true)).toBe(script);
  });

  it('catches what a script throws where they may not, behind it and on lines of its own', () => {
    expect(sent(false)).toMatch(
      /^function envoy_on_request\(handle\) end -- nothing\n\s*do\n[\s\S]+pcall\(run, handle\)/,
    );
  });
});
