import { describe, expect, it } from 'vitest';
import { parseJson } from './json.ts';

describe('parseJson()', () => {
  it('reads names that the API server spells with escapes as what they spell', () => {
    const text = '{"items":[{"a\\\\u0026b":1},{"a\\u0026b":2}],"c\\u003c\\u003E":"\\u0026 \\\\u0026 \\\\\\u0026"}';
    expect(parseJson(text)).toEqual({
      ok: true,
      value: { items: [{ 'a\\u0026b': 1 }, { 'a&b': 2 }], 'c<>': '& \\u0026 \\&' },
    });
  });

  it('quotes nothing of what it cannot read', () => {
    expect(parseJson('{"password": hunter2}')).toEqual({ ok: false, error: 'the answer is not JSON' });
  });
});
