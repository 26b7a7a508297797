import { isIPv6 } from 'node:net';

/** Which families of addresses the pods of a cluster have. */
export interface AddressFamilies {
  readonly ipv4: boolean;
  readonly ipv6: boolean;
}

/** What is taken for granted where nobody says anything. */
export const ipv4Only: AddressFamilies = { ipv4: true, ipv6: false };

/** Of the addresses of one pod, separated by commas as Kubernetes gives them: all pods of a cluster have the same. */
export function familiesOf(addresses: string | undefined): AddressFamilies {
  const all = (addresses ?? '').split(',').filter((address) => address !== '');
  if (all.length === 0) return ipv4Only;
  return { ipv4: all.some((address) => !isIPv6(address)), ipv6: all.some(isIPv6) };
}

/**
 * The address to listen on for callers of every family. A pod that has an address of IPv6 runs on a kernel that has IPv6,
 * and `::` takes IPv4 there as well; any other one might not be able to open it, and then serve nobody.
 */
export function everyAddress({ ipv6 }: AddressFamilies): '::' | '0.0.0.0' {
  return ipv6 ? '::' : '0.0.0.0';
}

/** As one text, where an address of IPv6 stands in brackets. */
export function hostPort(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
