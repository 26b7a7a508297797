/** What the tests run against. A change of any of these is another cache folder, hence another build. */
export const versions = {
  kubernetes: '1.36.3',
  /** Kubernetes publishes its parts as libraries under v0 of the same release. */
  kubernetesLibraries: '0.36.3',
  helm: '3.22.0',
  coredns: '1.15.0',
  gatewayApi: '1.6.3',
} as const;
