import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/testing/random.ts';
import { compileGuard } from '../guard.ts';
import { context, cut, rule, style } from '../testing/rules.ts';
import { Restorer } from './restorer.ts';
import { Vault } from './vault.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function restored(text: string, { index }: Vault): string {
  const restorer = new Restorer(index);
  return restorer.push(text) + restorer.end();
}

describe('a token', () => {
  const vault = new Vault(bytes('tenant one'), 'c1');
  const token = vault.issue('EMAIL_ADDRESS', 'ana@example.org');

  it('is one word: the label, then eight characters of an HMAC and four of proof', () => {
    expect(token).toMatch(/^EMAIL_ADDRESS_[0-9a-hjkmnp-tv-z]{12}$/);
    expect(vault.issue('aws-access-key-id', 'AKIA')).toMatch(/^AWS_ACCESS_KEY_ID_/);
    expect(vault.issue('日本', 'x')).toMatch(/^VALUE_/);
  });

  it('is the same in every turn and on every pod, for the same value', () => {
    const elsewhere = new Vault(bytes('tenant one'), 'c1');
    expect(elsewhere.issue('EMAIL_ADDRESS', 'ana@example.org')).toBe(token);
    expect(elsewhere.issue('EMAIL_ADDRESS', 'ben@example.org')).not.toBe(token);
  });

  it.each([
    ['conversation', new Vault(bytes('tenant one'), 'c2')],
    ['tenant', new Vault(bytes('tenant two'), 'c1')],
  ])('is another one for another %s', (_name, other) => {
    expect(other.issue('EMAIL_ADDRESS', 'ana@example.org')).not.toBe(token);
  });

  it('is known as own by its tenant only, and cannot be made up', () => {
    const suffix = token.slice('EMAIL_ADDRESS_'.length);
    expect(new Vault(bytes('tenant one'), 'c9').isOwn('email_address', suffix.toUpperCase())).toBe(true);
    expect(new Vault(bytes('tenant two'), 'c1').isOwn('EMAIL_ADDRESS', suffix)).toBe(false);
    expect(vault.isOwn('CREDIT_CARD', suffix)).toBe(false);
    expect(vault.isOwn('EMAIL_ADDRESS', '411111111111')).toBe(false);
  });

  it('is not turned back by the vault of anybody else', () => {
    const other = new Vault(bytes('tenant two'), 'c1');
    other.issue('EMAIL_ADDRESS', 'ana@example.org');
    expect(restored(`to ${token}`, other)).toBe(`to ${token}`);
  });
});

describe('hashes', () => {
  it('are the same in all conversations of a tenant and depend on its secret', () => {
    const hash = new Vault(bytes('tenant one'), 'c1').hash('EMAIL_ADDRESS', 'ana@example.org');
    expect(hash).toMatch(/^[0-9a-z]{16}$/);
    expect(new Vault(bytes('tenant one'), 'c2').hash('EMAIL_ADDRESS', 'ana@example.org')).toBe(hash);
    expect(new Vault(bytes('tenant two'), 'c1').hash('EMAIL_ADDRESS', 'ana@example.org')).not.toBe(hash);
  });
});

describe('the restorer', () => {
  const vault = new Vault(bytes('tenant one'), 'c1');
  const email = vault.issue('EMAIL_ADDRESS', 'ana@example.org');
  const card = vault.issue('CREDIT_CARD', '4111 1111 1111 1111');
  const short = vault.issue('ADDRESS', 'Elm Street 1');
  const stranger = new Vault(bytes('tenant one'), 'c2').issue('EMAIL_ADDRESS', 'eve@example.org');

  it.each([
    [`Write to ${email}.`, 'Write to ana@example.org.'],
    [email.toUpperCase(), 'ana@example.org'],
    [email.toLowerCase(), 'ana@example.org'],
    [`${email}'s and ${email}s`, "ana@example.org's and ana@example.orgs"],
    [`**${email}**, \`${card}\``, '**ana@example.org**, `4111 1111 1111 1111`'],
    [email.replaceAll('_', '\\_'), 'ana@example.org'],
    [`${email}${card}`, 'ana@example.org4111 1111 1111 1111'],
    [`my${short}`, 'myElm Street 1'],
    [`EMAIL_ADDRESS_EMAIL_${short}`, 'EMAIL_ADDRESS_EMAIL_Elm Street 1'],
    [`mailto:${email}?x`, 'mailto:ana@example.org?x'],
    [stranger, stranger],
    ['EMAIL_ADDRESS_ and CREDIT_CARD', 'EMAIL_ADDRESS_ and CREDIT_CARD'],
  ])('turns %s into %s', (text, expected) => {
    expect(restored(text, vault)).toBe(expected);
  });

  it('gives the same however the answer is cut, and counts the same', () => {
    const random = seededRandom(5).below;
    const parts = [
      email,
      card,
      short,
      stranger,
      email.toUpperCase(),
      email.slice(0, 20),
      'EMAIL',
      'e',
      ' ',
      "'s",
      '_',
      '\\_',
      'x',
    ];
    let leftovers = 0;
    for (let round = 0; round < 500; round++) {
      const text = Array.from({ length: random(12) }, () => parts[random(parts.length)]).join('');
      const whole = new Restorer(vault.index);
      const expected = whole.push(text) + whole.end();
      leftovers += whole.leftovers;
      for (const longest of [1, 4, 20]) {
        const restorer = new Restorer(vault.index);
        const pieces = cut(text, random, longest).map((piece) => restorer.push(piece));
        expect(pieces.join('') + restorer.end()).toBe(expected);
        expect([restorer.restored, restorer.leftovers]).toEqual([whole.restored, whole.leftovers]);
      }
    }
    expect(leftovers).toBeGreaterThan(100);
  });

  it('holds back the beginning of an actual token and nothing else', () => {
    const restorer = new Restorer(vault.index);
    expect(restorer.push('see EMAIL_ADD')).toBe('see ');
    expect(restorer.push('ITION and c')).toBe('EMAIL_ADDITION and ');
    expect(restorer.push('redit ')).toBe('credit ');
    expect(restorer.push(card.slice(0, -1))).toBe('');
    expect(restorer.push(card.slice(-1))).toBe('4111 1111 1111 1111');
    expect(restorer.push(stranger.slice(0, 16))).toMatch(/^EMAIL_ADDRESS_/);
  });
});

describe('a reversible rule', () => {
  const rules = [rule('email', { pattern: '[a-z]+@[a-z]+\\.org', redaction: style('reversible') })];
  const request = compileGuard(rules, 'request', context);
  const response = compileGuard(rules, 'response', context);

  it('hides a value from the provider and gives it back to the caller', () => {
    const vault = new Vault(bytes('tenant one'), 'c1');
    const sent = request.scan('I am ana@example.org', 'user', vault).redactedText;
    const again = request.scan('As ana@example.org said', 'assistant', vault).redactedText;
    const token = sent.slice('I am '.length);
    expect(again).toBe(`As ${token} said`);
    const answer = response.scan(`Hi ${token}`, 'assistant', vault).redactedText;
    expect(restored(answer, vault)).toBe('Hi ana@example.org');
  });

  it('gives back nothing that the response brought', () => {
    const vault = new Vault(bytes('tenant one'), 'c1');
    request.scan('I am ana@example.org', 'user', vault);
    const answer = response.scan('Ask eve@example.org', 'assistant', vault).redactedText;
    expect(restored(answer, vault)).not.toContain('eve@');
  });

  it('does not look into tokens that the tenant has made', () => {
    const words = compileGuard([...rules, rule('word', { pattern: '[A-Za-z0-9]{6,}' })], 'request', context);
    const token = new Vault(bytes('tenant one'), 'c1').issue('email', 'ana@example.org');
    const other = new Vault(bytes('tenant one'), 'another conversation');
    expect(words.scan(`my ${token}`, 'user', other).redactedText).toBe(`my ${token}`);
    expect(words.scan(`my ${token}s`, 'user', other).redactedText).not.toContain(token);
    const foreign = new Vault(bytes('tenant two'), 'c1');
    expect(words.scan(`my ${token}`, 'user', foreign).redactedText).toContain('[REDACTED]');
  });

  it('changes nothing when it is applied to what it made', () => {
    const all = compileGuard([...rules, rule('word', { pattern: '[a-z0-9]{12}' })], 'request', context);
    const once = all.scan('ana@example.org', 'user', new Vault(bytes('tenant one'), 'c1')).redactedText;
    const twice = all.scan(once, 'user', new Vault(bytes('tenant one'), 'c1')).redactedText;
    expect(twice).toBe(once);
  });
});
