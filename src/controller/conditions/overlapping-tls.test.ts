import { expect, it } from 'vitest';
import { sayOf } from './document-conditions.ts';
import { overlappingTls } from './overlapping-tls.ts';

const listener = (name: string, hostname?: string, more: object = {}) => ({
  name,
  port: 443,
  protocol: 'HTTPS',
  ...(hostname !== undefined && { hostname }),
  ...more,
});

/** Names of listeners that are told of others. */
function told(...all: ReturnType<typeof listener>[]): string[] {
  return all.filter((each) => overlappingTls(sayOf(1), each, all).length > 0).map(({ name }) => name);
}

it('is told of all listeners of a port with hosts in common, and of no other', () => {
  const [a, b, c] = [
    listener('a', 'foo.example.com'),
    listener('b', 'foo.example.org'),
    listener('c', '*.example.com'),
  ];
  expect(told(a, b, c)).toEqual(['a', 'c']);
  expect(told(a, b)).toEqual([]);
  expect(told(a, b, listener('all'))).toEqual(['a', 'b', 'all']);
  expect(told(listener('a', '*.a.example.com'), listener('b', '*.example.com'))).toEqual(['a', 'b']);
});

it('is told of no listeners on different ports, nor of those without TLS', () => {
  expect(told(listener('a', 'a.example.com'), listener('b', '*.example.com', { port: 444 }))).toEqual([]);
  const plain = { port: 80, protocol: 'HTTP' };
  expect(told(listener('a', 'a.example.com', plain), listener('b', '*.example.com', plain))).toEqual([]);
});

it('names the others, in the words of Gateway API', () => {
  const all = [listener('a', 'foo.example.com'), listener('c', '*.example.com')];
  expect(overlappingTls(sayOf(3), all[0] ?? {}, all)).toEqual([
    {
      type: 'OverlappingTLSConfig',
      status: 'True',
      reason: 'OverlappingHostnames',
      message: 'Hosts of it are also hosts of c, with TLS of their own on the same port.',
      observedGeneration: 3,
    },
  ]);
});
