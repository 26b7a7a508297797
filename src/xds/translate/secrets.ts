import { SecretSchema } from '../../gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js';
import type { GatewayModel } from '../../model/gateway.ts';
import type { Secret } from '../../model/secret.ts';
import type { Resource } from '../snapshot/resource.ts';
import { encode } from './encode.ts';

const encoded = new WeakMap<Secret, Resource>();

/**
 * The secrets that Envoy uses itself. What keys bring with them goes to the processor alone: otherwise Envoy's memory
 * would grow with the number of keys.
 */
export function secretResources(gateway: GatewayModel): Resource[] {
  const names = new Set<string>();
  for (const { tls } of gateway.listeners) {
    for (const name of tls?.certificates ?? []) names.add(name);
    if (tls?.clientCa !== undefined) names.add(tls.clientCa);
  }
  for (const { tls, credential } of gateway.providers) {
    if (credential !== undefined) names.add(credential.secret);
    if (tls?.ca !== undefined) names.add(tls.ca);
    if (tls?.clientCertificate !== undefined) names.add(tls.clientCertificate);
  }
  return gateway.secrets.filter(({ name }) => names.has(name)).map(secretResource);
}

function secretResource(secret: Secret): Resource {
  const known = encoded.get(secret);
  if (known !== undefined) return known;
  const resource = encode(SecretSchema, secret.name, message(secret), []);
  encoded.set(secret, resource);
  return resource;
}

function message(secret: Secret) {
  switch (secret.kind) {
    case 'opaque':
      return {
        name: secret.name,
        type: { case: 'genericSecret', value: { secret: inline(secret.value) } },
      } as const;
    case 'certificate':
      return {
        name: secret.name,
        type: {
          case: 'tlsCertificate',
          value: { certificateChain: inline(secret.certificate), privateKey: inline(secret.privateKey) },
        },
      } as const;
    case 'trustedCa':
      return {
        name: secret.name,
        type: { case: 'validationContext', value: { trustedCa: inline(secret.certificates) } },
      } as const;
  }
}

function inline(value: string) {
  return { specifier: { case: 'inlineString', value } } as const;
}
