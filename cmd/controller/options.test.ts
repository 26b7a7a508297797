import { describe, expect, it } from 'vitest';
import { readFlags } from './options.ts';

const images = ['--envoy-image', 'r.example:5000/envoy:1.40.0', '--processor-image', 'sluice-processor'];

function read(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return readFlags(args, env, 'controller-0');
}

function cluster(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const flags = read(['--kubernetes', ...images, ...args], env);
  if (!flags.ok || typeof flags.value === 'string' || 'folder' in flags.value.source)
    throw new Error(JSON.stringify(flags));
  return flags.value.source;
}

describe('the flags of the controller', () => {
  it('name a folder', () => {
    expect(read(['--policy', 'p', '--xds', '[::1]:1'])).toMatchObject({
      ok: true,
      value: { xds: { host: '::1', port: 1 }, source: { folder: 'p' } },
    });
  });

  it('take what a pod knows of itself', () => {
    const flags = cluster(['--xds', '0.0.0.0:18000', '--pull-secret', 'a', '--pull-secret', 'b'], {
      POD_NAMESPACE: 'gw',
    });
    expect(flags).toMatchObject({
      namespace: 'gw',
      identity: 'controller-0',
      xdsTls: 'own',
      provision: {
        controllerName: 'sluice.dev/gateway-controller',
        images: {
          envoy: { registry: 'r.example:5000', repository: 'envoy', tag: '1.40.0' },
          processor: { registry: '', repository: 'sluice-processor' },
        },
        pullSecrets: ['a', 'b'],
        xds: { host: 'controller.gw.svc', port: 18_000, tls: { serverName: 'controller.gw.svc' } },
      },
    });
  });

  it('serve the families of addresses that the pod has itself', () => {
    expect(cluster([], { POD_IPS: '10.0.0.7,fd00::7' }).provision.families).toEqual({ ipv4: true, ipv6: true });
    expect(cluster([], { POD_IPS: 'fd00::7' }).provision.families).toEqual({ ipv4: false, ipv6: true });
    expect(cluster([]).provision.families).toEqual({ ipv4: true, ipv6: false });
  });

  it('name a Secret for both sides of the xDS port, or none', () => {
    const supplied = cluster(['--xds-tls', 'certs', '--tls-cert', 'c', '--tls-key', 'k', '--tls-client-ca', 'a']);
    expect(supplied).toMatchObject({ xdsTls: 'supplied', provision: { xds: { tls: { secretName: 'certs' } } } });
    expect(cluster(['--xds-tls', 'off']).provision.xds).not.toHaveProperty('tls');
  });

  it('say where all replicas are found, and nothing where there is one', () => {
    expect(cluster(['--replicas', 'controller-replicas.gw.svc:10089']).replicas).toEqual([
      { host: 'controller-replicas.gw.svc', port: 10_089 },
    ]);
    expect(cluster([]).replicas).toEqual([]);
  });

  it('say how fast statuses are written', () => {
    expect(cluster([]).statusWrites).toBe(50);
    expect(cluster(['--status-writes', '500']).statusWrites).toBe(500);
    expect(read(['--kubernetes', ...images, '--status-writes', '0'])).toEqual({
      ok: false,
      error: '--status-writes 0 is not a number of writes in a second.',
    });
  });

  it('say when images are pulled', () => {
    const { envoy, processor } = cluster(['--envoy-pull-policy', 'Always']).provision.images;
    expect([envoy.pullPolicy, processor.pullPolicy]).toEqual(['Always', undefined]);
    expect(read(['--kubernetes', ...images, '--processor-pull-policy', 'always'])).toEqual({
      ok: false,
      error: '--processor-pull-policy always is none of Always, IfNotPresent, Never.',
    });
  });

  it('select namespaces as Kubernetes does', () => {
    expect(cluster(['--namespace-selectors', '[{"matchLabels": {"team": "a"}}]']).selectors).toEqual([
      { matchLabels: { team: 'a' }, matchExpressions: [] },
    ]);
  });

  it.each([
    [[], '--policy DIR is missing, or --kubernetes. See --help.'],
    [
      ['--policy', 'p', '--kubernetes'],
      '--policy and --kubernetes exclude each other: the policy is in a folder or in a cluster.',
    ],
    [['--policy', 'p', '--xds', '18000'], '--xds 18000 is not HOST:PORT.'],
    [['--policy', 'p', '--tls-cert', 'c'], '--tls-cert and --tls-key belong together.'],
    [['--policy', 'p', '--tls-client-ca', 'c'], '--tls-client-ca needs --tls-cert and --tls-key.'],
    [['--kubernetes'], '--envoy-image IMAGE is missing: the pods of Gateways need it.'],
    [
      ['--kubernetes', ...images, '--xds-tls', 'certs'],
      '--xds-tls certs names a Secret, so --tls-cert, --tls-key and --tls-client-ca are needed here.',
    ],
    [
      ['--kubernetes', ...images, '--tls-cert', 'c', '--tls-key', 'k'],
      '--tls-cert needs --xds-tls SECRET: the Secret with the certificates for the pods of Gateways.',
    ],
    [['--kubernetes', ...images, '--namespace-selectors', '{'], '--namespace-selectors is not JSON.'],
    [
      ['--kubernetes', ...images, '--namespace-selectors', '[{"matchLabel": {}}]'],
      '--namespace-selectors [0].matchLabel is not a known field.',
    ],
  ])('%j: %s', (args, error) => {
    expect(read(args)).toEqual({ ok: false, error });
  });

  it('explain themselves', () => {
    expect(read(['--help'])).toEqual({ ok: true, value: 'help' });
    expect(read(['--version'])).toEqual({ ok: true, value: 'version' });
    expect(read(['--polcy', 'x'])).toMatchObject({ ok: false, error: expect.stringContaining('See --help.') });
  });
});
