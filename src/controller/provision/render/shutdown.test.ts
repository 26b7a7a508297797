import { expect, it } from 'vitest';
import { shutdownSeconds } from './shutdown.ts';

const seconds = (min?: number, max?: number) =>
  shutdownSeconds({
    shutdown: { ...(min !== undefined && { min: min * 1000 }), ...(max !== undefined && { max: max * 1000 }) },
    overlays: [],
  });

it('drains for ten seconds to five minutes, and the kubelet waits for both processes', () => {
  expect(shutdownSeconds({ overlays: [] })).toEqual({ min: 10, max: 300, grace: 330 });
  expect(seconds(20, 60)).toEqual({ min: 20, max: 60, grace: 90 });
});

it('moves the bound that nobody has written, so that the shortest time is never the longer one', () => {
  expect(seconds(400)).toMatchObject({ min: 400, max: 400 });
  expect(seconds(undefined, 5)).toMatchObject({ min: 5, max: 5 });
  expect(seconds(60, 20)).toMatchObject({ min: 20, max: 20 });
});

it('gives the kubelet whole seconds, and none too few', () => {
  expect(seconds(0, 1.5)).toEqual({ min: 0, max: 1.5, grace: 32 });
});
