import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { ClusterSchema } from '../../gen/envoy/config/cluster/v3/cluster_pb.js';
import { AwsRequestSigningSchema } from '../../gen/envoy/extensions/filters/http/aws_request_signing/v3/aws_request_signing_pb.js';
import { SecretSchema } from '../../gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js';
import { HttpProtocolOptionsSchema } from '../../gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js';
import { ApiKeySchema, SecretValueSchema } from '../../gen/sluice/program/v1/program_pb.js';
import type { Resource } from '../snapshot/resource.ts';
import { dump } from './dump.ts';
import { encode } from './encode.ts';
import { asTypedConfig, extension, packed } from './extension.ts';

function contentOf(resource: Resource): string {
  return JSON.stringify(dump([resource])[0]?.content);
}

describe('dump', () => {
  it('shows that there is a secret, and of which kind, but not what it is', () => {
    const opaque = encode(
      SecretSchema,
      's',
      {
        name: 's',
        type: { case: 'genericSecret', value: { secret: { specifier: { case: 'inlineString', value: 'sk' } } } },
      },
      [],
    );
    expect(contentOf(opaque)).toBe('{"name":"s","generic_secret":{"secret":"***"}}');
    const pair = encode(
      SecretSchema,
      'c',
      {
        name: 'c',
        type: {
          case: 'tlsCertificate',
          value: {
            certificateChain: { specifier: { case: 'inlineString', value: 'chain' } },
            privateKey: { specifier: { case: 'inlineString', value: 'key' } },
          },
        },
      },
      [],
    );
    expect(contentOf(pair)).toBe(
      '{"name":"c","tls_certificate":{"certificate_chain":{"inline_string":"chain"},"private_key":"***"}}',
    );
  });

  it('shows neither the hash of a key nor the credentials that it brings', () => {
    const key = encode(
      ApiKeySchema,
      'k',
      {
        name: 'k',
        sha256: Buffer.from('hash'),
        credentials: [{ provider: 'openai', header: 'authorization', value: Buffer.from('sk') }],
      },
      [],
    );
    expect(contentOf(key)).toBe(
      '{"name":"k","sha256":"***","credentials":[{"provider":"openai","header":"authorization","value":"***"}]}',
    );
  });

  it('shows no secret of the processor', () => {
    const secret = encode(SecretValueSchema, 's', { name: 's', value: Buffer.from('hunter2') }, []);
    expect(contentOf(secret)).toBe('{"name":"s","value":"***"}');
  });

  it('shows no key that signs requests, however deep it stands', () => {
    const httpFilters = [
      asTypedConfig(
        extension('sign', AwsRequestSigningSchema, {
          serviceName: 'bedrock',
          credentialProvider: { inlineCredential: { accessKeyId: 'id', secretAccessKey: 'sk', sessionToken: 't' } },
        }),
      ),
    ];
    const cluster = encode(
      ClusterSchema,
      'c',
      { typedExtensionProtocolOptions: { http: packed(HttpProtocolOptionsSchema, { httpFilters }) } },
      [],
    );
    expect(contentOf(cluster)).toContain(
      '"inline_credential":{"access_key_id":"id","secret_access_key":"***","session_token":"***"}',
    );
  });

  it('shows only the size of what it does not know', () => {
    const body = toBinary(SecretSchema, create(SecretSchema, { name: 'secret' }));
    const [shown] = dump([
      { typeUrl: 'type.googleapis.com/example.Unknown', name: 'x', version: 'v', body, origins: [] },
    ]);
    expect(shown).toEqual({
      type: 'example.Unknown',
      name: 'x',
      version: 'v',
      content: `${body.length} bytes of an unknown type`,
    });
  });
});
