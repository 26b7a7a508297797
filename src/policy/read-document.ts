import { sha256Hex } from '../lib/hash.ts';
import { suggest } from '../lib/suggest.ts';
import { canonicalJson } from './canonical.ts';
import type { PolicyDocument } from './document.ts';
import { defaultNamespace, documentId } from './document-id.ts';
import { isKind, type Kind, kinds, laterKinds, ownApiVersion, printableKinds } from './kinds.ts';
import { metadata } from './metadata.ts';
import { isMap, rejectUnknown } from './schema/object.ts';
import { type Finding, type Place, reject, under } from './schema/place.ts';
import { invalid, type Parsed } from './schema/schema.ts';
import { choices, show } from './schema/show.ts';

/** What does not depend on where the document stands. */
type Placeless<D> = D extends PolicyDocument ? Omit<D, 'source' | 'folder'> : never;
export type PlacelessDocument = Placeless<PolicyDocument>;

export interface DocumentReading {
  /** `Model/small`, as far as it could be read. */
  readonly id?: string;
  readonly document?: PlacelessDocument;
  readonly findings: readonly Finding[];
}

const topLevel = ['apiVersion', 'kind', 'metadata', 'spec', 'status'];

export function readDocument(value: unknown, now: number): DocumentReading {
  const id = identify(value);
  const findings: Finding[] = [];
  const place: Place = { path: [], findings, facts: { name: nameOf(value) ?? '', now } };
  const parsed = parse(value, place);
  const document = parsed === invalid ? {} : { document: parsed };
  return { ...(id === undefined ? {} : { id }), ...document, findings };
}

/** Who it is, even if nothing else about it is right. */
export function identify(value: unknown): string | undefined {
  const kind = isMap(value) && typeof value.kind === 'string' ? value.kind : '';
  const name = nameOf(value) ?? '';
  const isReadable = /^[A-Za-z]{1,63}$/.test(kind) && isName(name);
  return isReadable ? documentId(kind, hasNoNamespace(kind) ? '' : namespaceOf(value), name) : undefined;
}

function hasNoNamespace(kind: string): boolean {
  return isKind(kind) && kinds[kind].scope === 'Cluster';
}

function isName(text: string): boolean {
  return /^[-a-zA-Z0-9._]{1,253}$/.test(text);
}

function namespaceOf(value: unknown): string {
  if (!isMap(value) || !isMap(value.metadata)) return defaultNamespace;
  const { namespace } = value.metadata;
  return typeof namespace === 'string' && isName(namespace) ? namespace : defaultNamespace;
}

function nameOf(value: unknown): string | undefined {
  if (!isMap(value) || !isMap(value.metadata)) return undefined;
  const { name } = value.metadata;
  return typeof name === 'string' ? name : undefined;
}

function parse(value: unknown, place: Place): Parsed<PlacelessDocument> {
  if (!isMap(value)) {
    return reject(
      place,
      `${show(value)} stands here instead of a document`,
      'write apiVersion, kind, metadata and spec',
    );
  }
  const kind = parseKind(value, place);
  if (kind === invalid) return invalid;
  const isVersionRight = checkApiVersion(kind, value.apiVersion, under(place, 'apiVersion'));
  if (isVersionRight === 'another group') return invalid;
  let isValid = isVersionRight === 'right';
  const unknown = Object.keys(value).filter((key) => !topLevel.includes(key));
  if (unknown.length > 0) {
    rejectUnknown(unknown, topLevel, place);
    isValid = false;
  }
  const meta = parseMetadata(value.metadata, under(place, 'metadata'));
  const spec = parseSpec(kind, value.spec, under(place, 'spec'));
  if (!isValid || meta === invalid || spec === invalid) return invalid;
  const { name, labels } = meta;
  const namespace = hasNoNamespace(kind) ? '' : meta.namespace;
  const content = { ...spec, name, namespace, labels, annotations: meaningful(meta.annotations) };
  return { ...content, id: documentId(kind, namespace, name), hash: sha256Hex(canonicalJson(content)) };
}

function parseKind(value: { readonly [key: string]: unknown }, place: Place): Parsed<Kind> {
  const { kind } = value;
  const here = under(place, 'kind');
  if (kind === undefined || kind === null) {
    return reject(here, 'is missing', `add kind: ${choices(printableKinds)}`);
  }
  if (typeof kind !== 'string') return reject(here, `${show(kind)} is not a kind`, `write ${choices(printableKinds)}`);
  if (isKind(kind)) return kind;
  if (laterKinds.includes(kind)) {
    return reject(here, `${kind} is not served by this version`, `remove it; served: ${choices(printableKinds)}`);
  }
  const near = suggest(kind, [...printableKinds, ...laterKinds]);
  const served = `served: ${choices(printableKinds)}`;
  const remedy = near === undefined ? `remove it; ${served}` : `write ${near}; ${served}`;
  return reject(here, `${show(kind)} is not a known kind`, remedy);
}

/** Another group's kind of the same name is somebody else's language: reading on would only produce noise. */
function checkApiVersion(kind: Kind, given: unknown, place: Place): 'right' | 'wrong' | 'another group' {
  const wanted: string = kinds[kind].apiVersion;
  if (given === wanted) return 'right';
  const remedy = `write apiVersion: ${wanted}`;
  if (given === undefined || given === null) reject(place, 'is missing', `add apiVersion: ${wanted}`);
  else reject(place, `${show(given)} is not the apiVersion of ${kind} here`, remedy);
  const group = wanted.slice(0, wanted.indexOf('/'));
  const isNear = typeof given !== 'string' || given.startsWith(`${group}/`) || suggest(given, [wanted]) !== undefined;
  return isNear || wanted === ownApiVersion ? 'wrong' : 'another group';
}

function parseMetadata(given: unknown, place: Place): ReturnType<typeof metadata.parse> {
  if (given === undefined || given === null) return reject(place, 'is missing', 'add metadata: {name: NAME}');
  return metadata.parse(given, place);
}

/** Tools write annotations of their own with every change, which must not look like a change of the document. */
function meaningful(annotations: { readonly [name: string]: unknown }): { readonly [name: string]: string } {
  const texts = Object.entries(annotations).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && meaningfulAnnotation.test(entry[0]),
  );
  return Object.fromEntries(texts);
}

const meaningfulAnnotation = /^(?:sluice\.dev|aigateway\.envoyproxy\.io|gateway\.networking\.k8s\.io)\//;

type KindAndSpec = {
  [K in Kind]: { readonly kind: K; readonly spec: Extract<PolicyDocument, { kind: K }>['spec'] };
}[Kind];

function parseSpec(kind: Kind, given: unknown, place: Place): Parsed<KindAndSpec> {
  // `spec:` left out is an empty one: its own required fields say what is missing.
  const value = given ?? {};
  switch (kind) {
    case 'Provider':
      return withKind(kind, kinds.Provider.spec.parse(value, place));
    case 'Model':
      return withKind(kind, kinds.Model.spec.parse(value, place));
    case 'ApiKey':
      return withKind(kind, kinds.ApiKey.spec.parse(value, place));
    case 'Guardrail':
      return withKind(kind, kinds.Guardrail.spec.parse(value, place));
    case 'Limit':
      return withKind(kind, kinds.Limit.spec.parse(value, place));
    case 'Budget':
      return withKind(kind, kinds.Budget.spec.parse(value, place));
    case 'GatewayPolicy':
      return withKind(kind, kinds.GatewayPolicy.spec.parse(value, place));
    case 'Gateway':
      return withKind(kind, kinds.Gateway.spec.parse(value, place));
  }
}

function withKind<K, S>(kind: K, spec: Parsed<S>): Parsed<{ readonly kind: K; readonly spec: S }> {
  return spec === invalid ? invalid : { kind, spec };
}
