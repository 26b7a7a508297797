import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { kubeError, kubeErrorText } from './error.ts';
import type { Call, StreamListener } from './transport.ts';
import { openWatch } from './watch.ts';
import { withoutNoise } from './without-noise.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A watch, what it asks for, whatever the API server says, and what is told of it. */
function watching(metadataOnly = false) {
  const calls: Call[] = [];
  const listeners: StreamListener[] = [];
  const told: string[] = [];
  let closed = 0;
  const watch = openWatch({
    transport: {
      call: () => Promise.reject(new Error('a watch calls nobody')),
      stream(call, listener) {
        calls.push(call);
        listeners.push(listener);
        return { close: () => closed++ };
      },
      close: () => undefined,
    },
    ...{ path: '/api/v1/things', query: { resourceVersion: '5' }, metadataOnly, openMs: 300, stallMs: 5_000 },
    onOpen: () => told.push('open'),
    onEvent: (event) =>
      told.push(event.kind === 'bookmark' ? `at ${event.version}` : `${event.kind} ${event.object.metadata.name}`),
    onEnd: (error, livedMs) =>
      told.push(`end after ${livedMs} ms: ${error === undefined ? 'in order' : kubeErrorText(error)}`),
  });
  const [listener] = listeners;
  if (listener === undefined) throw new Error('nobody was asked');
  const say = (type: unknown, object: unknown): void => listener.onLine(JSON.stringify({ type, object }));
  return { watch, calls, told, listener, say, closed: () => closed };
}

const a = { metadata: { name: 'a', resourceVersion: '6' } };

it('asks for bookmarks, and for metadata alone where nothing else is wanted', () => {
  const [call] = watching().calls;
  expect(call).toEqual({
    ...{ method: 'GET', path: '/api/v1/things', timeoutMs: 300 },
    query: { resourceVersion: '5', watch: true, allowWatchBookmarks: true },
  });
  expect(watching(true).calls[0]?.accept).toBe('application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1');
});

it('tells what happens, and how long it lived', () => {
  const { told, listener, say, closed } = watching();
  vi.advanceTimersByTime(100);
  listener.onOpen();
  say('ADDED', a);
  say('MODIFIED', a);
  say('DELETED', a);
  say('BOOKMARK', { metadata: { resourceVersion: '9' } });
  say('BOOKMARK', { metadata: {} });
  vi.advanceTimersByTime(1_200);
  listener.onEnd();
  expect(told).toEqual(['open', 'put a', 'put a', 'deleted a', 'at 9', 'at ', 'end after 1200 ms: in order']);
  expect(closed()).toBe(1);
  // Whatever comes after its end is of no interest, and neither is that it is silent now.
  say('ADDED', a);
  listener.onEnd(kubeError(0, 'Unreachable', 'cut'));
  vi.advanceTimersByTime(10_000);
  expect(told).toHaveLength(7);
});

it('has not lived where it never opened', () => {
  const { told, listener } = watching();
  vi.advanceTimersByTime(300);
  listener.onEnd(kubeError(0, 'Timeout', 'no answer'));
  expect(told).toEqual(['end after 0 ms: Timeout: no answer']);
});

it('takes silence for its end, counted from what was heard last', () => {
  const { told, listener, say, closed } = watching();
  listener.onOpen();
  vi.advanceTimersByTime(4_999);
  say('BOOKMARK', { metadata: { resourceVersion: '9' } });
  vi.advanceTimersByTime(4_999);
  expect(told).toEqual(['open', 'at 9']);
  vi.advanceTimersByTime(1);
  expect(told.slice(2)).toEqual(['end after 9999 ms: Timeout: nothing was heard of /api/v1/things for 5 s']);
  expect(closed()).toBe(1);
});

it('counts silence from its opening, where nothing is ever heard', () => {
  const { told, listener } = watching();
  listener.onOpen();
  vi.advanceTimersByTime(5_000);
  expect(told[1]).toMatch(/^end after 5000 ms: Timeout/);
});

it('tells nothing after it was closed, not even that it is silent', () => {
  const { watch, told, listener, say, closed } = watching();
  listener.onOpen();
  watch.close();
  say('ADDED', a);
  listener.onEnd();
  vi.advanceTimersByTime(10_000);
  expect([told, closed()]).toEqual([['open'], 1]);
});

it.each([
  ['ERROR', { code: 410, kind: 'Status', reason: 'Expired', message: 'too old' }, 'Expired (410): too old'],
  ['ERROR', { kind: 'Status', reason: 'InternalError', message: 'etcd' }, 'InternalError (500): etcd'],
  ['ERROR', { code: '410' }, 'InternalError (500): the API server answered 500'],
  ['ERROR', null, 'InternalError (500): the API server answered 500'],
  ['ADDED', null, 'Unreadable: an event of a watch could not be read'],
  ['ADDED', {}, 'Unreadable: an event of a watch could not be read'],
  ['BOOKMARK', 'text', 'Unreadable: an event of a watch could not be read'],
])('ends with an event %s of %j', (type, object, text) => {
  const { told, listener, say } = watching();
  listener.onOpen();
  say(type, object);
  say('ADDED', a);
  expect(told).toEqual(['open', `end after 0 ms: ${text}`]);
});

it.each(['null', '[]', '"text"', '{', '{"type":"ADDED"}'])('ends with the line %s', (line) => {
  const { told, listener } = watching();
  listener.onOpen();
  listener.onLine(line);
  expect(told[1]).toBe('end after 0 ms: Unreadable: an event of a watch could not be read');
});

it('leaves out of objects what nobody reads, and nothing else', () => {
  const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
  const metadata = { name: 'a', labels: { b: 'c' } };
  const noisy = { ...metadata, managedFields: [{}], annotations: { [lastApplied]: '{}', d: 'e' } };
  expect(withoutNoise({ spec: { f: 1 }, metadata: noisy })).toEqual({
    spec: { f: 1 },
    metadata: { ...metadata, annotations: { d: 'e' } },
  });
  expect(withoutNoise({ spec: { f: 1 }, metadata })).toEqual({ spec: { f: 1 }, metadata });
  expect(withoutNoise({ metadata: { ...metadata, annotations: { d: 'e' } } }).metadata.annotations).toEqual({ d: 'e' });
});
