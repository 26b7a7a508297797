import { describe, expect, it } from 'vitest';
import { podTroubles } from './pod-trouble.ts';

const pod = (name: string, status: object) => ({ metadata: { name }, status });
const waiting = (name: string, reason: string, message?: string, lastState?: object) => ({
  containerStatuses: [
    { name, state: { waiting: { reason, ...(message && { message }) } }, ...(lastState && { lastState }) },
  ],
});

describe('podTroubles()', () => {
  it.each<[string, readonly object[], readonly string[]]>([
    ['nothing of no pods', [], []],
    ['nothing of pods that run', [pod('a', { containerStatuses: [{ name: 'envoy', state: { running: {} } }] })], []],
    ['nothing of pods that have just been made', [pod('a', {}), pod('b', waiting('envoy', 'ContainerCreating'))], []],
    [
      'the same container of several pods once, in the words of the first',
      [pod('a', waiting('envoy', 'ImagePullBackOff', '401')), pod('b', waiting('envoy', 'ErrImagePull', '401'))],
      ['container envoy of a and 1 more: ImagePullBackOff: 401'],
    ],
    [
      'every container of a pod',
      [pod('a', { containerStatuses: ['x', 'y'].flatMap((name) => waiting(name, 'ErrImagePull').containerStatuses) })],
      ['container x of a: ErrImagePull', 'container y of a: ErrImagePull'],
    ],
    [
      'how a program ended that is started again',
      [
        pod(
          'a',
          waiting('processor', 'CrashLoopBackOff', 'back-off 10s', {
            terminated: { reason: 'OOMKilled', exitCode: 137 },
          }),
        ),
      ],
      ['container processor of a: CrashLoopBackOff: back-off 10s. It ended before: OOMKilled, exit code 137'],
    ],
    [
      'what no node takes',
      [
        pod('a', {
          conditions: [
            { type: 'PodScheduled', status: 'False', message: '0/1 nodes are available: 1 Insufficient cpu.' },
          ],
        }),
      ],
      ['a: no node takes it: 0/1 nodes are available: 1 Insufficient cpu.'],
    ],
  ])('says %s', (_, items, expected) => {
    expect(podTroubles({ items })).toEqual(expected);
  });
});
