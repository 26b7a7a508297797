import { X509Certificate } from 'node:crypto';

/** What grpc-js says of a connection that did not come about has the time in it, and an empty note: no two are the same. */
const time = / \(\d{4}-\d\d-\d\dT[\d:.]+Z\)/g;
const emptyNote = /\. Resolution note: $/;

/**
 * The reason for which the control plane cannot be reached, the same text as long as it is the same reason. A server that
 * refuses the certificate that it is shown says so to nobody, so the most frequent fault of that is looked for here.
 */
export function failureText(details: string, certificate?: Buffer, now = new Date()): string {
  const reason = details.replaceAll(time, '').replace(emptyNote, '');
  const expired = certificate && expiredAt(certificate, now);
  return expired === undefined ? reason : `${reason}; the certificate that is shown to it expired at ${expired}`;
}

function expiredAt(certificate: Buffer, now: Date): string | undefined {
  const { validToDate } = new X509Certificate(certificate);
  return validToDate <= now ? validToDate.toISOString() : undefined;
}
