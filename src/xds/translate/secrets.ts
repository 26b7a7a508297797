import { SecretSchema } from '../../gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js';
import type { GatewayModel } from '../../model/gateway.ts';
import type { AwsKey, Secret } from '../../model/secret.ts';
import type { Resource } from '../snapshot/resource.ts';
import { encode } from './encode.ts';
import { portsOf } from './ports.ts';

/** What Envoy has a resource for. */
type Served = Exclude<Secret, AwsKey>;

const encoded = new WeakMap<Served, Resource>();

/**
 * The secrets that Envoy uses itself. What keys bring with them goes to the processor alone: otherwise Envoy's memory
 * would grow with the number of keys.
 */
export function secretResources(gateway: GatewayModel): Resource[] {
  // By name, with the documents that are told when Envoy refuses it.
  const users = new Map<string, readonly string[]>();
  // A port is opened with all its certificates or not at all.
  for (const { listeners, origins } of portsOf(gateway)) {
    for (const { tls } of listeners) {
      for (const name of tls?.certificates ?? []) users.set(name, origins);
      if (tls?.clientCa !== undefined) users.set(tls.clientCa, origins);
    }
  }
  for (const { tls, credential, origins } of gateway.providers) {
    if (credential !== undefined && 'header' in credential) users.set(credential.secret, origins);
    if (tls?.ca !== undefined) users.set(tls.ca, origins);
    if (tls?.clientCertificate !== undefined) users.set(tls.clientCertificate, origins);
  }
  for (const { tls, origins } of gateway.services.backends) {
    if (tls?.ca !== undefined) users.set(tls.ca, origins);
    if (tls?.clientCertificate !== undefined) users.set(tls.clientCertificate, origins);
  }
  return gateway.secrets.flatMap((secret) => {
    const origins = users.get(secret.name);
    return origins === undefined || secret.kind === 'awsKey' ? [] : [secretResource(secret, origins)];
  });
}

function secretResource(secret: Served, origins: readonly string[]): Resource {
  const known = encoded.get(secret);
  if (known?.origins === origins) return known;
  const resource = encode(SecretSchema, secret.name, message(secret), origins);
  encoded.set(secret, resource);
  return resource;
}

function message(secret: Served) {
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
