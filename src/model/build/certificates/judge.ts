import type { PolicyDocument } from '../../../policy/document.ts';
import type { BuildContext } from '../context.ts';
import { memo } from '../memo.ts';
import { blockFault } from './blocks.ts';
import { pairFault } from './pair.ts';

/*
 * What Envoy will refuse, said where it is given. It goes on all the same: Envoy keeps what it had, while without it a
 * port would close, and a backend get no requests any more.
 */

/** PEM of those who may sign the certificates of others. */
export function judgeAuthority(document: PolicyDocument, path: string, text: string, context: BuildContext): void {
  const { found } = memo(document, `authority at ${path}`, text, () => ({ found: blockFault(text) }));
  if (found === undefined) return;
  const message = `certificate ${found.block} of those who may sign ${found.fault}`;
  context.reject(document, path, message, 'give all of them as PEM, each whole', 'InvalidCertificateRef');
}

/** `name`: what a complaint calls it. */
export function judgePair(
  document: PolicyDocument,
  path: string,
  name: string,
  { certificate, privateKey }: { readonly certificate: string; readonly privateKey: string },
  context: BuildContext,
): void {
  if (context.surroundings.hasStandIns) return;
  const { fault } = memo(document, `${name} at ${path}`, `${certificate}\n${privateKey}`, () => ({
    fault: pairFault(certificate, privateKey),
  }));
  if (fault === undefined) return;
  const message = `${name} is unusable: ${fault}`;
  context.reject(document, path, message, 'give a certificate and its key, both as PEM', 'InvalidCertificateRef');
}
