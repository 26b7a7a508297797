import { expect, it } from 'vitest';

let tries = 0;

it('works now and then', { retry: 1 }, () => {
  tries++;
  expect(tries).toBe(2);
});
