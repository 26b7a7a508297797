/** All of them exist only in the cluster's own network namespace. `init.sh` gives the node its address. */
export const addresses = {
  node: '10.99.0.1',
  apiServerPort: 6443,
  pods: '10.244.0.0/24',
  dns: '10.96.0.10',
} as const;
