import { X509Certificate } from 'node:crypto';

const certificateLabels: readonly string[] = ['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE'];

/**
 * What makes Envoy refuse a text with certificates: one block that it cannot read is enough, wherever it stands, while Node
 * looks at the first alone. Text between the blocks and blocks of another kind do no harm.
 */
export function chainFault(text: string): string | undefined {
  let certificates = 0;
  let open: { readonly label: string; readonly body: string[] } | undefined;
  const faultOf = (fault: string): string =>
    certificates === 0 ? 'its certificate cannot be read' : `block ${certificates + 1} of its chain ${fault}`;
  for (const line of text.split('\n').map((each) => each.trimEnd())) {
    if (open === undefined) {
      const label = /^-----BEGIN (.+)-----$/.exec(line)?.[1];
      if (label !== undefined) open = { label, body: [] };
    } else if (line === `-----END ${open.label}-----`) {
      if (certificateLabels.includes(open.label)) {
        if (!isCertificate(open.label, open.body)) return faultOf('cannot be read');
        certificates += 1;
      }
      open = undefined;
    } else {
      open.body.push(line);
    }
  }
  if (open !== undefined) return faultOf('has no end');
  return certificates === 0 ? 'its certificate cannot be read' : undefined;
}

function isCertificate(label: string, body: readonly string[]): boolean {
  try {
    new X509Certificate([`-----BEGIN ${label}-----`, ...body, `-----END ${label}-----`, ''].join('\n'));
    return true;
  } catch {
    return false;
  }
}
