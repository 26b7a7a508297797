import { setTimeout as sleep } from 'node:timers/promises';
import { fleetKey, type Manifest, placeOf } from '../../e2e/support/kube-api/fleet.ts';
import { until } from '../../e2e/support/until.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { startReflector } from '../../src/kube/reflector.ts';

/** All in milliseconds from the moment at which the write was sent. */
export interface Change {
  /** Until the API server had answered it: stored, as far as whoever applies it can know. */
  readonly answerMs: number;
  /** Until a bare watch in this process had it. Watches are told beside the answer, so it may come before it. */
  readonly watchMs: number;
  /** Until the moment at which the first request was sent that it was in force for. */
  readonly trafficMs: number;
}

export interface Changer {
  /** Writes the object, and asks until the answer is the one that it leads to. */
  change(manifest: Manifest, model: string, isInForce: (answer: Headers) => boolean): Promise<Change>;
  close(): void;
}

/** Watches objects of this kind, one by one, and asks models at `url`. */
export function createChanger(client: KubeClient, url: string): Changer {
  const seenAt = new Map<string, number>();
  const watches = new Map<string, { close(): void }>();

  /** A watch of this one object. */
  async function watch(manifest: Manifest): Promise<void> {
    const key = `${manifest.kind}/${manifest.metadata.name}`;
    if (watches.has(key)) return;
    const synced = Promise.withResolvers<void>();
    watches.set(
      key,
      startReflector({
        client,
        place: placeOf(manifest),
        fieldSelector: `metadata.name=${manifest.metadata.name}`,
        onChanges(changes) {
          for (const { object } of changes) {
            const { resourceVersion = '' } = object.metadata;
            if (!seenAt.has(resourceVersion)) seenAt.set(resourceVersion, performance.now());
          }
        },
        onSync: synced.resolve,
        onError: (error) => synced.reject(new Error(error.message)),
      }),
    );
    await synced.promise;
  }

  return {
    async change(manifest, model, isInForce) {
      await watch(manifest);
      const appliedAt = performance.now();
      const since = (moment: number): number => moment - appliedAt;
      const answer = await client.apply({ ...placeOf(manifest), name: manifest.metadata.name }, manifest);
      const answerMs = since(performance.now());
      if (!answer.ok) throw new Error(answer.error.message);
      for (;;) {
        const sentAt = performance.now();
        const response = await ask(url, model);
        if (response.status !== 200) throw new Error(`status ${response.status} while a change is published`);
        if (isInForce(response.headers)) {
          const version = answer.value.metadata.resourceVersion ?? '';
          await until('the watch has it', () => seenAt.has(version));
          return { answerMs, watchMs: since(seenAt.get(version) ?? Number.NaN), trafficMs: since(sentAt) };
        }
        if (since(sentAt) > 30_000) throw new Error('a change is not in force after 30 s');
        await sleep(2);
      }
    },
    close() {
      for (const each of watches.values()) each.close();
    },
  };
}

export async function ask(url: string, model: string): Promise<Response> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${fleetKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
  });
  await response.arrayBuffer();
  return response;
}
