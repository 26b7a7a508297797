import { describe, expect, it } from 'vitest';
import { closeness, coversHost } from './hostname.ts';

describe('coversHost()', () => {
  it.each([
    ['a.example.com', 'a.example.com', true],
    ['a.example.com', 'b.example.com', false],
    ['*', 'a.example.com', true],
    ['*.example.com', 'a.example.com', true],
    ['*.example.com', 'a.b.example.com', true],
    ['*.example.com', '*.b.example.com', true],
    ['*.example.com', '*.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', '.example.com', false],
    ['*.example.com', 'aexample.com', false],
    ['a.example.com', '*.example.com', false],
  ])('%s and %s: %s', (pattern, name, isCovered) => {
    expect(coversHost(pattern, name)).toBe(isCovered);
  });
});

describe('closeness()', () => {
  it.each([
    ['a.example.com', 'a.example.com', '*.example.com'],
    ['a.b.example.com', '*.b.example.com', '*.example.com'],
    ['a.example.com', '*.example.com', '*'],
  ])('of %s: %s is closer than %s', (name, closer, other) => {
    expect(closeness(closer, name)).toBeGreaterThan(closeness(other, name));
  });
});
