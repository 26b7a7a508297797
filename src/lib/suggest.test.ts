import { describe, expect, it } from 'vitest';
import { suggest } from './suggest.ts';

describe('suggest', () => {
  const fields = ['targets', 'retry', 'pricing', 'limits', 'maxBodySize', 'tls'];

  it.each([
    ['targts', 'targets'],
    ['target', 'targets'],
    ['tragets', 'targets'],
    ['Retry', 'retry'],
    ['max_body_size', 'maxBodySize'],
    ['tsl', 'tls'],
  ])('takes %s for %s', (word, field) => {
    expect(suggest(word, fields)).toBe(field);
  });

  it.each(['credential', 'x', '', 'weights'])('names nothing for %j, which is near to nothing', (word) => {
    expect(suggest(word, fields)).toBeUndefined();
  });

  it('looks only at what follows a domain', () => {
    const names = ['sluice.dev/certificate-file', 'sluice.dev/key-file'];
    expect(suggest('sluice.dev/cert-file', names)).toBeUndefined();
    expect(suggest('sluice.dev/keyfile', names)).toBe('sluice.dev/key-file');
    expect(suggest('sluce.dev/key-file', names)).toBe('sluice.dev/key-file');
  });

  it('counts a swap of neighbours as one mistake', () => {
    expect(suggest('ab', ['ba'])).toBe('ba');
  });

  it('takes the first of two that are equally near', () => {
    expect(suggest('limit', ['limits', 'limita'])).toBe('limits');
  });

  it('does not compare what nobody can have mistyped', () => {
    expect(suggest('targets'.repeat(10), ['targets'.repeat(10)])).toBeUndefined();
  });
});
