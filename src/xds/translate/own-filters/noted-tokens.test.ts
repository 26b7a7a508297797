import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { gatewayModel } from '../../../../e2e/support/gateway-model.ts';
import { TypedExtensionConfigSchema } from '../../../gen/envoy/config/core/v3/extension_pb.js';
import { JwtAuthenticationSchema } from '../../../gen/envoy/extensions/filters/http/jwt_authn/v3/config_pb.js';
import { LuaSchema } from '../../../gen/envoy/extensions/filters/http/lua/v3/lua_pb.js';
import type { Listener } from '../../../model/listener.ts';
import type { TokenFilter } from '../../../model/own-filter.ts';
import { ownFilters } from './chain.ts';
import { ownFilterResources } from './resource.ts';
import { standInFor } from './stand-in.ts';

const name = 'SecurityPolicy/a/tokens';
const filter: TokenFilter = {
  kind: 'tokens',
  name,
  issuers: [
    {
      name: 'login',
      audiences: ['models'],
      keySet: { json: '{"keys":[]}' },
      from: [],
      claims: [{ claim: 'sub', header: 'x-user' }],
    },
  ],
  isOptional: false,
  origins: ['SecurityPolicy/a'],
};
const listener: Listener = { name: 'http', address: '0.0.0.0', port: 80, hostnames: [], origins: [] };
const gateway = gatewayModel({ filters: [filter], listeners: [{ ...listener, notedTokens: [name] }] });
const [resource] = ownFilterResources(gateway);

function bodyOf(body: Uint8Array = new Uint8Array()) {
  const { typedConfig } = fromBinary(TypedExtensionConfigSchema, body);
  if (typedConfig === undefined) throw new Error('the filter has no configuration');
  return typedConfig;
}

describe('notingFilter()', () => {
  it('is the only one where single routes ask for tokens and nobody else does', () => {
    expect(ownFilters(gateway, ['tokens']).map((each) => each.name)).toEqual([`${name}/noted`]);
    const both = gatewayModel({
      filters: [filter],
      listeners: [
        { ...listener, notedTokens: [name] },
        { ...listener, name: 'other', filters: { tokens: [name] } },
      ],
    });
    const names = ownFilters(both, ['tokens']).map((each) => each.name);
    expect(names).toEqual([name, `${name}/taken`, `${name}/noted`]);
  });

  it('verifies and notes, and neither refuses nor changes anything', () => {
    const config = anyUnpack(bodyOf(resource?.body), JwtAuthenticationSchema);
    expect(config?.providers.login).toMatchObject({
      audiences: ['models'],
      forward: true,
      payloadInMetadata: `${name}#0`,
      failedStatusInMetadata: `${name}#0!`,
      fromHeaders: [{ name: 'authorization', valuePrefix: 'Bearer ' }],
      claimToHeaders: [],
      clearRouteCache: false,
    });
    const requirement = config?.rules[0]?.requirementType.value;
    const any = typeof requirement === 'object' ? requirement.requiresType : undefined;
    const kinds = any?.case === 'requiresAny' ? any.value.requirements.map((one) => one.requiresType.case) : [];
    expect(kinds).toEqual(['providerName', 'allowMissingOrFailed']);
  });

  it('is replaced by one that notes nothing where Envoy refuses it: other routes are not to suffer', () => {
    const standIn = resource && standInFor(resource);
    const lua = anyUnpack(bodyOf(standIn?.body), LuaSchema);
    expect(lua?.defaultSourceCode?.specifier.value).toBe('function envoy_on_request(handle) end');
  });
});
