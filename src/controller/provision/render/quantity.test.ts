import { expect, it } from 'vitest';
import { kubernetesQuantity } from './quantity.ts';

it.each([
  ['500m', 0.5],
  ['2', 2],
  [2, 2],
  ['1.5Gi', 1.5 * 1024 ** 3],
  ['128M', 128e6],
  ['1e3', 1000],
  ['.5', 0.5],
  ['much', undefined],
  ['', undefined],
  [undefined, undefined],
])('kubernetesQuantity(%j) is %j', (text, value) => expect(kubernetesQuantity(text)).toBe(value));
