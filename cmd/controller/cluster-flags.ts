import type { Address } from '../../src/controller/control-plane.ts';
import { parseImage } from '../../src/controller/provision/render/image.ts';
import type { DefaultImage, ProvisionSettings } from '../../src/controller/provision/settings.ts';
import { familiesOf } from '../../src/lib/address-families.ts';
import { err, ok, type Result } from '../../src/lib/result.ts';
import { ourController } from '../../src/policy/gateway-api/gateway-class.ts';
import { type LabelSelector, labelSelector } from '../../src/policy/gateway-api/label-selector.ts';
import { pullPolicies } from '../../src/policy/gateway-parameters/image.ts';
import { invalid } from '../../src/policy/schema/parsed.ts';
import { type Finding, pathText } from '../../src/policy/schema/place.ts';
import { addressOf } from './address.ts';
import type { Values } from './flags.ts';

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

/** What is said with `--kubernetes`. */
export function clusterOf(
  values: Values,
  xds: Address,
  env: NodeJS.ProcessEnv,
  hostname: string,
): Result<ClusterFlags> {
  const namespace = values.namespace ?? env.POD_NAMESPACE ?? 'sluice-system';
  const selectors = selectorsOf(values['namespace-selectors']);
  if (!selectors.ok) return selectors;
  const envoy = imageOf('envoy', values['envoy-image'], values['envoy-pull-policy']);
  if (!envoy.ok) return envoy;
  const processor = imageOf('processor', values['processor-image'], values['processor-pull-policy']);
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

function imageOf(
  program: 'envoy' | 'processor',
  text: string | undefined,
  policy: string | undefined,
): Result<DefaultImage> {
  if (text === undefined) return err(`--${program}-image IMAGE is missing: the pods of Gateways need it.`);
  const image = parseImage(text);
  if (image === undefined) return err(`--${program}-image ${text} is not the name of an image.`);
  if (policy === undefined) return ok(image);
  const pullPolicy = pullPolicies.find((each) => each === policy);
  if (pullPolicy === undefined) {
    return err(`--${program}-pull-policy ${policy} is none of ${pullPolicies.join(', ')}.`);
  }
  return ok({ ...image, pullPolicy });
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
