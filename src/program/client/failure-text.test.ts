import { describe, expect, it } from 'vitest';
import { createAuthority } from '../../../e2e/support/certificates.ts';
import { failureText } from './failure-text.ts';

const atOnce = (when: string) =>
  `No connection established. Last error: Failed to connect (${when}). Resolution note: `;

describe('failureText()', () => {
  it('is the same for the same reason at another time', () => {
    const first = failureText(atOnce('2026-11-22T11:22:51.471Z'));
    expect(first).toBe('No connection established. Last error: Failed to connect');
    expect(failureText(atOnce('2026-11-22T11:22:54.552Z'))).toBe(first);
  });

  it('keeps what says something', () => {
    const said = 'No connection established. Last error: null. Resolution note: getaddrinfo ENOTFOUND controller';
    expect(failureText(said)).toBe(said);
    expect(failureText('the control plane ended the stream')).toBe('the control plane ended the stream');
  });

  it('says that the own certificate has expired, which the other side says to nobody', () => {
    const notAfter = new Date('2030-01-01T00:00:00Z');
    const { certificate } = createAuthority('client', { notAfter });
    const at = (now: string) => failureText('closed', Buffer.from(certificate), new Date(now));
    expect(at('2029-12-31T23:59:59Z')).toBe('closed');
    expect(at('2030-01-01T00:00:00Z')).toBe(
      'closed; the certificate that is shown to it expired at 2030-01-01T00:00:00.000Z',
    );
  });
});
