import { expect, it } from 'vitest';
import { heapBytes } from './envoy-container.ts';

const mebi = 1024 ** 2;
const heap = (envoy: NonNullable<Parameters<typeof heapBytes>[0]['envoy']>) => heapBytes({ envoy, overlays: [] });

it('keeps a fifth of the memory for what is no heap, whatever the limit, and takes what is written', () => {
  expect(heap({})).toBe(Math.floor(1024 * mebi * 0.8));
  expect(heap({ resources: { limits: { memory: '500Mi' } } })).toBe(400 * mebi);
  expect(heap({ resources: { limits: { memory: null } } })).toBeUndefined();
  expect(heap({ maxHeap: 300 * mebi, resources: { limits: { memory: '500Mi' } } })).toBe(300 * mebi);
});
