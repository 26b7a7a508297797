import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { watchedKinds } from '../../../src/controller/sources/kubernetes/watched-kinds.ts';
import { parseDocuments } from '../../../src/policy/parse.ts';
import { problemText } from '../../../src/policy/problem.ts';
import { goldenCases } from '../../support/golden.ts';
import { chartFolder, helm, type Manifest, manifestsOf, renderChart } from '../../support/kube-chart.ts';
import { patience } from '../../support/kube-patience.ts';

patience();
const cases = join(chartFolder, 'testdata');

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** Without a cluster each render makes a password of its own. */
function masked(text: string): string {
  return text.replace(/^( {2}password: )[A-Za-z0-9+/=]{44}$/gm, '$1c29tZQ==');
}

describe('the chart renders', () => {
  goldenCases(cases, '.values.yaml', '.golden.yaml', async (_, path) => masked(await renderChart('--values', path)));

  it.each(readdirSync(cases).filter((name) => name.endsWith('.golden.yaml')))(
    'documents of ours in %s that our own reader takes, and no key twice',
    (name) => {
      const all = manifestsOf(readFileSync(join(cases, name), 'utf8'));
      const ours = all.filter(({ apiVersion }) => /^(sluice\.dev|gateway\.networking\.k8s\.io)\//.test(apiVersion));
      if (ours.length === 0) return;
      const { problems } = parseDocuments(ours.map((each) => JSON.stringify(each)).join('\n---\n'), name, '.');
      expect(problems.map(problemText)).toEqual([]);
    },
  );
});

describe('the chart', () => {
  it('passes helm lint', async () => {
    expect(await helm('lint', '--strict', chartFolder)).toContain('0 chart(s) failed');
  });

  it('knows every value that it has, and no other', async () => {
    for (const wrong of ['nonsense=1', 'controller.replica=3', 'egress.service.kind=x', 'global.registry=a']) {
      await expect(renderChart('--set', wrong), wrong).rejects.toThrow('additional properties');
    }
  });

  it('says what belongs together', async () => {
    const faults = {
      'controller.xds.tls.mode=supplied': 'name controller.xds.tls.secretName',
      'redis.enabled=true,redis.external.addresses={a:1}': 'exclude each other',
      'otel.enabled=true': 'name otel.endpoint',
      'controller.podDisruptionBudget.minAvailable=2': 'make it less than controller.replicas',
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
