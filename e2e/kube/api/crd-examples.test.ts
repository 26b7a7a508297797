import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { apiVersionsOf } from '../../../src/policy/kind-row.ts';
import { kinds } from '../../../src/policy/kinds.ts';
import { examples } from '../../../src/policy/testing/examples.ts';
import {
  complaintsOfParser,
  documentOf,
  type KindDocument,
  meaning,
  published,
  refOf,
  schemasOf,
} from '../../support/definitions/document.ts';
import { badExamples, goodExamples, laterExamples } from '../../support/definitions/examples.ts';
import {
  type PlacedRule,
  refusalBy,
  ruleKey,
  rulesOf,
  ruleText,
  valueJudged,
} from '../../support/definitions/rules.ts';
import { put } from '../../support/definitions/sample.ts';
import type { Refusal } from '../../support/kube-api/asking.ts';
import { type DefinitionsServer, startDefinitionsServer } from '../../support/kube-api/definitions.ts';
import { patience } from '../../support/kube-api/patience.ts';

/*
 * What the definitions say is what a real API server does, and the same as what our own parser does. Nothing is stored.
 */

patience();
let site: DefinitionsServer;
beforeAll(async () => {
  site = await startDefinitionsServer();
});
afterAll(() => site?.close());

/** As who applies hears it. */
async function complaintOfServer(document: KindDocument): Promise<string | undefined> {
  const answer = await site.client.apply(refOf(document), document, { dryRun: true });
  return answer.ok ? undefined : answer.error.message;
}

describe.each(published)('%s', (kind) => {
  const accepted = [...examples[kind].map((spec): unknown => parse(spec)), ...goodExamples(kind)];

  it.each(accepted.map((spec) => [JSON.stringify(spec), spec] as const))('takes %s', async (_text, spec) => {
    const document = documentOf(kind, spec);
    expect(complaintsOfParser(document)).toEqual([]);
    expect(await complaintOfServer(document)).toBeUndefined();
  });

  it('is the same in every version that is served', async () => {
    const [spec] = accepted;
    for (const apiVersion of apiVersionsOf(kinds[kind])) {
      const document = { ...documentOf(kind, spec), apiVersion };
      expect([apiVersion, await complaintOfServer(document)]).toEqual([apiVersion, undefined]);
      expect(meaning(document)).toEqual(meaning(documentOf(kind, spec)));
    }
  });

  it('means the same with the defaults that the server wrote', async () => {
    for (const spec of accepted) {
      const document = documentOf(kind, spec);
      const { stored, refusals } = await site.asking.wouldCreate(document);
      expect(refusals).toEqual([]);
      expect([spec, meaning(stored)]).toEqual([spec, meaning(document)]);
    }
  });

  it.each(badExamples(kind))('refuses $spec', async ({ spec, says }) => {
    const document = documentOf(kind, spec);
    expect(await complaintOfServer(document)).toContain(says);
    expect(complaintsOfParser(document)).not.toEqual([]);
  });

  it.each(laterExamples(kind))('takes $spec, which the controller refuses: $why', async ({ spec }) => {
    const document = documentOf(kind, spec);
    expect(await complaintOfServer(document)).toBeUndefined();
    expect(complaintsOfParser(document)).not.toEqual([]);
  });
});

/** Everything that has to be refused, of one version of a kind. */
function badDocuments(kind: (typeof published)[number], apiVersion: string): readonly KindDocument[] {
  const wronglyNamed = documentOf(kind, parse(examples[kind][0] ?? ''), 'a.b');
  const specs = badExamples(kind).map(({ spec }) => documentOf(kind, spec));
  return [wronglyNamed, ...specs].map((document) => ({ ...document, apiVersion }));
}

interface Heard {
  readonly document: KindDocument;
  readonly refusals: readonly Refusal[];
}

/** The bad examples of one version, as the server answers them. */
async function heardOf(kind: (typeof published)[number], apiVersion: string): Promise<readonly Heard[]> {
  return Promise.all(
    badDocuments(kind, apiVersion).map(async (document) => ({
      document,
      refusals: (await site.asking.wouldCreate(document)).refusals,
    })),
  );
}

const versions = published.flatMap((kind) =>
  [...schemasOf(kind)].map(([apiVersion, schema]) => ({ kind, apiVersion, schema })),
);

/*
 * A condition stands wherever its part of a schema does: that of secrets at two dozen places. What breaks it at one of
 * them is put at all the others.
 */
describe('every condition of a definition', () => {
  const heard = new Map<string, readonly Heard[]>();
  const breaking = new Map<string, unknown[]>();

  beforeAll(async () => {
    for (const { kind, apiVersion, schema } of versions) {
      const all = await heardOf(kind, apiVersion);
      heard.set(`${apiVersion} ${kind}`, all);
      for (const placed of rulesOf(schema)) {
        for (const { document, refusals } of all) {
          const refusal = refusalBy(placed, refusals);
          if (refusal === undefined) continue;
          const values = breaking.get(ruleKey(placed)) ?? [];
          breaking.set(ruleKey(placed), [...values, valueJudged(placed, refusal, document)]);
        }
      }
    }
  });

  it.each(versions)('of $apiVersion $kind has refused something at its place', async ({ kind, apiVersion, schema }) => {
    const refusals = heard.get(`${apiVersion} ${kind}`)?.flatMap((each) => each.refusals) ?? [];
    const silent: string[] = [];
    for (const placed of rulesOf(schema)) {
      if (refusalBy(placed, refusals) !== undefined) continue;
      if (!(await refusesAt(placed))) silent.push(ruleText(placed));
    }
    expect(silent).toEqual([]);

    async function refusesAt(placed: PlacedRule): Promise<boolean> {
      const { metadata } = documentOf(kind, {});
      // The same condition may hold for maps of different things: one of the values fits.
      for (const value of breaking.get(ruleKey(placed)) ?? []) {
        const document = put(schema, { apiVersion, kind, metadata }, placed.path, value);
        const answer = await site.asking.wouldCreate(document as KindDocument);
        if (refusalBy(placed, answer.refusals) !== undefined) return true;
      }
      return false;
    }
  });

  it('is there for every kind of which something is served', () => {
    const without = versions.filter(({ schema }) => rulesOf(schema).length === 0).map(({ kind }) => kind);
    // Of the one nothing has an effect, of the other nothing is served: there is nothing to compare.
    expect(without).toEqual(['EnvoyProxy', 'HTTPRouteFilter']);
    expect(published.filter((kind) => badExamples(kind).length === 0)).toEqual([]);
  });
});
