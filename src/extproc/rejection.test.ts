import { describe, expect, it } from 'vitest';
import { renderRejection } from './rejection.ts';

const rejection = { code: 'unknown_path', params: { path: '/shop' } } as const;
const asked = { dialect: 'openai', requestId: 'r1' } as const;

describe('renderRejection()', () => {
  it('is the status, what is wrong and headers', () => {
    const answer = renderRejection(rejection, { ...asked, method: 'GET' }, ['x-more', 'yes']);
    expect(answer).toMatchObject({
      status: 404,
      headers: ['content-type', 'application/json', 'x-request-id', 'r1', 'x-more', 'yes'],
    });
    expect(JSON.parse(String(answer.body))).toMatchObject({ error: { code: 'unknown_path' } });
  });

  it('has neither a body nor its type for HEAD', () => {
    const answer = renderRejection(rejection, { ...asked, method: 'HEAD' });
    expect(answer).toMatchObject({ status: 404, headers: ['x-request-id', 'r1'] });
    expect(answer.body).toHaveLength(0);
  });
});
