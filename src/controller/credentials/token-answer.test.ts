import { describe, expect, it } from 'vitest';
import { readTokenAnswer } from './token-answer.ts';

const good = { access_token: 'ya29.token', token_type: 'Bearer', expires_in: 3599 };

function read(status: number, body: unknown, secrets: readonly string[] = []) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return readTokenAnswer('login.example', { status, text }, secrets);
}

describe('readTokenAnswer()', () => {
  it('finds the token and its life', () => {
    expect(read(200, good)).toEqual({ ok: true, value: { value: 'ya29.token', lifeMs: 3_599_000 } });
    // RFC 6749 wants a number; older endpoints of Entra write text.
    expect(read(200, { ...good, expires_in: '60' })).toMatchObject({ value: { lifeMs: 60_000 } });
  });

  it.each<[number, unknown, string]>([
    [200, 'no JSON', 'login.example answers without a token'],
    [200, '[]', 'login.example answers without a token'],
    [200, { ...good, access_token: 'two words' }, 'login.example answers without a token'],
    [200, { ...good, access_token: '' }, 'login.example answers without a token'],
    [200, { ...good, access_token: 'x'.repeat(40_000) }, 'login.example answers without a token'],
    [200, { ...good, token_type: 'mac' }, 'login.example gives out tokens of a kind that is not known here'],
    [200, { ...good, expires_in: -1 }, 'login.example does not say how long its token is good'],
    [200, { ...good, expires_in: undefined }, 'login.example does not say how long its token is good'],
    [307, '', 'login.example answers 307'],
    [503, '<html>', 'login.example answers 503'],
    [
      400,
      { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' },
      'login.example answers 400: invalid_grant: Invalid JWT Signature.',
    ],
  ])('says of status %i with %j: %s', (status, body, error) => {
    expect(read(status, body)).toEqual({ ok: false, error });
  });

  it('says the same of the same failure', () => {
    const failure = (id: number) => ({
      error: 'invalid_client',
      error_description: `AADSTS7000215: Invalid client secret provided. Trace ID: ${id} Correlation ID: ${id} Timestamp: ${id}`,
    });
    expect(read(401, failure(1))).toEqual(read(401, failure(2)));
    expect(read(401, failure(1))).toMatchObject({
      error: 'login.example answers 401: invalid_client: AADSTS7000215: Invalid client secret provided.',
    });
  });

  it.each(['se cret~!', 'se%20cret~!', 'se+cret%7E%21'])('repeats no secret, however it is written: %s', (written) => {
    const said = read(400, { error: 'bad', error_description: `the secret ${written} is wrong` }, ['', 'se cret~!']);
    expect(said).toEqual({ ok: false, error: 'login.example answers 400: bad: the secret [masked] is wrong' });
  });

  it('repeats no secret, and nothing long or unprintable', () => {
    const said = read(400, { error: 'bad', error_description: `\u001b[31mnot hunter2~x ${'y'.repeat(500)}` }, [
      'hunter2~x',
    ]);
    expect(said).toMatchObject({
      error: expect.stringMatching(/^login\.example answers 400: bad: \?\[31mnot \[masked\] y+$/),
    });
    expect(said.ok ? 0 : said.error.length).toBeLessThan(350);
  });
});
