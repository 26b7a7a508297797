import { describe, expect, it } from 'vitest';
import { style } from '../testing/rules.ts';
import { mask } from './mask.ts';
import { replacement } from './replacement.ts';
import { Vault } from './vault.ts';

const vault = new Vault(new TextEncoder().encode('a secret of the tests'), 'c1');

describe('a redaction', () => {
  it.each([
    [style('text'), /^\[REDACTED\]$/],
    [{ ...style('text'), text: '' }, /^$/],
    [style('label'), /^\[EMAIL_ADDRESS\]$/],
    [style('mask', 3), /^\*{12}org$/],
    [style('hash'), /^\[EMAIL_ADDRESS:[0-9a-z]{16}\]$/],
    [style('reversible'), /^EMAIL_ADDRESS_[0-9a-z]{12}$/],
  ])('of %o reads %s', (redaction, expected) => {
    expect(replacement(redaction, 'EMAIL_ADDRESS', 'ana@example.org', { vault, phase: 'request' })).toMatch(expected);
  });
});

describe('a mask', () => {
  it.each([
    ['4111 1111 1111 1111', 4, '***************1111'],
    ['12345', 4, '***45'],
    ['1234', 4, '**34'],
    ['x', 4, '*'],
    ['', 4, ''],
    ['secret', 0, '******'],
    ['secret', -1, '******'],
    ['ab😀😀', 1, '***😀'],
  ])('of %s that keeps %i is %s', (value, keep, expected) => {
    expect(mask(value, keep)).toBe(expected);
  });
});
