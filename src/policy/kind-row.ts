import { isMap } from './schema/object.ts';
import type { Path } from './schema/place.ts';
import type { Schema } from './schema/schema.ts';

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date';
  readonly jsonPath: string;
  /** 1: only with `--output wide`. Default: 0. */
  readonly priority?: 0 | 1;
}

type Fields = Readonly<Record<string, unknown>>;

/** What is known of a kind besides its fields. */
export interface KindFacts {
  /** '' for the kinds of Kubernetes itself. */
  readonly group: string;
  /** The first is stored and written; the others are older, read all the same. They share one schema. */
  readonly versions: readonly [string, ...string[]];
  readonly plural: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly scope: 'Namespaced' | 'Cluster';
  /**
   * Who publishes its CustomResourceDefinition. own: we do, always. accepted: we do where the project that the kind
   * comes from is not installed. elsewhere: Gateway API or Kubernetes itself; ours to read only.
   */
  readonly definition: 'own' | 'accepted' | 'elsewhere';
  /** Its fields stand beside `metadata` instead of under `spec`, as those of Secret and ConfigMap do. */
  readonly hasNoSpec?: true;
  /** Between name and age. */
  readonly columns?: readonly PrinterColumn[];
  /** Where its conditions stand, besides `status.conditions`: per ancestor (policies), per parent (routes). */
  readonly statusPer?: 'ancestor' | 'parent';
  /** Whether a policy with these fields keeps requests from what it is for. */
  readonly guards?: (fields: readonly string[]) => boolean;
  /** What such a policy has to say besides its targets, chosen so that it lets nothing through. */
  readonly barrierFields?: Fields;
  /** Of kinds that are served in part: what is left of a spec that is wrong at these paths, if anything is. */
  readonly remainder?: (
    written: Fields,
    errors: readonly Path[],
    isReadable: (spec: Fields) => boolean,
  ) => Fields | undefined;
  readonly description: string;
}

export interface KindRow<S> extends KindFacts {
  /** Of the version that is stored: what new documents say. */
  readonly apiVersion: string;
  readonly spec: Schema<S>;
}

export function kindRow<S>(facts: KindFacts, spec: Schema<S>): KindRow<S> {
  return { ...facts, apiVersion: apiVersionOf(facts.group, facts.versions[0]), spec };
}

export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Every apiVersion that a document of the kind may say. */
export function apiVersionsOf(row: KindFacts): readonly string[] {
  return row.versions.map((version) => apiVersionOf(row.group, version));
}

/** Names of the fields that a document of the kind has besides apiVersion, kind, metadata and status. */
export function bodyFields(row: KindRow<unknown>): readonly string[] {
  if (row.hasNoSpec !== true) return ['spec'];
  return isMap(row.spec.json.properties) ? Object.keys(row.spec.json.properties) : [];
}
