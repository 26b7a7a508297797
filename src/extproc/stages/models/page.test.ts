import { describe, expect, it } from 'vitest';
import { pageOf } from './page.ts';

const models = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name }));
const page = (query: string) => {
  const cut = pageOf(models, `/v1/models${query}`);
  return cut && `${cut.models.map(({ name }) => name).join('')}${cut.hasMore ? '+' : ''}`;
};

describe('pageOf()', () => {
  it.each([
    ['', 'abcde'],
    ['?limit=2', 'ab+'],
    ['?limit=5', 'abcde'],
    ['?limit=1000', 'abcde'],
    ['?limit=2&after_id=b', 'cd+'],
    ['?limit=2&after_id=d', 'e'],
    ['?after_id=e', ''],
    ['?limit=2&before_id=d', 'bc+'],
    ['?limit=2&before_id=c', 'ab'],
    ['?before_id=a', ''],
    ['?after_id=bb', 'cde'],
    ['?unknown=1', 'abcde'],
  ])('%s gives %s, + where there are more', (query, expected) => {
    expect(page(query)).toBe(expected);
  });

  it.each(['0', '-1', '1001', '1.5', 'ten', ''])('does not understand a limit of %j', (limit) => {
    expect(page(`?limit=${limit}`)).toBeUndefined();
  });

  it('goes through the whole list in either direction', () => {
    const forwards: string[] = [];
    for (let cut = pageOf(models, '/?limit=2'); cut !== undefined; ) {
      forwards.push(...cut.models.map(({ name }) => name));
      cut = cut.hasMore ? pageOf(models, `/?limit=2&after_id=${forwards.at(-1)}`) : undefined;
    }
    expect(forwards.join('')).toBe('abcde');
  });
});
