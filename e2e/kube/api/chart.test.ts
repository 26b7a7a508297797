import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ClusterFlags } from '../../../cmd/controller/cluster-flags.ts';
import { readFlags } from '../../../cmd/controller/options.ts';
import { render } from '../../../src/controller/provision/render/render.ts';
import { watchedKinds } from '../../../src/controller/sources/kubernetes/watched-kinds.ts';
import { parseDocuments } from '../../../src/policy/parse.ts';
import { problemText } from '../../../src/policy/testing/problem-text.ts';
import { goldenCases } from '../../support/golden.ts';
import {
  chartFolder,
  helm,
  type Manifest,
  manifestsOf,
  renderChart,
  withoutPassword,
} from '../../support/kube-api/chart.ts';
import { controllerArguments } from '../../support/kube-api/chart-controller.ts';
import { patience } from '../../support/kube-api/patience.ts';

patience();
const cases = join(chartFolder, 'testdata');

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

interface Pod {
  readonly imagePullSecrets?: readonly unknown[];
  readonly containers: readonly {
    readonly name: string;
    readonly resources: { readonly requests: unknown };
    readonly securityContext: unknown;
    readonly ports: readonly { readonly name: string }[];
  }[];
}

const goldens = readdirSync(cases).filter((name) => name.endsWith('.golden.yaml'));

function golden(name: string): readonly Manifest[] {
  return manifestsOf(readFileSync(join(cases, name), 'utf8'));
}

/** As the controller understands what the chart gives it. */
function flagsOf(manifests: readonly Manifest[]): ClusterFlags {
  const flags = readFlags(controllerArguments(manifests), {}, 'controller-0');
  if (!flags.ok || typeof flags.value === 'string' || 'folder' in flags.value.source)
    throw new Error(JSON.stringify(flags));
  return flags.value.source;
}

/** As the controller makes it for the Gateway of the chart. */
function podOf(manifests: readonly Manifest[]): Pod {
  const { documents } = parseDocuments(manifests.map((each) => JSON.stringify(each)).join('\n---\n'), 'chart', '.');
  const gateway = documents.find((document) => document.kind === 'Gateway');
  const parameters = documents.find(({ kind, name }) => kind === 'GatewayParameters' && name === 'egress');
  if (gateway?.kind !== 'Gateway' || parameters?.kind !== 'GatewayParameters') throw new Error('no Gateway');
  const settings = flagsOf(manifests).provision;
  const rendered = render({ gateway: { ...gateway, uid: 'u' }, gatewayParameters: parameters.spec, settings });
  if (!rendered.ok) throw new Error(rendered.error);
  const deployment: unknown = rendered.value.find(({ kind }) => kind === 'Deployment')?.object;
  return (deployment as { readonly spec: { readonly template: { readonly spec: Pod } } }).spec.template.spec;
}

interface Values {
  readonly [name: string]: unknown;
}

interface Schema {
  readonly properties?: { readonly [name: string]: Schema };
  readonly required?: readonly string[];
}

/** May be left out as a whole: what is made of them has defaults of its own. */
const mayBeBlank = /(^|\.)(autoscaling|podDisruptionBudget|resources|egress\.service)$/;

/** Paths of values with a default that the schema would let go. */
function missingIn({ properties = {}, required = [] }: Schema, defaults: Values, path = ''): readonly string[] {
  return Object.entries(defaults).flatMap(([name, value]) => {
    const own = path === '' ? name : `${path}.${name}`;
    const schema = properties[name] ?? {};
    if (mayBeBlank.test(own)) return [];
    const isTable = typeof value === 'object' && value !== null && schema.properties !== undefined;
    const isScalar = typeof value !== 'object' && value !== '';
    const missing = (isTable && Object.keys(value).length > 0) || isScalar ? [own] : [];
    return [
      ...missing.filter(() => !required.includes(name)),
      ...(isTable ? missingIn(schema, value as Values, own) : []),
    ];
  });
}

/** Helm shows notes to whoever installs, and no others. This copy has them in a document. */
async function chartWithNotes(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-notes-'));
  await cp(chartFolder, folder, { recursive: true });
  await cp(join(chartFolder, 'templates/NOTES.txt'), join(folder, 'notes.txt'));
  await writeFile(join(folder, 'templates/notes.yaml'), 'notes: {{ tpl (.Files.Get "notes.txt") . | toJson }}\n');
  return folder;
}

async function notesOf(chart: string, ...args: readonly string[]): Promise<string> {
  const only = ['--show-only', 'templates/notes.yaml'];
  const rendered = await helm('template', 'sluice', chart, '--namespace', 'sluice-system', ...only, ...args);
  const [document] = manifestsOf(rendered);
  return String(document?.notes);
}

describe('the chart renders', () => {
  goldenCases(cases, '.values.yaml', '.golden.yaml', async (_, path) =>
    withoutPassword(await renderChart('--values', path)),
  );

  describe('what it says after an installation', () => {
    let noted: string;
    beforeAll(async () => {
      noted = await chartWithNotes();
    });
    afterAll(() => rm(noted, { recursive: true, force: true }));

    goldenCases(cases, '.values.yaml', '.notes.txt', (_, path) => notesOf(noted, '--values', path));

    it('names what the cluster lacks', async () => {
      const metrics = ['--api-versions', 'metrics.k8s.io/v1beta1'];
      expect(await notesOf(noted)).toContain('no metrics-server, so the number of pods of egress stays at 2');
      expect(await notesOf(noted, ...metrics)).not.toContain('metrics-server');
      for (const fixed of ['egress.replicas=3', 'egress.parameters.replicas=3', 'ha.enabled=false']) {
        expect(await notesOf(noted, '--set', fixed), fixed).not.toContain('metrics-server');
      }
      expect(await notesOf(noted, '--set', 'egress.parameters.autoscaling.min=7')).toContain('stays at 7');
    });
  });

  it.each(readdirSync(cases).filter((name) => name.endsWith('.golden.yaml')))(
    'documents of ours in %s that our own reader takes, and no key twice',
    (name) => {
      const all = golden(name);
      const ours = all.filter(({ apiVersion }) => /^(sluice\.dev|gateway\.networking\.k8s\.io)\//.test(apiVersion));
      if (ours.length === 0) return;
      const { problems } = parseDocuments(ours.map((each) => JSON.stringify(each)).join('\n---\n'), name, '.');
      expect(problems.map(problemText)).toEqual([]);
    },
  );
});

describe('the chart', () => {
  it('passes helm lint, whatever the values are', async () => {
    expect(await helm('lint', '--strict', chartFolder)).toContain('0 chart(s) failed');
    for (const name of readdirSync(cases).filter((each) => each.endsWith('.values.yaml'))) {
      const values = ['--values', join(cases, name), '--namespace', 'sluice-system'];
      expect(await helm('lint', '--strict', ...values, chartFolder), name).toContain('0 chart(s) failed');
    }
  });

  it.each(goldens)('starts the controller with flags that it knows, in %s', (name) => {
    const { selectors, namespace } = flagsOf(golden(name));
    expect(namespace).toBe('sluice-system');
    if (name === 'everything.golden.yaml') {
      // What the chart itself makes is read in any case.
      const names = selectors.map(({ matchLabels }) => matchLabels['kubernetes.io/metadata.name']);
      expect(names).toEqual([undefined, undefined, 'sluice-dataplane', 'sluice-system']);
    }
    if (name === 'shared-redis.golden.yaml') {
      // Parameters of the class are there, and the Secret that they name.
      expect(selectors.map(({ matchLabels }) => matchLabels['kubernetes.io/metadata.name'])).toContain(
        'sluice-dataplane',
      );
    }
  });

  it.each(goldens.filter((name) => golden(name).some(({ kind }) => kind === 'Gateway')))(
    'has pods made of its Gateway that may do nothing, find their images, and can be scaled: %s',
    (name) => {
      const manifests = golden(name);
      const pod = podOf(manifests);
      const secrets = manifests.filter(({ type }) => type === 'kubernetes.io/dockerconfigjson');
      const asked = flagsOf(manifests).provision.pullSecrets;
      expect(pod.imagePullSecrets ?? []).toEqual(asked.map((each) => ({ name: each })));
      if (name === 'everything.golden.yaml') {
        const places = secrets.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
        expect(places).toEqual(['sluice-system/registry', 'sluice-dataplane/registry']);
        expect(asked).toEqual(['registry']);
      }
      if (name === 'split-workflow.golden.yaml') expect(asked).toEqual(['regcred']);
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      for (const container of pod.containers) {
        expect(container.resources.requests, container.name).toMatchObject({ cpu: expect.any(String) });
        expect(container.securityContext, container.name).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    },
  );

  it('monitors ports that pods have', () => {
    const manifests = golden('everything.golden.yaml');
    const monitor = manifests.find(({ kind }) => kind === 'PodMonitor');
    if (monitor === undefined) throw new Error('no PodMonitor');
    const { podMetricsEndpoints } = monitor.spec as { readonly podMetricsEndpoints: readonly { port: string }[] };
    const ports = podOf(manifests).containers.flatMap((container) => container.ports.map(({ name }) => name));
    expect(ports).toEqual(['envoy-health', 'processor', 'processor-1']);
    expect(podMetricsEndpoints.map(({ port }) => port)).toEqual(ports);
  });

  it('knows every value that it has, and no other', async () => {
    const unknown = [
      'nonsense=1',
      'controller.replica=3',
      'egress.service.kind=x',
      'global.registry=a',
      'controller.tolerations[0].kye=a',
      'egress.parameters.replica=3',
      'egress.parameters.store.redis.adresses={a:1}',
      'redis.parameters.sentinel.mastr=a',
      'gatewayPolicy.targetRef.name=egress',
      'gatewayPolicy.records.nonsense=1',
    ];
    for (const wrong of unknown) {
      await expect(renderChart('--set', wrong), wrong).rejects.toThrow('additional properties');
    }
  });

  it('takes no value that is not what it should be', async () => {
    const wrongs = [
      'global.imageRegistry=https://registry.example.com',
      'global.imageRegistry=registry.example.com/',
      'controller.image.repository=Sluice/Controller',
      'controller.image.tag=0.1.0 beta',
      'controller.replicas=two',
      'controller.resources.request.cpu=1',
      'controller.resources.limits.memory=much',
      'controller.affinity.nodes=x',
      'envoy.resources=none',
      'egress.listeners[0].name=a\\,egress.listeners[0].port=1\\,egress.listeners[0].protocols=HTTP',
      'redis.auth.secretKey=pass word',
      'imagePullSecret.dockerConfigJson=user:password',
      'global.serveUrl=https://ai.example.com /v1',
      'dataplane.namespace=data.plane',
      'rbac.gatewayNamespaces={team_a}',
    ];
    for (const wrong of wrongs) await expect(renderChart('--set', wrong), wrong).rejects.toThrow('of the schema');
  });

  it('takes no blank in place of a default that matters', async () => {
    const { properties, required } = JSON.parse(readFileSync(join(chartFolder, 'values.schema.json'), 'utf8'));
    const defaults = parse(readFileSync(join(chartFolder, 'values.yaml'), 'utf8'));
    expect(missingIn({ properties, required }, defaults)).toEqual([]);
    // To Helm, a key with nothing behind it takes the default away.
    for (const blank of ['controller.replicas', 'gatewayClass.name', 'ha', 'dataplane.namespace']) {
      await expect(renderChart('--set', `${blank}=null`), blank).rejects.toThrow('missing propert');
    }
    const lists = 'global.imagePullSecrets=null,controller.env=null,egress.listeners=null,envoy.resources=null';
    expect(await renderChart('--set', lists)).toContain('kind: Gateway\n');
  });

  it('renders the same at every turn where the password of Redis is somebody’s own', async () => {
    const values = ['--set', 'redis.enabled=true,redis.auth.secretName=mine'];
    expect(await renderChart(...values)).toBe(await renderChart(...values));
  });

  it('asks for no budget that would keep a node from being emptied', async () => {
    const budgetOf = async (...values: readonly string[]): Promise<unknown> => {
      const rendered = manifestsOf(await renderChart(...values.flatMap((value) => ['--set', value])));
      const parameters = rendered.find(
        ({ kind, metadata }) => kind === 'GatewayParameters' && metadata.name === 'egress',
      );
      return (parameters?.spec as { readonly podDisruptionBudget?: unknown } | undefined)?.podDisruptionBudget;
    };
    expect(await budgetOf()).toEqual({ minAvailable: 1 });
    expect(await budgetOf('egress.replicas=2')).toEqual({ minAvailable: 1 });
    // One of somebody's own stands alone: the API server takes no two.
    for (const own of ['egress.podDisruptionBudget', 'egress.parameters.podDisruptionBudget']) {
      expect(await budgetOf(`${own}.maxUnavailable=1`), own).toEqual({ maxUnavailable: 1 });
    }
    const singles = [
      'egress.replicas=1',
      'egress.parameters.replicas=1',
      'egress.autoscaling.min=1',
      'egress.parameters.autoscaling.min=1',
      'egress.parameters.autoscaling.max=1',
      'ha.enabled=false',
    ];
    for (const single of singles) {
      expect(await budgetOf(single), single).toBeUndefined();
    }
  });

  it('says what belongs together', async () => {
    const faults = {
      'controller.xds.tls.mode=supplied': 'name controller.xds.tls.secretName',
      'redis.enabled=true,redis.external.addresses={a:1}': 'exclude each other',
      'redis.parameters.keyPrefix=a': 'redis.parameters belong to a Redis',
      'controller.xds.tls.secretName=a': 'are of mode supplied, and the mode is own',
      'egress.enabled=false,otel.enabled=true,otel.endpoint=http://a:1': 'write telemetry into the GatewayPolicy',
      'otel.enabled=true': 'name otel.endpoint',
      'controller.podDisruptionBudget.minAvailable=2': 'make it less than controller.replicas',
      'egress.replicas=2,egress.podDisruptionBudget.minAvailable=2': 'make it less than the fewest pods, which are 2',
      'egress.autoscaling.min=3,egress.podDisruptionBudget.minAvailable=3':
        'make it less than the fewest pods, which are 3',
      'egress.http.enabled=false': 'name egress.listeners',
      'controller.xds.port=10089': 'controller.xds.port and controller.adminPort are both 10089',
      'egress.autoscaling.min=11': 'egress.autoscaling.max is 10, less than min, which is 11',
    };
    for (const [values, text] of Object.entries(faults)) {
      await expect(renderChart('--set', values), values).rejects.toThrow(text);
    }
  });

  it('brings the definitions of accepted kinds as templates that stay, and its own where --skip-crds skips them', async () => {
    const without = manifestsOf(await renderChart('--set', 'ai-gateway-crds.enabled=false'));
    const plain = manifestsOf(await renderChart());
    const whole = manifestsOf(await renderChart('--include-crds'));
    const definitions = (all: readonly Manifest[]) => all.filter(({ kind }) => kind === 'CustomResourceDefinition');
    expect(definitions(without)).toEqual([]);
    expect(definitions(plain).length).toBeGreaterThan(10);
    for (const { metadata } of definitions(plain)) {
      expect(metadata.name).toMatch(/envoyproxy\.io$/);
      expect(metadata.annotations?.['helm.sh/resource-policy'], metadata.name).toBe('keep');
    }
    const own = definitions(whole).filter(({ metadata }) => metadata.name.endsWith('.sluice.dev'));
    expect(own).toHaveLength(readdirSync(join(chartFolder, 'crds')).length);
  });

  it('lets the controller watch every kind that it watches, and say something about every one that has a status', async () => {
    const rules = manifestsOf(await renderChart()).flatMap(({ kind, rules }) =>
      kind === 'ClusterRole' ? (rules as readonly Rule[]) : [],
    );
    const may = (group: string, resource: string, verb: string): boolean =>
      rules.some(
        (rule) => rule.apiGroups.includes(group) && rule.resources.includes(resource) && rule.verbs.includes(verb),
      );
    for (const { kind, facts } of watchedKinds) {
      expect(may(facts.group, facts.plural, 'list') && may(facts.group, facts.plural, 'watch'), kind).toBe(true);
      if (kind !== 'ReferenceGrant') expect(may(facts.group, `${facts.plural}/status`, 'patch'), kind).toBe(true);
    }
    expect(JSON.stringify(rules)).not.toContain('*');
  });
});
