import { referencesOf } from '../../snapshot/references/references.ts';
import type { Resource } from '../../snapshot/resource.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { typeUrls } from '../../snapshot/type-url.ts';
import type { Outgoing } from '../due.ts';
import { type ClientStream, createClientStream, type Variant } from '../stream.ts';

type Message = () => void;

const types = [typeUrls.cluster, typeUrls.endpoint, typeUrls.listener, typeUrls.route] as const;
type Type = (typeof types)[number];

/**
 * A client that keeps house as Envoy does: asks for all clusters and listeners, and for the endpoints and routes that
 * these name; applies the good part of a batch and refuses it for the bad one (`version` ends in `x`); lets go of what
 * nothing names any more. Messages wait on the way until a test delivers them.
 */
export function simulatedEnvoy(variant: Variant, desired: () => Snapshot, now: () => number) {
  const have = new Map<Type, Map<string, Resource>>(types.map((type) => [type, new Map()]));
  const asked = new Map<Type, Set<string>>();
  const nonces = new Map<string, string>();
  let toServer: Message[] = [];
  let toClient: Message[] = [];
  let stream: ClientStream = createClientStream(variant);
  let sent = 0;
  let mostWaiting = 0;
  const lost: string[] = [];

  const holdings = (type: Type): Map<string, Resource> => have.get(type) ?? new Map();

  /** What a client wants of a by-name type: whatever it holds names it. */
  function wanted(type: Type): Set<string> {
    const by = type === typeUrls.endpoint ? typeUrls.cluster : typeUrls.listener;
    const kind = type === typeUrls.endpoint ? 'endpoint' : 'route';
    const references = [...holdings(by).values()].flatMap((resource) => referencesOf(resource));
    return new Set(references.filter((reference) => reference.type === kind).map(({ name }) => name));
  }

  function request(type: Type, answer: { readonly nonce: string; readonly error?: string | undefined }): void {
    const byName = type === typeUrls.endpoint || type === typeUrls.route;
    const names = byName ? wanted(type) : new Set<string>();
    const before = asked.get(type);
    asked.set(type, names);
    const { nonce, error } = answer;
    const on = stream;
    if (variant === 'sotw') {
      toServer.push(() => on.onSotw(type, { names: [...names], nonce, error }, now()));
      return;
    }
    const initialVersions =
      before === undefined
        ? Object.fromEntries([...holdings(type).values()].map(({ name, version }) => [name, version]))
        : {};
    const subscribe = [...names].filter((name) => before?.has(name) !== true);
    const unsubscribe = [...(before ?? [])].filter((name) => !names.has(name));
    toServer.push(() => on.onDelta(type, { subscribe, unsubscribe, nonce, error, initialVersions }, now()));
  }

  /** Asks for what has come to be named, and lets go of the rest. */
  function keepHouse(): void {
    for (const [type, nonceless] of [
      [typeUrls.endpoint, ''],
      [typeUrls.route, ''],
    ] as const) {
      const names = wanted(type);
      for (const name of [...holdings(type).keys()]) if (!names.has(name)) holdings(type).delete(name);
      const before = asked.get(type);
      const isSame = before !== undefined && names.size === before.size && [...names].every((name) => before.has(name));
      if (isSame || (before === undefined && names.size === 0)) continue;
      request(type, { nonce: variant === 'sotw' ? (nonces.get(type) ?? nonceless) : nonceless });
    }
  }

  /** Names of clusters that the client's route tables name and that it does not hold. */
  function dangling(): string[] {
    return [...holdings(typeUrls.route).values()]
      .flatMap((table) => referencesOf(table))
      .filter(({ type, name }) => type === 'cluster' && !holdings(typeUrls.cluster).has(name))
      .map(({ name }) => name);
  }

  function receive(response: Outgoing): void {
    const type = types.find((each) => each === response.typeUrl);
    if (type === undefined) return;
    nonces.set(type, response.nonce);
    const danglingBefore = dangling();
    const held = holdings(type);
    const bad = response.resources.filter(({ version }) => version.endsWith('x'));
    for (const resource of response.resources) if (!bad.includes(resource)) held.set(resource.name, resource);
    if (variant === 'delta') for (const name of response.removed) held.delete(name);
    else if (type === typeUrls.cluster || type === typeUrls.listener) {
      const present = new Set(response.resources.map(({ name }) => name));
      for (const name of [...held.keys()]) if (!present.has(name)) held.delete(name);
    }
    if (type === typeUrls.cluster) lost.push(...dangling().filter((name) => !danglingBefore.includes(name)));
    const error = bad.length === 0 ? undefined : `Error adding ${bad.map(({ name }) => name).join(', ')}: no`;
    request(type, { nonce: response.nonce, error });
    keepHouse();
  }

  function connect(): void {
    stream = createClientStream(variant);
    toServer = [];
    toClient = [];
    asked.clear();
    nonces.clear();
    request(typeUrls.cluster, { nonce: '' });
    if (wanted(typeUrls.endpoint).size > 0) request(typeUrls.endpoint, { nonce: '' });
    request(typeUrls.listener, { nonce: '' });
    if (wanted(typeUrls.route).size > 0) request(typeUrls.route, { nonce: '' });
  }

  /** The server has its turn: after a request, after a publication, after a while. */
  function advance(): void {
    const { responses } = stream.due(desired(), now());
    for (const response of responses) {
      sent++;
      toClient.push(() => receive(response));
    }
    for (const { unanswered } of stream.types.values()) mostWaiting = Math.max(mostWaiting, unanswered.length);
  }

  connect();
  return {
    advance,
    connect,
    deliverToServer(): boolean {
      const message = toServer.shift();
      message?.();
      advance();
      return message !== undefined;
    },
    deliverToClient(): boolean {
      const message = toClient.shift();
      message?.();
      return message !== undefined;
    },
    dangling,
    /** Clusters that were taken away while route tables named them. */
    lost,
    holds: (type: Type) => [...holdings(type).values()].map(({ name, version }) => `${name}@${version}`).sort(),
    isSettled: () => stream.isSettled(desired(), types),
    sent: () => sent,
    mostWaiting: () => mostWaiting,
  };
}
