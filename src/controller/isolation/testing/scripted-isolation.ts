import type { GatewayModel } from '../../../model/gateway.ts';
import type { PolicyDocument } from '../../../policy/document.ts';
import { parseDocuments } from '../../../policy/parse.ts';
import type { Resource } from '../../../xds/snapshot/resource.ts';
import type { Refusal } from '../../rollout/refusal.ts';
import { type Built, createIsolation } from '../isolation.ts';
import type { DocumentsById } from '../suspects.ts';

/** Versions by name of a route: `a: 'bad'`. */
export type Written = Readonly<Record<string, string>>;

const ofRoutes = (name: string, version: string): PolicyDocument => {
  const spec = `{parentRefs: [{name: g}], hostnames: [${version}.example.com], rules: [{matches: [{path: {value: /${name}}}]}]}`;
  const text = `{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: ${name}}, spec: ${spec}}`;
  const [document] = parseDocuments(text, 'policy.yaml', '.').documents;
  if (document === undefined) throw new Error('not read');
  return document;
};

const known = new Map<string, PolicyDocument>();
export function documentOf(name: string, version: string): PolicyDocument {
  const key = `${name}: ${version}`;
  const document = known.get(key) ?? ofRoutes(name, version);
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
      const name = id.slice('HTTPRoute/'.length);
      const version = options.before?.[name];
      return version === undefined ? undefined : documentOf(name, version);
    },
    refusalOf: ({ version }) => refusals.get(version),
    areAccepted: (all) => all.every(({ version }) => accepted.has(version)),
    connected: kinds,
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
  const spec = document.spec as { hostnames: string[]; rules: { backendRefs: unknown[]; filters: unknown[] }[] };
  const isClosed = document !== known.get(`${document.name}: ${spec.hostnames[0]?.split('.')[0]}`);
  return `${document.name}: ${isClosed ? 'closed' : spec.hostnames[0]?.split('.')[0]}`;
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
