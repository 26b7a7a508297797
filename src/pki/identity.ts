/** `spiffe://sluice.dev/ns/<namespace>/gateway/<name>`: who a gateway's Envoys and processors say they are. */
export interface GatewayIdentity {
  readonly namespace: string;
  readonly name: string;
}

const domain = 'sluice.dev';

export function identityUri({ namespace, name }: GatewayIdentity): string {
  return `spiffe://${domain}/ns/${namespace}/gateway/${name}`;
}

const pattern =
  /^spiffe:\/\/sluice\.dev\/ns\/([a-z0-9]([-a-z0-9]*[a-z0-9])?)\/gateway\/([a-z0-9]([-.a-z0-9]*[a-z0-9])?)$/;

/** Nothing for URIs of any other form. */
export function readIdentity(uri: string): GatewayIdentity | undefined {
  const [, namespace, , name] = pattern.exec(uri) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}
