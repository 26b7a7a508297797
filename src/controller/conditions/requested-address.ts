import { isIPv6 } from 'node:net';
import type { Problem } from '../../policy/problem.ts';
import { type Fields, listOf, textOf } from './fields.ts';
import type { ProvisionedGateway } from './outcome.ts';

/** Where a Gateway has asked for an address and its Service has others: whoever calls the one that is written waits. */
export function otherAddress(spec: Fields, provisioned: ProvisionedGateway | undefined): readonly Problem[] {
  const [asked] = listOf(spec.addresses).flatMap(({ value }) => textOf(value) ?? []);
  const given = (provisioned?.addresses ?? []).map(({ value }) => value);
  if (asked === undefined || given.length === 0 || given.some((value) => isSame(value, asked))) return [];
  const message = `${asked} is not what its Service has, which is ${given.join(', ')}`;
  const remedy = 'ask for one that the load balancer, or the type of the Service, can give';
  return [{ severity: 'warning', document: '', source: '', path: 'spec.addresses[0].value', message, remedy }];
}

function isSame(a: string, b: string): boolean {
  return a === b || (isIPv6(a) && isIPv6(b) && canonical(a) === canonical(b));
}

/** The shortest form of an IPv6 address. */
function canonical(address: string): string {
  return new URL(`http://[${address}]`).hostname;
}
