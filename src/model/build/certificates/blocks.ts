import { X509Certificate } from 'node:crypto';

const certificateLabels: readonly string[] = ['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE'];

export interface BlockFault {
  /** 1: the first certificate. */
  readonly block: number;
  readonly fault: 'cannot be read' | 'has no end' | 'is missing';
}

/**
 * What makes Envoy refuse a text with certificates: one block that it cannot read is enough, wherever it stands, while Node
 * looks at the first alone. Text between the blocks does no harm, and those of another kind are not looked at.
 */
export function blockFault(text: string): BlockFault | undefined {
  let block = 1;
  let open: { readonly label: string; readonly body: string[] } | undefined;
  for (const line of text.split('\n').map((each) => each.trimEnd())) {
    if (open === undefined) {
      const label = /^-----BEGIN (.+)-----$/.exec(line)?.[1];
      if (label !== undefined) open = { label, body: [] };
    } else if (line === `-----END ${open.label}-----`) {
      if (certificateLabels.includes(open.label)) {
        if (!isCertificate(open.label, open.body)) return { block, fault: 'cannot be read' };
        block += 1;
      }
      open = undefined;
    } else {
      open.body.push(line);
    }
  }
  if (open !== undefined) return { block, fault: 'has no end' };
  return block === 1 ? { block, fault: 'is missing' } : undefined;
}

function isCertificate(label: string, body: readonly string[]): boolean {
  try {
    new X509Certificate([`-----BEGIN ${label}-----`, ...body, `-----END ${label}-----`, ''].join('\n'));
    return true;
  } catch {
    return false;
  }
}
