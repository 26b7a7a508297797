import { oursOnly } from '../../src/controller/cluster/ownership.ts';
import { render } from '../../src/controller/provision/render/render.ts';
import type { ProvisionSettings } from '../../src/controller/provision/settings.ts';
import { wantedGateways } from '../../src/controller/provision/wanted-gateways.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { ipv4Only } from '../../src/lib/address-families.ts';
import { lazily } from '../../src/lib/lazily.ts';
import { err } from '../../src/lib/result.ts';
import { buildModel } from '../../src/model/build/build.ts';
import { inCluster, inFolder, type PolicyPlace } from '../../src/model/build/place.ts';
import type { Surroundings } from '../../src/model/build/surroundings.ts';
import { secretsOnly } from '../../src/model/build/testing/surroundings.ts';
import type { PolicyDocument } from '../../src/policy/document.ts';
import { type ParseCache, parseDocuments } from '../../src/policy/parse.ts';
import type { Problem } from '../../src/policy/problem.ts';
import { programResources } from '../../src/program/resources.ts';
import { translate } from '../../src/xds/translate/translate.ts';

/** Manifests, one object each, as `kubectl` would send them. */
export type Manifest = Readonly<Record<string, unknown>>;

/** What comes of manifests. */
export interface Served {
  /** What is wrong with single documents. */
  readonly written: readonly Problem[];
  /** In a cluster, which is asked first, and in a folder: some fields are for one of them only. */
  readonly places: readonly (() => Outcome)[];
}

export interface Outcome {
  /** What is wrong with documents beside the others. */
  readonly problems: readonly Problem[];
  /** Everything that goes out: to Envoys and processors, to the API server for pods, to those who give out tokens. */
  readonly content: string;
}

const controllerName = 'sluice.dev/gateway-controller';

/** Namespaces have the labels that scenes select them by. */
const namespaceLabels: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  team: { open: 'yes', stage: 'prod' },
};

const settings: ProvisionSettings = {
  controllerName,
  images: {
    envoy: { registry: 'registry.example.com', repository: 'sluice/envoy', tag: 'a' },
    processor: { registry: 'registry.example.com', repository: 'sluice/processor', tag: 'b' },
  },
  pullSecrets: [],
  families: ipv4Only,
  xds: { host: 'controller.sluice-system.svc', port: 18_000 },
};

let cache: ParseCache = new Map();

/** Secrets hold placeholders, unless they are to be read. */
export function served(manifests: readonly Manifest[], readsSecrets = false): Served {
  const text = manifests.map((manifest) => JSON.stringify(manifest)).join('\n---\n');
  const { documents, barriers, problems, ...parsed } = parseDocuments(text, 'scene.yaml', '.', { now: 0, cache });
  cache = new Map([...cache, ...parsed.cache]);
  const all = [...documents, ...barriers];
  const ours = oursOnly(all, controllerName);
  const inPlace = (place: PolicyPlace, mine: readonly PolicyDocument[]) =>
    lazily(() => outcomeOf(mine, place, readsSecrets));
  return { written: problems, places: [inPlace(inCluster, ours), inPlace(inFolder, all)] };
}

function outcomeOf(documents: readonly PolicyDocument[], place: PolicyPlace, readsSecrets: boolean): Outcome {
  const asked: unknown[] = [];
  const { gateways, problems } = buildModel(documents, recording(asked, readsSecrets), place);
  const resources = gateways.flatMap((gateway) =>
    [...translate(gateway, { systemCaFile: '/ca.crt' }), ...programResources(gateway)].map(
      ({ typeUrl, name, version }) => [gateway.name, typeUrl, name, version],
    ),
  );
  const objects = place === inCluster ? provisioned(documents) : [];
  return { problems, content: JSON.stringify([resources, asked, objects]) };
}

function recording(asked: unknown[], readsSecrets: boolean): Surroundings {
  const plain = secretsOnly();
  return {
    ...plain,
    hasStandIns: !readsSecrets,
    resolve: (source, from) => ('secretKeyRef' in source ? err('does not exist') : plain.resolve(source, from)),
    namespaceLabels: (name) => new Map(Object.entries(namespaceLabels[name] ?? {})),
    token(owner, grant) {
      asked.push(grant);
      return plain.token(owner, grant);
    },
    awsKey(owner, role) {
      asked.push(role);
      return plain.awsKey(owner, role);
    },
  };
}

/** Objects of the API server for the pods of every Gateway. */
function provisioned(documents: readonly PolicyDocument[]): unknown {
  const objects = documents.map(({ kind, name, namespace, spec }) => ({
    kind,
    object: { metadata: { name, namespace, uid: `uid-of-${namespace}-${name}` }, spec } as KubeObject,
  }));
  return wantedGateways({ controllerName, documents, objects }).gateways.map(({ gateway, parameters }) => {
    if (!parameters.ok) return parameters.error;
    const { ofClass, ofGateway } = parameters.value;
    return render({
      gateway,
      ...(ofClass && { classParameters: ofClass }),
      ...(ofGateway && { gatewayParameters: ofGateway }),
      settings,
    });
  });
}
