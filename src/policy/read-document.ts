import { sha256Hex } from '../lib/hash.ts';
import { suggest } from '../lib/suggest.ts';
import { barrierSpec } from './barrier.ts';
import { canonicalJson } from './canonical.ts';
import type { DocumentOf, PolicyDocument } from './document.ts';
import { defaultNamespace, documentId } from './document-id.ts';
import { apiVersionsOf, bodyFields, type KindRow } from './kind-row.ts';
import { isKind, type Kind, kinds, laterKinds, ownGroup, printableKinds } from './kinds.ts';
import { type Metadata, metadataOf } from './metadata.ts';
import { isMap, rejectUnknown } from './schema/object.ts';
import { invalid, type Parsed } from './schema/parsed.ts';
import { type Finding, type Place, reject, under } from './schema/place.ts';
import { show } from './schema/show.ts';

/** What does not depend on where the document stands. */
type Placeless<D> = D extends PolicyDocument ? Omit<D, 'source' | 'folder'> : never;
export type PlacelessDocument = Placeless<PolicyDocument>;

export interface DocumentReading {
  /** `Model/small`, as far as it could be read. */
  readonly id?: string;
  readonly document?: PlacelessDocument;
  /** Of a document that is wrong: what stands in its place unless it was right before. */
  readonly barrier?: PlacelessDocument;
  readonly findings: readonly Finding[];
}

export function readDocument(value: unknown, now: number): DocumentReading {
  const id = identify(value);
  const findings: Finding[] = [];
  const place: Place = { path: [], findings, facts: { name: nameOf(value) ?? '', now } };
  const parsed = parse(value, place);
  const document = parsed === invalid ? {} : parsed.isBarrier ? { barrier: parsed } : { document: parsed };
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
    const remedy = Array.isArray(value) ? oneByOne : 'write apiVersion, kind, metadata and spec';
    return reject(place, `${show(value)} stands here instead of a document`, remedy);
  }
  const kind = parseKind(value, place);
  if (kind === invalid) return invalid;
  const isVersionRight = checkApiVersion(kind, value.apiVersion, under(place, 'apiVersion'));
  if (isVersionRight === 'another group') return invalid;
  let isValid = isVersionRight === 'right';
  const fields = ['apiVersion', 'kind', 'metadata', ...bodyFields(kinds[kind]), 'status'];
  const unknown = Object.keys(value).filter((key) => !fields.includes(key));
  if (unknown.length > 0) {
    rejectUnknown(unknown, fields, place);
    isValid = false;
  }
  const meta = parseMetadata(kind, value.metadata, under(place, 'metadata'));
  const spec = parseSpec(kind, value, place);
  const barrier = spec === invalid ? parseBarrier(kind, value, place) : undefined;
  const known = barrier ?? spec;
  if (!isValid || meta === invalid || known === invalid) return invalid;
  const { name, labels } = meta;
  const namespace = hasNoNamespace(kind) ? '' : meta.namespace;
  const content = { ...known, name, namespace, labels, annotations: meaningful(meta.annotations) };
  return { ...content, id: documentId(kind, namespace, name), hash: sha256Hex(canonicalJson(content)) };
}

function parseKind(value: { readonly [key: string]: unknown }, place: Place): Parsed<Kind> {
  const { kind } = value;
  const here = under(place, 'kind');
  if (kind === undefined || kind === null) return reject(here, 'is missing', `add kind: ${servedKinds}`);
  if (typeof kind !== 'string') return reject(here, `${show(kind)} is not a kind`, `write ${servedKinds}`);
  if (isKind(kind)) return kind;
  if (/List$/.test(kind) && Array.isArray(value.items)) return reject(here, `a ${kind} is not read`, oneByOne);
  if (laterKinds.includes(kind)) {
    return reject(here, `${kind} is not served by this version`, `remove it; served: ${servedKinds}`);
  }
  const near = suggest(kind, [...printableKinds, ...laterKinds]);
  const remedy = near === undefined ? 'remove it' : `write ${near}`;
  return reject(here, `${show(kind)} is not a known kind`, `${remedy}; served: ${servedKinds}`);
}

/** What `kubectl get` prints of several objects is one list. */
const oneByOne = 'write each of its items as a document, with a line --- between them';

/** Our own by name; who uses others knows them. */
const servedKinds = `${printableKinds
  .filter((kind) => kinds[kind].group === ownGroup)
  .join(', ')}, or a kind of Gateway API, Envoy Gateway or Envoy AI Gateway`;

/** Another group's kind of the same name is somebody else's language: reading on would only produce noise. */
function checkApiVersion(kind: Kind, given: unknown, place: Place): 'right' | 'wrong' | 'another group' {
  const { group, apiVersion, ...row } = kinds[kind];
  const possible = apiVersionsOf({ group, ...row });
  if (possible.some((candidate) => candidate === given)) return 'right';
  const remedy = `write apiVersion: ${apiVersion}`;
  if (given === undefined || given === null) reject(place, 'is missing', `add apiVersion: ${apiVersion}`);
  else reject(place, `${show(given)} is not the apiVersion of ${kind} here`, remedy);
  const isOfGroup = typeof given !== 'string' || given.slice(0, Math.max(0, given.indexOf('/'))) === group;
  const isNear = isOfGroup || suggest(given, possible) !== undefined;
  return isNear || group === ownGroup ? 'wrong' : 'another group';
}

function parseMetadata(kind: Kind, given: unknown, place: Place): Parsed<Metadata> {
  if (given === undefined || given === null) return reject(place, 'is missing', 'add metadata: {name: NAME}');
  return metadataOf(kinds[kind]).parse(given, place);
}

/** Tools write annotations of their own with every change, which must not look like a change of the document. */
function meaningful(annotations: { readonly [name: string]: unknown }): { readonly [name: string]: string } {
  const texts = Object.entries(annotations).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && meaningfulAnnotation.test(entry[0]),
  );
  return Object.fromEntries(texts);
}

const meaningfulAnnotation = /^(?:sluice\.dev|aigateway\.envoyproxy\.io|gateway\.networking\.k8s\.io)\//;

type KindAndSpec = { [K in Kind]: { readonly kind: K; readonly spec: DocumentOf<K>['spec'] } }[Kind];

function parseSpec(kind: Kind, document: { readonly [key: string]: unknown }, place: Place): Parsed<KindAndSpec> {
  const row: KindRow<unknown> = kinds[kind];
  // `spec:` left out is an empty one: its own required fields say what is missing.
  const spec = row.hasNoSpec
    ? row.spec.parse(pick(document, bodyFields(row)), place)
    : row.spec.parse(document.spec ?? {}, under(place, 'spec'));
  // Kind and schema are of one row of the registry; TypeScript does not follow a row that is chosen at run time.
  return spec === invalid ? invalid : ({ kind, spec } as KindAndSpec);
}

function parseBarrier(
  kind: Kind,
  document: { readonly [key: string]: unknown },
  place: Place,
): Parsed<KindAndSpec & { readonly isBarrier: true }> {
  const row: KindRow<unknown> = kinds[kind];
  const spec = barrierSpec(row, document.spec, place);
  return spec === invalid ? invalid : ({ kind, spec, isBarrier: true } as KindAndSpec & { readonly isBarrier: true });
}

function pick(
  value: { readonly [key: string]: unknown },
  names: readonly string[],
): { readonly [key: string]: unknown } {
  return Object.fromEntries(names.flatMap((name) => (Object.hasOwn(value, name) ? [[name, value[name]]] : [])));
}
