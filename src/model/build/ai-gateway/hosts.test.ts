import { describe, expect, it } from 'vitest';
import { otherListeners, routeHosts } from './hosts.ts';

const listeners = [
  { name: 'any', port: 80 },
  { name: 'wild', port: 80, hostname: '*.example.com' },
  { name: 'one', port: 80, hostname: 'one.example.com' },
  { name: 'far', port: 80, hostname: 'far.test' },
  { name: 'tls', port: 443, hostname: '*.example.com' },
];

describe('hosts of a route', () => {
  it.each([
    [[{ name: 'wild', hostnames: [] }], ['*.example.com'], ['one', 'tls']],
    [[{ name: 'wild', hostnames: ['a.example.com'] }], ['a.example.com'], ['tls']],
    [[{ name: 'one', hostnames: [] }], ['one.example.com'], ['tls']],
    [[{ name: 'any', hostnames: [] }], [], ['wild', 'one', 'far', 'tls']],
    [[{ name: 'any', hostnames: ['far.test'] }], ['far.test'], ['far']],
    [[{ name: 'tls', hostnames: [] }], ['*.example.com'], ['any', 'wild', 'one']],
    [
      [
        { name: 'far', hostnames: [] },
        { name: 'wild', hostnames: ['B.example.com'] },
      ],
      ['b.example.com', 'far.test'],
      ['tls'],
    ],
  ])('of %j are %j; requests by %j may meet it, too', (attached, hosts, others) => {
    expect(routeHosts(attached, listeners)).toEqual(hosts);
    expect(otherListeners(attached, listeners)).toEqual(others);
  });
});
