import { parseArgs } from 'node:util';
import type { Address } from '../../src/controller/control-plane.ts';
import { parseImage } from '../../src/controller/provision/image.ts';
import type { ProvisionSettings } from '../../src/controller/provision/settings.ts';
import { familiesOf } from '../../src/lib/address-families.ts';
import { err, ok, type Result } from '../../src/lib/result.ts';
import { ourController } from '../../src/policy/gateway-api/gateway-class.ts';
import { type LabelSelector, labelSelector } from '../../src/policy/gateway-api/label-selector.ts';
import { invalid } from '../../src/policy/schema/parsed.ts';
import { type Finding, pathText } from '../../src/policy/schema/place.ts';
import type { TlsFiles } from './tls-files.ts';

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

export interface ControllerFlags {
  readonly xds: Address;
  readonly admin: Address;
  readonly tls: TlsFiles | undefined;
  readonly systemCa: string | undefined;
  readonly publicUrlFile: string | undefined;
  readonly source: { readonly folder: string } | ClusterFlags;
}

export interface ClusterFlags {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly namespace: string;
  readonly deployment: string | undefined;
  readonly identity: string;
  readonly replicas: readonly Address[];
  readonly selectors: readonly LabelSelector[];
  readonly stateFolder: string | undefined;
  /** Writes in a second. */
  readonly statusWrites: number;
  readonly xdsTls: 'own' | 'off' | 'supplied';
  readonly provision: ProvisionSettings;
}

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
  'pull-secret': { type: 'string', multiple: true },
  'xds-host': { type: 'string' },
  'xds-tls': { type: 'string', default: 'own' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Values = ReturnType<typeof parse>;

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: false }).values;
}

/** `help` where only the text was asked for. An error is one sentence. */
export function readFlags(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  hostname: string,
): Result<ControllerFlags | 'help'> {
  let values: Values;
  try {
    values = parse(args);
  } catch (error) {
    return err(`${(error as Error).message} See --help.`);
  }
  if (values.help) return ok('help');
  const xds = addressOf('xds', values.xds);
  if (!xds.ok) return xds;
  const admin = addressOf('admin', values.admin);
  if (!admin.ok) return admin;
  const tls = tlsOf(values);
  if (!tls.ok) return tls;
  const source = sourceOf(values, xds.value, env, hostname);
  if (!source.ok) return source;
  return ok({
    xds: xds.value,
    admin: admin.value,
    tls: tls.value,
    systemCa: values['system-ca'],
    publicUrlFile: values['public-url-file'],
    source: source.value,
  });
}

function sourceOf(
  values: Values,
  xds: Address,
  env: NodeJS.ProcessEnv,
  hostname: string,
): Result<ControllerFlags['source']> {
  if (values.kubernetes) {
    return values.policy === undefined
      ? clusterOf(values, xds, env, hostname)
      : err('--policy and --kubernetes exclude each other: the policy is in a folder or in a cluster.');
  }
  return values.policy === undefined
    ? err('--policy DIR is missing, or --kubernetes. See --help.')
    : ok({ folder: values.policy });
}

function clusterOf(values: Values, xds: Address, env: NodeJS.ProcessEnv, hostname: string): Result<ClusterFlags> {
  const namespace = values.namespace ?? env.POD_NAMESPACE ?? 'sluice-system';
  const selectors = selectorsOf(values['namespace-selectors']);
  if (!selectors.ok) return selectors;
  const envoy = imageOf('envoy-image', values['envoy-image']);
  if (!envoy.ok) return envoy;
  const processor = imageOf('processor-image', values['processor-image']);
  if (!processor.ok) return processor;
  const replicas: Address[] = [];
  for (const text of values.replicas ?? []) {
    const address = addressOf('replicas', text);
    if (!address.ok) return address;
    replicas.push(address.value);
  }
  const statusWrites = Number(values['status-writes']);
  if (!Number.isInteger(statusWrites) || statusWrites < 1) {
    return err(`--status-writes ${values['status-writes']} is not a number of writes in a second.`);
  }
  const tls = values['xds-tls'];
  const xdsTls = tls === 'own' || tls === 'off' ? tls : 'supplied';
  if (xdsTls === 'supplied' && values['tls-cert'] === undefined) {
    return err(`--xds-tls ${tls} names a Secret, so --tls-cert, --tls-key and --tls-client-ca are needed here.`);
  }
  if (xdsTls !== 'supplied' && values['tls-cert'] !== undefined) {
    return err('--tls-cert needs --xds-tls SECRET: the Secret with the certificates for the pods of Gateways.');
  }
  const host = values['xds-host'] ?? `controller.${namespace}.svc`;
  return ok({
    kubeconfig: values.kubeconfig,
    context: values.context,
    namespace,
    deployment: values.deployment,
    identity: values.identity ?? hostname,
    replicas,
    selectors: selectors.value,
    stateFolder: values.state,
    statusWrites,
    xdsTls,
    provision: {
      controllerName: values['controller-name'] ?? ourController,
      images: { envoy: envoy.value, processor: processor.value },
      pullSecrets: values['pull-secret'] ?? [],
      families: familiesOf(env.POD_IPS),
      xds: {
        host,
        port: xds.port,
        ...(xdsTls !== 'off' && {
          tls: { serverName: host, ...(xdsTls === 'supplied' && { secretName: tls }) },
        }),
      },
    },
  });
}

function addressOf(flag: string, text: string): Result<Address> {
  const match = /^(.+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match?.[1] === undefined || port > 65_535) return err(`--${flag} ${text} is not HOST:PORT.`);
  return ok({ host: match[1].replace(/^\[|\]$/g, ''), port });
}

function tlsOf(values: Values): Result<TlsFiles | undefined> {
  const { 'tls-cert': certificate, 'tls-key': privateKey, 'tls-client-ca': clientCa } = values;
  if (certificate === undefined && privateKey === undefined) {
    return clientCa === undefined ? ok(undefined) : err('--tls-client-ca needs --tls-cert and --tls-key.');
  }
  if (certificate === undefined || privateKey === undefined) return err('--tls-cert and --tls-key belong together.');
  return ok({ certificate, privateKey, ...(clientCa !== undefined && { clientCa }) });
}

function imageOf(flag: string, text: string | undefined): Result<NonNullable<ReturnType<typeof parseImage>>> {
  if (text === undefined) return err(`--${flag} IMAGE is missing: the pods of Gateways need it.`);
  const image = parseImage(text);
  return image === undefined ? err(`--${flag} ${text} is not the name of an image.`) : ok(image);
}

function selectorsOf(text: string): Result<readonly LabelSelector[]> {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return err('--namespace-selectors is not JSON.');
  }
  if (!Array.isArray(given)) return err('--namespace-selectors is not a list of label selectors.');
  const selectors: LabelSelector[] = [];
  for (const [index, each] of given.entries()) {
    const findings: Finding[] = [];
    const parsed = labelSelector.parse(each, { path: [index], findings, facts: { name: '', now: 0 } });
    if (parsed === invalid) {
      const [first] = findings;
      const where = pathText(first?.path ?? [index]);
      return err(`--namespace-selectors ${where} ${first?.message ?? 'is not a label selector'}.`);
    }
    selectors.push(parsed);
  }
  return ok(selectors);
}
