/** Ports of `sluice run`, on loopback except the gateway's own. */
export const defaultPorts = {
  /** Where applications call; a Gateway document says otherwise. */
  gateway: 10080,
  /** Status and metrics of the control plane. */
  admin: 10089,
  /** The practice provider; examples/quickstart names it. */
  practice: 10090,
} as const;
