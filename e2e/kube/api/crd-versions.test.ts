import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { KubeObject, ObjectRef } from '../../../src/kube/object.ts';
import { customResourceDefinition } from '../../../src/policy/crd/definition.ts';
import { apiVersionsOf } from '../../../src/policy/kind-row.ts';
import { type Kind, kinds } from '../../../src/policy/kinds.ts';
import { isMap } from '../../../src/policy/schema/object.ts';
import { examples } from '../../../src/policy/testing/examples.ts';
import { documentOf, type KindDocument, published, refOf } from '../../support/definitions/document.ts';
import { badExamples, goodExamples } from '../../support/definitions/examples.ts';
import { type DefinitionsServer, startDefinitionsServer } from '../../support/kube-api/definitions.ts';
import { patience, until } from '../../support/kube-api/patience.ts';

/* What is stored stays readable and changeable: through every version of its kind, and when definitions change. */

patience();
let site: DefinitionsServer;
beforeAll(async () => {
  site = await startDefinitionsServer();
});
afterAll(() => site?.close());

const definitionName = (kind: Kind): string => `${kinds[kind].plural}.${kinds[kind].group}`;
const definitionRef = (kind: Kind): ObjectRef => ({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  name: definitionName(kind),
});

const ofSeveralVersions = published.filter((kind) => apiVersionsOf(kinds[kind]).length > 1);

describe.each(ofSeveralVersions)('%s', (kind) => {
  const [current, older] = apiVersionsOf(kinds[kind]);
  if (current === undefined || older === undefined) throw new Error(`${kind} has one version`);
  const directions = [
    [current, older],
    [older, current],
  ] as const;
  const specs = [...examples[kind].map((text): unknown => parse(text)), ...goodExamples(kind)];
  const objects = specs.map((spec, index) => documentOf(kind, spec, `example-${index}`));

  beforeEach(() => store(kind, current));

  it('is read through one version as it was written through the other', async () => {
    for (const [writing, reading] of directions) {
      for (const object of objects) {
        const written = await apply({ ...object, apiVersion: writing });
        const read = await get({ ...object, apiVersion: reading });
        expect([reading, read.apiVersion, read.spec]).toEqual([reading, reading, written.spec]);
        const conditions = [condition(`by ${writing}`)];
        await site.client.patchStatus(refOf({ ...object, apiVersion: writing }), { conditions });
        expect(await get({ ...object, apiVersion: reading })).toMatchObject({
          spec: written.spec,
          status: { conditions },
        });
      }
    }
  });

  it('is the same when another version is stored from now on, and back', async () => {
    const before = await Promise.all(objects.map((object) => apply(object)));
    for (const [storing] of [...directions].reverse()) {
      await store(kind, storing);
      for (const [index, object] of objects.entries()) {
        for (const apiVersion of [current, older]) {
          expect((await get({ ...object, apiVersion })).spec).toEqual(before[index]?.spec);
        }
        // Whatever is written from now on is stored anew.
        await label({ ...object, apiVersion: storing }, storing.replace('/', '.'));
        expect((await get({ ...object, apiVersion: current })).spec).toEqual(before[index]?.spec);
      }
    }
    const stored = (await definition(kind)).status as { readonly storedVersions: readonly string[] };
    expect([...stored.storedVersions].sort()).toEqual([...kinds[kind].versions].sort());
  });
});

/*
 * Definitions become stricter from one release to the next. What was taken before is stored here under definitions
 * without any condition between fields, which is more than any release has taken.
 */
describe('an object that a stricter definition would refuse', () => {
  it('takes labels and a status, and can be put right', async () => {
    await define((kind) => withoutConditions(customResourceDefinition(kind)));
    await until('definitions ask for less', async () => !(await isRefused(forNothing)));
    const stored: KindDocument[] = [];
    for (const kind of published) {
      for (const [index, { spec, says }] of badExamples(kind).entries()) {
        // A condition that cannot be evaluated is no condition that is broken: servers do not overlook it.
        if (says.includes('pattern in RE2 syntax')) continue;
        const document = documentOf(kind, spec, `wrong-${index}`);
        const answer = await site.client.apply(refOf(document), document);
        if (answer.ok) stored.push(document);
      }
    }
    await define(customResourceDefinition);
    await until('definitions ask for more', () => isRefused(forNothing));

    expect(stored.length).toBeGreaterThan(100);
    const stuck: string[] = [];
    for (const document of stored) {
      const name = `${document.kind} ${JSON.stringify(document.spec)}`;
      if (!(await isRefused(document))) stuck.push(`${name} is not refused as a new one`);
      await label(document, 'kept');
      const judged = await site.client.patchStatus(refOf(document), { conditions: [condition('Invalid')] });
      if (!judged.ok) stuck.push(`${name}: ${judged.error.message}`);
      const right = documentOf(document.kind, parse(examples[document.kind][0] ?? ''), document.metadata.name);
      const { resourceVersion } = (await get(document)).metadata;
      const mended = await site.client.replace(refOf(document), {
        ...right,
        metadata: { ...right.metadata, resourceVersion },
      });
      if (!mended.ok) stuck.push(`${name} cannot be mended: ${mended.error.message}`);
    }
    expect(stuck).toEqual([]);
  });
});

/** Of the last kind that has conditions: a server takes definitions over in their order. */
const forNothing = documentOf('EnvoyExtensionPolicy', {});

async function isRefused(document: KindDocument): Promise<boolean> {
  return (await site.asking.wouldCreate(document)).refusals.length > 0;
}

async function define(definitionOf: (kind: Kind) => unknown): Promise<void> {
  for (const kind of published) {
    const answer = await site.client.apply(definitionRef(kind), definitionOf(kind));
    if (!answer.ok) throw new Error(answer.error.message);
  }
}

function withoutConditions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutConditions);
  if (!isMap(value)) return value;
  const kept = Object.entries(value).filter(([name]) => name !== 'x-kubernetes-validations');
  return Object.fromEntries(kept.map(([name, child]) => [name, withoutConditions(child)]));
}

async function definition(kind: Kind): Promise<KubeObject> {
  const answer = await site.client.get(definitionRef(kind));
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

/** From now on objects are stored in this version. */
async function store(kind: Kind, apiVersion: string): Promise<void> {
  const made = customResourceDefinition(kind);
  const versions = made.spec.versions.map((version) => ({
    ...version,
    storage: `${made.spec.group}/${version.name}` === apiVersion,
  }));
  const answer = await site.client.patch(definitionRef(kind), { spec: { versions } });
  if (!answer.ok) throw new Error(answer.error.message);
  await site.server.kubectl('wait', `crd/${definitionName(kind)}`, '--for=condition=Established', '--timeout=60s');
}

async function apply(document: KindDocument): Promise<KubeObject> {
  const answer = await site.client.apply(refOf(document), document);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

async function get(document: KindDocument): Promise<KubeObject> {
  const answer = await site.client.get(refOf(document));
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

async function label(document: KindDocument, value: string): Promise<KubeObject> {
  const answer = await site.client.patch(refOf(document), { metadata: { labels: { seen: value } } });
  if (!answer.ok) throw new Error(`${document.kind} ${JSON.stringify(document.spec)}: ${answer.error.message}`);
  return answer.value;
}

function condition(message: string) {
  const at = '2026-01-01T00:00:00Z';
  return {
    type: 'Accepted',
    status: 'False',
    reason: 'Invalid',
    message,
    observedGeneration: 1,
    lastTransitionTime: at,
  };
}
