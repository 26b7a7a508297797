import { parseArgs } from 'node:util';

export const help = `Serves the configuration of Envoys and processors from a policy, and follows its changes.

Usage: controller --policy DIR [flags]
       controller --kubernetes [flags]

  --policy DIR           Policy folder.
  --xds HOST:PORT        Where Envoys and processors connect. Default 127.0.0.1:18000.
  --admin HOST:PORT      Status, health and metrics. Default 127.0.0.1:10089.
  --tls-cert FILE        Certificate of the xDS port, PEM. Rotation is noticed.
  --tls-key FILE         Its private key, PEM.
  --tls-client-ca FILE   Serve only clients whose certificate is signed by one of these.
  --system-ca FILE       Certificates that public providers are verified against, on the Envoys' machines.
  --public-url-file FILE Says under which URL callers reach the gateway; shown in the status. Read at each look at it.
  --version              Show the version.
  --help                 Show this text.

In a cluster:
  --kubernetes           Read the policy from the cluster, write status, make what Gateways ask for.
  --kubeconfig FILE      Who the cluster is. Default: that of the pod, KUBECONFIG, ~/.kube/config.
  --context NAME         Context of the kubeconfig. Default: its current one.
  --namespace NAME       Where the controller is installed. Default: POD_NAMESPACE, else sluice-system.
  --deployment NAME      Deployment of this controller, there: its Lease goes when that goes. Default: it stays.
  --identity NAME        Name of this replica. Default: the host name.
  --replicas NAME:PORT   Headless Service of all replicas and their --admin port; several may be named. What is
                         connected to replicas that nobody names is waited for, and not known.
  --controller-name NAME GatewayClasses of this controller are ours. Default sluice.dev/gateway-controller.
  --namespace-selectors JSON
                         List of label selectors; policy is read from namespaces that one of them selects.
  --status-writes N      At most so many statuses are written in a second. Default 50: an API server serves others, too.
  --state DIR            Keeps what a restart needs while the API server is away: secrets, so a volume in memory.
  --envoy-image IMAGE    Image of Envoy for the pods of Gateways.
  --processor-image IMAGE
                         Image of the processor.
  --envoy-pull-policy Always|IfNotPresent|Never
                         When nodes pull the image of Envoy. Default IfNotPresent.
  --processor-pull-policy Always|IfNotPresent|Never
                         When they pull that of the processor.
  --pull-secret NAME     Secret with which the images are pulled; once for each.
  --xds-host NAME        How pods reach this controller. Default controller.NAMESPACE.svc.
  --xds-tls own|off|SECRET
                         own: certificates of an authority of our own (default). SECRET: one that is supplied in every
                         Gateway's namespace, with --tls-cert, --tls-key and --tls-client-ca for this side.

Environment: SLUICE_LOG_LEVEL (trace, debug, info, warn, error). POD_IPS: addresses of this pod, separated by commas;
pods of Gateways serve the same families. Exit codes: 0 ok, 1 failure, 2 misuse.

Examples:
  controller --policy /etc/sluice/policy --xds '[::]:18000'
  controller --kubernetes --xds '[::]:18000' --admin '[::]:10089' --envoy-image envoy:1.40.0 --processor-image sluice-processor:0.1.0
`;

const flags = {
  policy: { type: 'string' },
  xds: { type: 'string', default: '127.0.0.1:18000' },
  admin: { type: 'string', default: '127.0.0.1:10089' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  'tls-client-ca': { type: 'string' },
  'system-ca': { type: 'string' },
  'public-url-file': { type: 'string' },
  kubernetes: { type: 'boolean', default: false },
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
  namespace: { type: 'string' },
  deployment: { type: 'string' },
  identity: { type: 'string' },
  replicas: { type: 'string', multiple: true },
  'controller-name': { type: 'string' },
  'namespace-selectors': { type: 'string', default: '[]' },
  'status-writes': { type: 'string', default: '50' },
  state: { type: 'string' },
  'envoy-image': { type: 'string' },
  'processor-image': { type: 'string' },
  'envoy-pull-policy': { type: 'string' },
  'processor-pull-policy': { type: 'string' },
  'pull-secret': { type: 'string', multiple: true },
  'xds-host': { type: 'string' },
  'xds-tls': { type: 'string', default: 'own' },
  version: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** As they were given. */
export type Values = ReturnType<typeof parse>;

/** Throws on what is no flag. */
export function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: false }).values;
}
