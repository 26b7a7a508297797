import { type AddressFamilies, everyAddress, ipv4Only } from '../../lib/address-families.ts';

/** What differs between a policy in a folder and one in a cluster. */
export interface PolicyPlace {
  /** A folder without a Gateway has one that nobody wrote; a cluster has those that were asked for. */
  readonly hasBuiltInGateway: boolean;
  /** The address that Envoy binds for the one that a Gateway asks for. */
  readonly boundAddress: (asked: string | undefined) => string;
  /** The port that Envoy opens for a port of a listener. */
  readonly boundPort: (port: number) => number;
}

export const inFolder: PolicyPlace = {
  hasBuiltInGateway: true,
  boundAddress: (asked) => asked ?? everyAddress(ipv4Only),
  boundPort: (port) => port,
};

const firstUnprivilegedPort = 1024;

/** Pods run without privileges: the Service in front of them has the address and the port that were asked for. */
export function inClusterOf(families: AddressFamilies): PolicyPlace {
  return {
    hasBuiltInGateway: false,
    boundAddress: () => everyAddress(families),
    boundPort: (port) => (port < firstUnprivilegedPort ? port + 10_000 : port),
  };
}

export const inCluster = inClusterOf(ipv4Only);
