import { describe, expect, it } from 'vitest';
import { imageName, parseImage } from './image.ts';

const digest = `sha256:${'ab'.repeat(32)}`;

describe('parseImage()', () => {
  it.each([
    ['sluice/envoy:1.40.0', { registry: '', repository: 'sluice/envoy', tag: '1.40.0' }],
    ['registry.example.com/a/b/envoy:1', { registry: 'registry.example.com', repository: 'a/b/envoy', tag: '1' }],
    ['localhost:5000/envoy', { registry: 'localhost:5000', repository: 'envoy' }],
    [`localhost/envoy@${digest}`, { registry: 'localhost', repository: 'envoy', digest }],
    [`envoy:1@${digest}`, { registry: '', repository: 'envoy', tag: '1', digest }],
    ['', undefined],
    ['envoy@latest', undefined],
  ])('reads %s', (text, image) => expect(parseImage(text)).toEqual(image));
});

describe('imageName()', () => {
  const standard = { registry: 'r.example.com', repository: 'sluice/envoy', tag: '1', digest };

  it('is the standard image unless something else is said', () => {
    expect(imageName(undefined, standard)).toBe(`r.example.com/sluice/envoy:1@${digest}`);
    expect(imageName({ registry: 'mirror.example.com' }, standard)).toBe(`mirror.example.com/sluice/envoy:1@${digest}`);
  });

  it('never has the digest of another image', () => {
    expect(imageName({ tag: '2' }, standard)).toBe('r.example.com/sluice/envoy:2');
    expect(imageName({ repository: 'own/envoy' }, standard)).toBe('r.example.com/own/envoy:1');
  });
});
