import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { chartFolder, helm, type Manifest, manifestsOf, renderChart } from '../../support/kube-api/chart.ts';
import { patience } from '../../support/kube-api/patience.ts';

patience();

const noCrds = ['--set', 'ai-gateway-crds.enabled=false'];

function set(...values: readonly string[]): readonly string[] {
  return values.flatMap((value) => ['--set', value]);
}

async function rendered(...values: readonly string[]): Promise<readonly Manifest[]> {
  return manifestsOf(await renderChart(...noCrds, ...set(...values)));
}

async function parametersOf(...values: readonly string[]): Promise<unknown> {
  const manifests = await rendered(...values);
  return manifests.find(({ kind, metadata }) => kind === 'GatewayParameters' && metadata.name === 'egress')?.spec;
}

/** Every text that names something, wherever it stands. */
function namesIn(value: unknown, key = ''): readonly (readonly [string, unknown])[] {
  if (Array.isArray(value)) return value.flatMap((each) => namesIn(each, key));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, field]) => namesIn(field, name));
  }
  return /^(name|namespace|.*Name|instance)$/.test(key) ? [[key, value]] : [];
}

describe('further fields of the parameters of egress', () => {
  it('leave of the autoscaler what they do not name', async () => {
    const given = ['egress.autoscaling.min=4', 'egress.autoscaling.max=8'];
    expect(await parametersOf(...given, 'egress.parameters.autoscaling.cpu=50')).toMatchObject({
      autoscaling: { min: 4, max: 8, cpu: 50 },
    });
    expect(await parametersOf('egress.replicas=3', 'egress.parameters.autoscaling.min=3')).not.toHaveProperty(
      'replicas',
    );
  });

  it('win with the one bound that they name against the other', async () => {
    const most = await parametersOf('egress.parameters.autoscaling.max=1');
    expect(most).toHaveProperty('autoscaling', { max: 1, cpu: 70 });
    const fewest = await parametersOf('egress.parameters.autoscaling.min=20');
    expect(fewest).toHaveProperty('autoscaling', { min: 20, cpu: 70 });
    const both = ['egress.parameters.autoscaling.min=3', 'egress.parameters.autoscaling.max=2'];
    await expect(rendered(...both)).rejects.toThrow('max is 2, less than min, which is 3');
  });

  it('keep the header of traces, whatever variables they have', async () => {
    const traces = ['otel.enabled=true', 'otel.endpoint=http://c:4318', 'otel.authHeader.secretName=account'];
    const header = expect.objectContaining({ name: 'OTEL_EXPORTER_OTLP_HEADERS' });
    const own = ['egress.parameters.processor.env[0].name=A', 'egress.parameters.processor.env[0].value=b'];
    expect(await parametersOf(...traces, ...own)).toMatchObject({
      processor: { env: [{ name: 'A', value: 'b' }, header], workers: 1 },
    });
    expect(await parametersOf(...traces, 'egress.parameters.processor=null')).toMatchObject({
      processor: { env: [header] },
    });
  });
});

describe('a budget of disruptions', () => {
  it('is none when it is empty', async () => {
    for (const none of ['egress.podDisruptionBudget=null', 'egress.podDisruptionBudget.minAvailable=null']) {
      expect(await parametersOf(none), none).not.toHaveProperty('podDisruptionBudget');
    }
  });

  it('is the given one for several pods, high availability or not', async () => {
    const several = ['ha.enabled=false', 'egress.replicas=3', 'egress.podDisruptionBudget.minAvailable=2'];
    expect(await parametersOf(...several)).toMatchObject({ podDisruptionBudget: { minAvailable: 2 } });
  });
});

describe('names that YAML could take for something else', () => {
  it.each(['1234', 'null', 'true', '1e3'])('stay names: %s', async (odd) => {
    const values = [
      `dataplane.namespace=${odd}`,
      `global.imagePullSecrets={${odd}}`,
      `gatewayClass.name=${odd}`,
      `rbac.gatewayNamespaces={${odd},other}`,
      `controller.priorityClassName=${odd}`,
      `redis.priorityClassName=${odd}`,
      `redis.auth.secretName=${odd}`,
      `redis.auth.secretKey=${odd}`,
      `redis.persistence.storageClass=${odd}`,
      `controller.xds.tls.secretName=${odd}`,
      `controller.xds.tls.clientSecretName=${odd}`,
      `imagePullSecret.name=${odd}`,
      'imagePullSecret.dockerConfigJson= {}',
    ];
    const on = [
      'redis.enabled=true',
      'redis.persistence.enabled=true',
      'controller.xds.tls.mode=supplied',
      'networkPolicies.enabled=true',
      ...['serviceMonitor', 'podMonitor', 'prometheusRule', 'dashboards'].map(
        (name) => `monitoring.${name}.enabled=true`,
      ),
    ];
    const text = values.flatMap((value) => ['--set-string', value]);
    const chart = await renderChart('--namespace', odd, ...noCrds, ...text, ...set(...on));
    const names = manifestsOf(chart).flatMap((each) => namesIn(each));
    expect(names.length).toBeGreaterThan(100);
    expect(names.filter(([, value]) => typeof value !== 'string')).toEqual([]);
  });
});

describe('labels', () => {
  const partOf = 'app\\.kubernetes\\.io/part-of';
  const name = 'app\\.kubernetes\\.io/name';

  it('of pods are those that they are found by, and each stands once', async () => {
    const labels = ['controller', 'redis'].flatMap((each) => [
      `${each}.podLabels.${partOf}=ai`,
      `${each}.podLabels.${name}=other`,
      `${each}.podLabels.team=platform`,
    ]);
    const pods = (await rendered('redis.enabled=true', ...labels)).flatMap(({ kind, spec }) =>
      ['Deployment', 'StatefulSet'].includes(kind) ? [spec] : [],
    );
    expect(pods).toHaveLength(2);
    for (const spec of pods) {
      const { selector, template } = spec as {
        readonly selector: { readonly matchLabels: object };
        readonly template: { readonly metadata: { readonly labels: object } };
      };
      expect(template.metadata.labels).toMatchObject({ ...selector.matchLabels, team: 'platform' });
    }
  });

  it('of monitors are those by which somebody else finds them', async () => {
    const kinds = ['serviceMonitor', 'podMonitor', 'prometheusRule', 'dashboards'];
    const labels = kinds.flatMap((kind) => [
      `monitoring.${kind}.enabled=true`,
      `monitoring.${kind}.labels.${partOf}=prometheus`,
    ]);
    const found = (await rendered(...labels)).filter(({ metadata }) =>
      stringify(metadata).includes('app.kubernetes.io/part-of: prometheus'),
    );
    expect(found.map(({ kind }) => kind).sort()).toEqual([
      'ConfigMap',
      'PodMonitor',
      'PrometheusRule',
      'ServiceMonitor',
    ]);
  });
});

describe('a section with nothing in it', () => {
  const sections = [
    'egress.parameters',
    'gatewayPolicy',
    'redis.parameters',
    'processor.env',
    'gatewayClass.parametersRef',
  ];
  it.each(sections)('is as good as none: %s', async (section) => {
    const others = [
      'redis.enabled=true',
      'redis.auth.secretName=mine',
      'otel.enabled=true',
      'otel.endpoint=http://c:1',
    ];
    const all = [...others, 'otel.authHeader.secretName=h', 'discoveryNamespaceSelectors[0].matchLabels.a=b'];
    expect(await rendered(...all, `${section}=null`)).toEqual(await rendered(...all));
    await helm('lint', '--strict', '--set', `${section}=null`, chartFolder);
  });
});
