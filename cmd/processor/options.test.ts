import { describe, expect, it } from 'vitest';
import { parseAddress, readOptions } from './options.ts';

function options(args: string[], environment: NodeJS.ProcessEnv = {}) {
  const read = readOptions(args, environment);
  if (!read.ok || typeof read.value === 'string') throw new Error('no options');
  return read.value;
}

describe('readOptions()', () => {
  it('has a default for everything', () => {
    expect(options([])).toMatchObject({
      listen: { host: '127.0.0.1', port: 18001 },
      index: 0,
      xds: { address: '127.0.0.1:18000' },
      node: { cluster: 'sluice', gateway: '' },
      admin: { host: '127.0.0.1', port: 18002 },
      graceMs: 10_000,
    });
  });

  it('reads flags, and the environment where a flag is missing', () => {
    const environment = {
      SLUICE_PROCESSOR_LISTEN: 'unix:/from/environment',
      SLUICE_PROCESSOR_NODE_ID: 'from-environment',
      SLUICE_PROCESSOR_PEER: '2=unix:/p2,3=127.0.0.1:5',
    };
    const read = options(['--listen', 'unix:/p0', '--index', '1', '--gateway', 'main', '--grace', '0.5'], environment);
    expect(read).toMatchObject({
      listen: { path: '/p0' },
      index: 1,
      node: { id: 'from-environment', cluster: 'main', gateway: 'main' },
      graceMs: 500,
    });
    expect([...read.peers]).toEqual([
      [2, { path: '/p2' }],
      [3, { host: '127.0.0.1', port: 5 }],
    ]);
  });

  it('empties an Envoy only when told where it is', () => {
    expect(options(['--drain-min', '1'])).not.toHaveProperty('envoy');
    expect(options(['--envoy-admin', '19000']).envoy).toEqual({ adminPort: 19_000, minMs: 10_000, maxMs: 300_000 });
  });

  it('leaves itself out of its peers, so that all processes can be given one list', () => {
    const read = options(['--index', '1', '--peer', '0=unix:/p0', '--peer', '1=unix:/p1']);
    expect([...read.peers.keys()]).toEqual([0]);
  });

  it.each([
    [['--listen', 'nowhere'], '--listen: "nowhere" is neither unix:/path nor host:port'],
    [['--index', '-1'], '--index'],
    [['--peer', 'unix:/p'], '--peer: "unix:/p" is not INDEX=ADDRESS'],
    [['--xds', 'host'], '--xds'],
    [['--admin', 'unix:/p'], '--admin: must be host:port'],
    [['--grace', 'long'], '--grace'],
    [['--xds-cert', 'a.pem'], '--xds-cert and --xds-key'],
    [['--xds-ca', '/does/not/exist.pem'], '/does/not/exist.pem cannot be read'],
    [['--envoy-admin', 'localhost:1'], '--envoy-admin: must be a port'],
    [['--envoy-admin', '1', '--drain-min', '20', '--drain-max', '10'], '--drain-max: must be'],
    [['--unknown'], 'unknown'],
    [['positional'], 'positional'],
  ])('refuses %j in one sentence', (args, text) => {
    const read = readOptions(args, {});
    expect(read.ok ? '' : read.error).toContain(text);
  });

  it('gives help and its version on request', () => {
    expect(readOptions(['--help'], {})).toEqual({ ok: true, value: 'help' });
    expect(readOptions(['--version'], {})).toEqual({ ok: true, value: 'version' });
  });
});

describe('parseAddress()', () => {
  it.each([
    ['unix:/run/p.sock', { path: '/run/p.sock' }],
    ['127.0.0.1:80', { host: '127.0.0.1', port: 80 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['unix:', undefined],
    [':80', undefined],
    ['::1:80', undefined],
    ['host:99999', undefined],
  ])('%s', (text, address) => expect(parseAddress(text)).toEqual(address));
});
