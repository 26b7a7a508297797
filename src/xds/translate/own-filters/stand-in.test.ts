import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { TypedExtensionConfigSchema } from '../../../gen/envoy/config/core/v3/extension_pb.js';
import { LuaSchema } from '../../../gen/envoy/extensions/filters/http/lua/v3/lua_pb.js';
import { typeUrls } from '../../snapshot/type-url.ts';
import { standInFor } from './stand-in.ts';

const refused = { name: 'policy/filter', version: '1', body: new Uint8Array(), origins: ['EnvoyExtensionPolicy/a'] };

describe('standInFor()', () => {
  it('lets nobody through, under the name of the filter', () => {
    const standIn = standInFor({ ...refused, typeUrl: typeUrls.extensionConfig });
    expect(standIn).toMatchObject({ name: 'policy/filter', origins: ['EnvoyExtensionPolicy/a'] });
    const { name, typedConfig } = fromBinary(TypedExtensionConfigSchema, standIn?.body ?? new Uint8Array());
    const lua = typedConfig && anyUnpack(typedConfig, LuaSchema);
    expect(name).toBe('policy/filter');
    expect(lua?.defaultSourceCode?.specifier.value).toContain('[":status"] = "500"');
  });

  it('is for filters only', () => {
    expect(standInFor({ ...refused, typeUrl: typeUrls.cluster })).toBeUndefined();
  });
});
