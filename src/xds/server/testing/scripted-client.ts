import { keepUnchanged } from '../../snapshot/difference.ts';
import { type Snapshot, snapshotOf } from '../../snapshot/snapshot.ts';
import { type TypeName, typeUrls } from '../../snapshot/type-url.ts';
import type { Answer } from '../answer.ts';
import type { Outgoing } from '../due.ts';
import { createClientStream, type Variant } from '../stream.ts';
import { resource } from './resources.ts';

/** Resources by type, each as `name@version` or `name@version>target`. */
export type State = Readonly<Partial<Record<TypeName, readonly string[]>>>;

const shortNames = new Map(Object.entries(typeUrls).map(([short, url]) => [url as string, short]));

export function snapshotFrom(state: State): Snapshot {
  return snapshotOf(
    Object.entries(state).flatMap(([type, texts]) => texts.map((text) => resource(type as TypeName, text))),
  );
}

/**
 * A client and the server's state for it, without gRPC and without a clock. Every step returns what the server sent in
 * it, one line per response: `cluster: a@1 b@2 -gone`.
 */
export function scriptedClient(variant: Variant) {
  const stream = createClientStream(variant);
  let snapshot: Snapshot | undefined;
  let now = 0;
  let againAt: number | undefined;
  let lastAnswer: Answer = { kind: 'none' };
  const nonces = new Map<string, string>();
  const names = new Map<string, readonly string[]>();
  const versions: string[] = [];

  function advance(): string[] {
    if (snapshot === undefined) return [];
    const due = stream.due(snapshot, now);
    againAt = due.againAt;
    return due.responses.map(show);
  }

  function show(response: Outgoing): string {
    const type = shortNames.get(response.typeUrl) ?? response.typeUrl;
    nonces.set(type, response.nonce);
    versions.push(response.version);
    const resources = response.resources.map(({ name, version }) => `${name}@${version}`);
    const removed = variant === 'delta' ? response.removed.map((name) => `-${name}`) : [];
    return [`${type}:`, ...resources, ...removed].join(' ');
  }

  interface Asking {
    /** SotW: the whole subscription; delta: what is added to it. */
    readonly names?: readonly string[];
    readonly without?: readonly string[];
    readonly holds?: Readonly<Record<string, string>>;
    readonly nonce?: string;
    readonly error?: string;
  }

  function ask(type: TypeName, asking: Asking = {}): string[] {
    const { nonce = '', error } = asking;
    if (variant === 'sotw') {
      const subscription = asking.names ?? names.get(type) ?? [];
      names.set(type, subscription);
      lastAnswer = stream.onSotw(typeUrls[type], { names: subscription, nonce, error }, now);
    } else {
      const lists = { subscribe: asking.names ?? [], unsubscribe: asking.without ?? [] };
      const request = { ...lists, initialVersions: asking.holds ?? {}, nonce, error };
      lastAnswer = stream.onDelta(typeUrls[type], request, now);
    }
    return advance();
  }

  return {
    ask,
    publish(state: State): string[] {
      const next = snapshotFrom(state);
      snapshot = snapshot === undefined ? next : keepUnchanged(snapshot, next);
      return advance();
    },
    ack: (type: TypeName, asking: Asking = {}) => ask(type, { nonce: nonces.get(type) ?? '', ...asking }),
    nack: (type: TypeName, error = 'no', asking: Asking = {}) =>
      ask(type, { nonce: nonces.get(type) ?? '', error, ...asking }),
    /** ACKs whatever comes until nothing comes any more. */
    ackAll(responses: readonly string[]): string[] {
      const all: string[] = [];
      for (let queue = [...responses]; queue.length > 0; ) {
        const response = queue.shift() ?? '';
        all.push(response);
        const type = response.slice(0, response.indexOf(':')) as TypeName;
        queue = [...queue, ...ask(type, { nonce: nonces.get(type) ?? '' })];
      }
      return all;
    },
    /** Time passes, and the server has its turn when it has asked for it. */
    wait(ms: number): string[] {
      const until = now + ms;
      const all: string[] = [];
      while (againAt !== undefined && againAt <= until) {
        now = Math.max(now + 1, againAt);
        all.push(...advance());
      }
      now = Math.max(now, until);
      return all;
    },
    nonceOf: (type: TypeName) => nonces.get(type) ?? '',
    isSettled: (...types: TypeName[]) =>
      snapshot !== undefined &&
      stream.isSettled(
        snapshot,
        types.map((type) => typeUrls[type]),
      ),
    lastAnswer: () => lastAnswer,
    versions,
    stateOf: (type: TypeName) => stream.types.get(typeUrls[type]),
  };
}
