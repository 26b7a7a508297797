import { describe, expect, it } from 'vitest';
import { isAlsoMetElsewhere, routeHosts } from './hosts.ts';

const listeners = [
  { name: 'any', port: 80 },
  { name: 'wild', port: 80, hostname: '*.example.com' },
  { name: 'one', port: 80, hostname: 'one.example.com' },
  { name: 'far', port: 80, hostname: 'far.test' },
  { name: 'tls', port: 443, hostname: '*.example.com' },
];

describe('hosts of a route', () => {
  it.each([
    [[{ name: 'wild', hostnames: [] }], ['*.example.com'], true],
    [[{ name: 'wild', hostnames: ['a.example.com'] }], ['a.example.com'], true],
    [[{ name: 'one', hostnames: [] }], ['one.example.com'], true],
    [[{ name: 'any', hostnames: [] }], [], true],
    [[{ name: 'any', hostnames: ['far.test'] }], ['far.test'], true],
    [[{ name: 'tls', hostnames: [] }], ['*.example.com'], true],
    [
      [
        { name: 'far', hostnames: [] },
        { name: 'wild', hostnames: ['B.example.com'] },
      ],
      ['b.example.com', 'far.test'],
      true,
    ],
    [[{ name: 'far', hostnames: [] }], ['far.test'], false],
    [listeners.map(({ name }) => ({ name, hostnames: [] })), [], false],
  ])('of %j are %j; whether they are met by others, too: %j', (attached, hosts, others) => {
    expect(routeHosts(attached, listeners)).toEqual(hosts);
    expect(isAlsoMetElsewhere(attached, listeners)).toBe(others);
  });
});
