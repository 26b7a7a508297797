import { isIPv6 } from 'node:net';
import { type Fields, listOf, textOf } from './fields.ts';
import type { ProvisionedGateway } from './outcome.ts';

/** Why the address that a Gateway asks for is not its own: whoever calls that one waits, or reaches somebody else. */
export function addressComplaint(spec: Fields, provisioned: ProvisionedGateway | undefined): string | undefined {
  if (provisioned === undefined) return undefined;
  const path = 'spec.addresses[0].value';
  const { unusableAddress, error, addresses = [] } = provisioned;
  if (unusableAddress !== undefined) {
    const remedy = 'write one of the cluster’s range for Services that nobody has, or none';
    return `${path} ${unusableAddress} cannot be had: ${error} — ${remedy}; a Service keeps the one that it was made with.`;
  }
  const [asked] = listOf(spec.addresses).flatMap(({ value }) => textOf(value) ?? []);
  const given = addresses.map(({ value }) => value);
  if (asked === undefined || given.length === 0 || given.some((value) => isSame(value, asked))) return undefined;
  const remedy = 'ask for one that the load balancer, or the type of the Service, can give';
  return `${path} ${asked} is not what its Service has, which is ${given.join(', ')} — ${remedy}.`;
}

function isSame(a: string, b: string): boolean {
  return a === b || (isIPv6(a) && isIPv6(b) && canonical(a) === canonical(b));
}

/** The shortest form of an IPv6 address. */
function canonical(address: string): string {
  return new URL(`http://[${address}]`).hostname;
}
