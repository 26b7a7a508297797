import type { GatewayModel } from '../../../model/gateway.ts';
import type { PolicyDocument } from '../../../policy/document.ts';
import { parseDocuments } from '../../../policy/parse.ts';
import type { Resource } from '../../../xds/snapshot/resource.ts';
import type { Refusal } from '../../rollout/refusal.ts';
import { type Built, createIsolation } from '../isolation.ts';
import type { DocumentsById } from '../suspects.ts';

/** Versions by name of a route: `a: 'bad'`. */
export type Written = Readonly<Record<string, string>>;

/** A route, or a policy that guards it: `guard: 'x'`. */
function read(name: string, version: string): PolicyDocument {
  const group = 'gateway.networking.k8s.io';
  const isGuard = name === 'guard';
  const document = {
    apiVersion: isGuard ? 'gateway.envoyproxy.io/v1alpha1' : `${group}/v1`,
    kind: isGuard ? 'SecurityPolicy' : 'HTTPRoute',
    metadata: { name, labels: { version } },
    spec: isGuard
      ? {
          targetRefs: [{ group, kind: 'HTTPRoute', name: 'a' }],
          jwt: { providers: [{ name: 'p', issuer: 'i', remoteJWKS: { uri: 'https://a.example.com/keys' } }] },
        }
      : { parentRefs: [{ name: 'g' }], rules: [{ matches: [{ path: { value: `/${name}` } }] }] },
  };
  const [parsed] = parseDocuments(JSON.stringify(document), 'policy.yaml', '.').documents;
  if (parsed === undefined) throw new Error('not read');
  return parsed;
}

const known = new Map<string, PolicyDocument>();
export function documentOf(name: string, version: string): PolicyDocument {
  const key = `${name}: ${version}`;
  const document = known.get(key) ?? read(name, version);
  known.set(key, document);
  return document;
}

/** One gateway whose only table is made of routes, and clients that refuse it as long as something of it is bad. */
export function scriptedIsolation(options: {
  /** What they say of a table that is made of these. `a: bad`, closed: `a: closed`. */
  refuse?: (parts: readonly string[]) => string | undefined;
  before?: Written;
  kinds?: () => readonly string[];
  doesAnswer?: () => boolean;
}) {
  const { refuse = firstBad, kinds = () => ['envoy/1'], doesAnswer = () => true } = options;
  let written: DocumentsById = new Map();
  let learnt = 0;
  let tables = 0;
  const served: string[][] = [];
  const accepted = new Set<string>();
  const refusals = new Map<string, Refusal>();
  const isolation = createIsolation({
    group: 'g',
    written: () => written,
    before(id) {
      const name = id.slice(id.indexOf('/') + 1);
      const version = options.before?.[name];
      return version === undefined ? undefined : documentOf(name, version);
    },
    refusalOf: ({ version }) => refusals.get(version),
    areAccepted: (all) => all.every(({ version }) => accepted.has(version)),
    connected: kinds,
    heldElsewhere: () => new Set(),
    isSearchedElsewhere: () => false,
    hashes: (ids) =>
      Object.fromEntries(ids.flatMap((id) => (written.has(id) ? [[id, written.get(id)?.hash ?? '']] : []))),
    onLearnt: () => {
      learnt += 1;
    },
  });
  let last: Built | undefined;

  function build(): void {
    const held = isolation.heldBack();
    const documents = [...written.values()].flatMap((document) =>
      held.has(document.id) ? (held.get(document.id) ?? []) : document,
    );
    const parts = documents.map(partOf);
    served.push(parts);
    tables += 1;
    const version = parts.join();
    const table: Resource = { typeUrl: 'route', name: 't', version, body: new Uint8Array(), origins: [] };
    last = { documents, gateway: gatewayOf(written), tables: [table] };
    answer();
  }

  function answer(): void {
    const [table] = last?.tables ?? [];
    const parts = served.at(-1);
    if (table === undefined || parts === undefined || !doesAnswer() || kinds().length === 0) return;
    const text = refuse(parts);
    refusals.delete(table.version);
    accepted.delete(table.version);
    if (text === undefined) accepted.add(table.version);
    else refusals.set(table.version, { resource: table, text, by: kinds(), documents: {} });
  }

  function settle(): void {
    do build();
    while (last !== undefined && isolation.judge(last) && tables < 1_000);
  }

  return {
    isolation,
    /** Writes these, and builds until nothing more is to be built. */
    write(next: Written) {
      written = new Map(
        Object.entries(next)
          .map(([name, version]) => documentOf(name, version))
          .map((each) => [each.id, each]),
      );
      isolation.follow();
      settle();
    },
    settle,
    /** They answer what is out. */
    answer() {
      answer();
      if (last !== undefined && isolation.judge(last)) settle();
    },
    /** What is in force. */
    served: () => served.at(-1),
    trials: () => served,
    blamed: () =>
      Object.fromEntries([...isolation.refusals.held.values()].map(({ resource, text }) => [resource.name, text])),
    learnt: () => learnt,
  };
}

function partOf(document: PolicyDocument): string {
  const { name, labels } = document;
  return `${name}: ${document === known.get(`${name}: ${labels.version}`) ? labels.version : 'closed'}`;
}

function firstBad(parts: readonly string[]): string | undefined {
  const bad = parts.find((part) => part.includes(': bad'));
  return bad && `no ${bad}`;
}

function gatewayOf(written: DocumentsById): GatewayModel {
  const routes = [...written.keys()].map((id) => ({ origins: [id] }));
  const gateway = { services: { routes }, routes: [], listeners: [], settings: { origins: [] } };
  return gateway as unknown as GatewayModel;
}
