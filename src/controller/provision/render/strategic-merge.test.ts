import { describe, expect, it } from 'vitest';
import type { Json } from './json.ts';
import { strategicMerge } from './strategic-merge.ts';

const pod = (spec: Json): Json => ({ template: { spec } });
const base = pod({
  containers: [
    { name: 'envoy', image: 'a', env: [{ name: 'A', value: '1' }], ports: [{ containerPort: 80, name: 'http' }] },
    { name: 'processor', image: 'b' },
  ],
  volumes: [
    { name: 'sockets', emptyDir: { medium: 'Memory' } },
    { name: 'config', configMap: { name: 'egress' } },
  ],
  tolerations: [{ key: 'a', operator: 'Exists' }],
});

describe('strategicMerge()', () => {
  it('merges containers by name, their variables by name, their ports by number', () => {
    const patch = pod({
      containers: [
        {
          name: 'envoy',
          env: [
            { name: 'A', value: '2' },
            { name: 'B', value: '3' },
          ],
          ports: [{ containerPort: 80, hostPort: 80 }, { containerPort: 81 }],
        },
        { name: 'sidecar', image: 'c' },
      ],
    });
    expect(strategicMerge(base, patch)).toMatchObject(
      pod({
        containers: [
          {
            name: 'envoy',
            image: 'a',
            env: [
              { name: 'A', value: '2' },
              { name: 'B', value: '3' },
            ],
            ports: [{ containerPort: 80, name: 'http', hostPort: 80 }, { containerPort: 81 }],
          },
          { name: 'processor', image: 'b' },
          { name: 'sidecar', image: 'c' },
        ],
      }),
    );
  });

  it('removes with null and with $patch', () => {
    const patch = pod({
      containers: [
        { name: 'processor', $patch: 'delete' },
        { name: 'envoy', image: null },
      ],
      tolerations: null,
    });
    const { template } = strategicMerge(base, patch) as { template: { spec: Json } };
    expect(template.spec.containers).toEqual([
      { name: 'envoy', env: [{ name: 'A', value: '1' }], ports: [{ containerPort: 80, name: 'http' }] },
    ]);
    expect(template.spec).not.toHaveProperty('tolerations');
  });

  it('removes a map that $patch deletes, and leaves no directive where there was none', () => {
    const scheduled = pod({ affinity: { podAntiAffinity: {} }, nodeSelector: { disk: 'fast' } });
    const patch = pod({ affinity: { $patch: 'delete' }, securityContext: { $patch: 'delete' } });
    expect(strategicMerge(scheduled, patch)).toEqual(pod({ nodeSelector: { disk: 'fast' } }));
  });

  it('leaves the source of a volume alone that is only named', () => {
    const base = { volumes: [{ name: 'v', configMap: { name: 'c' } }] };
    expect(strategicMerge(base, { volumes: [{ name: 'v' }] })).toEqual(base);
  });

  it('keeps one source of a volume, whichever came last', () => {
    const patch = pod({
      volumes: [
        { name: 'sockets', hostPath: { path: '/run' } },
        { name: 'config', configMap: { defaultMode: 256 } },
      ],
    });
    expect(strategicMerge(base, patch)).toMatchObject(
      pod({
        volumes: [
          { name: 'sockets', hostPath: { path: '/run' } },
          { name: 'config', configMap: { name: 'egress', defaultMode: 256 } },
        ],
      }),
    );
    expect(JSON.stringify(strategicMerge(base, patch))).not.toContain('emptyDir');
  });

  it('merges ports of Services by port', () => {
    const service = { ports: [{ port: 80, targetPort: 10080, name: 'http' }] };
    expect(strategicMerge(service, { ports: [{ port: 80, nodePort: 30080 }] })).toEqual({
      ports: [{ port: 80, targetPort: 10080, name: 'http', nodePort: 30080 }],
    });
  });

  it('replaces other lists, and what is told to be replaced', () => {
    expect(strategicMerge({ args: ['a', 'b'] }, { args: ['c'] })).toEqual({ args: ['c'] });
    expect(strategicMerge({ labels: { a: 'b' } }, { labels: { $patch: 'replace', c: 'd' } })).toEqual({
      labels: { c: 'd' },
    });
    expect(strategicMerge({ env: [{ name: 'A' }] }, { env: [{ $patch: 'replace' }, { name: 'B' }] })).toEqual({
      env: [{ name: 'B' }],
    });
  });

  it('adds a toleration, once', () => {
    const one = { tolerations: [{ key: 'b', effect: 'NoSchedule' }] };
    const merged = strategicMerge({ tolerations: [{ key: 'a' }] }, one);
    expect(merged).toEqual({ tolerations: [{ key: 'a' }, { key: 'b', effect: 'NoSchedule' }] });
    expect(strategicMerge(merged, one)).toEqual(merged);
  });

  it('removes nothing where what is to be removed is not there', () => {
    const patch = pod({
      containers: [{ name: 'sidecar', $patch: 'delete' }],
      tolerations: [{ key: 'b', $patch: 'delete' }],
    });
    expect(strategicMerge(base, patch)).toEqual(base);
  });

  it('tells ports of containers that run first apart by their number, too', () => {
    const first = pod({ initContainers: [{ name: 'wait', ports: [{ containerPort: 80, name: 'a' }] }] });
    const patch = pod({ initContainers: [{ name: 'wait', ports: [{ containerPort: 81, name: 'b' }] }] });
    const ports = [
      { containerPort: 80, name: 'a' },
      { containerPort: 81, name: 'b' },
    ];
    expect(strategicMerge(first, patch)).toEqual(pod({ initContainers: [{ name: 'wait', ports }] }));
  });

  it('keeps the parameters of the same strategy that nobody speaks of', () => {
    const rolling = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } } };
    const patch = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } };
    expect(strategicMerge(rolling, patch)).toEqual({
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    });
  });

  it('drops the parameters of another strategy', () => {
    const rolling = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } };
    expect(strategicMerge(rolling, { strategy: { type: 'Recreate' } })).toEqual({ strategy: { type: 'Recreate' } });
  });

  it.each([
    ['imagePullSecrets', { name: 'a' }, { name: 'b' }],
    ['volumeMounts', { mountPath: '/a' }, { mountPath: '/b' }],
    ['volumeDevices', { devicePath: '/a' }, { devicePath: '/b' }],
    ['hostAliases', { ip: '10.0.0.1' }, { ip: '10.0.0.2' }],
    [
      'topologySpreadConstraints',
      { topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' },
      { topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' },
    ],
  ])('merges %s entry by entry', (list, one, other) => {
    const merged = strategicMerge({ [list]: [one] }, { [list]: [{ ...one, more: true }, other] });
    expect(merged).toEqual({ [list]: [{ ...one, more: true }, other] });
    expect(strategicMerge(merged, { [list]: [{ ...other, $patch: 'delete' }] })).toEqual({
      [list]: [{ ...one, more: true }],
    });
  });

  it('puts a list or a map in the place of what is none', () => {
    expect(strategicMerge({ a: 'text', b: ['x'] }, { a: { c: 1 }, b: { c: 2 } })).toEqual({ a: { c: 1 }, b: { c: 2 } });
    expect(strategicMerge({ env: 'text', args: {} }, { env: [{ name: 'A' }], args: [1] })).toEqual({
      env: [{ name: 'A' }],
      args: [1],
    });
  });

  it('replaces a list with a name that is not one of maps alone', () => {
    expect(strategicMerge({ env: [{ name: 'A' }] }, { env: [{ name: 'B' }, 'C'] })).toEqual({
      env: [{ name: 'B' }, 'C'],
    });
  });

  it('knows ports of containers by the place where they stand, and others by their number', () => {
    const ports = [{ port: 80 }, { port: 81 }];
    expect(strategicMerge({ spec: { ports } }, { spec: { ports: [{ port: 81, name: 'b' }] } })).toEqual({
      spec: { ports: [{ port: 80 }, { port: 81, name: 'b' }] },
    });
  });

  it.each(['constructor', 'toString', '__proto__'])('takes a field that is called %s for one like others', (name) => {
    const patch = JSON.parse(`{"${name}":[{"a":1},{"a":2}],"env":[{"name":"A","${name}":[{"b":1},{"b":2}]}]}`);
    const twice = strategicMerge(strategicMerge({ env: [{ name: 'A' }] }, patch), patch);
    expect(JSON.parse(JSON.stringify(twice))).toMatchObject({ env: [{ name: 'A' }] });
  });
});
