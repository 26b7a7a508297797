/** What differs between a policy in a folder and one in a cluster. */
export interface PolicyPlace {
  /** A folder without a Gateway has one that nobody wrote; a cluster has those that were asked for. */
  readonly hasBuiltInGateway: boolean;
  /** The address that Envoy binds for the one that a Gateway asks for. */
  readonly boundAddress: (asked: string | undefined) => string;
  /** The port that Envoy opens for a port of a listener. */
  readonly boundPort: (port: number) => number;
}

const everyAddress = '0.0.0.0';

export const inFolder: PolicyPlace = {
  hasBuiltInGateway: true,
  boundAddress: (asked) => asked ?? everyAddress,
  boundPort: (port) => port,
};

/** Pods run without privileges: the Service in front of them has the address and the port that were asked for. */
export const inCluster: PolicyPlace = {
  hasBuiltInGateway: false,
  boundAddress: () => everyAddress,
  boundPort: (port) => (port < firstUnprivilegedPort ? port + 10_000 : port),
};

const firstUnprivilegedPort = 1024;
