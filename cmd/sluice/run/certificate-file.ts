import { relative, resolve } from 'node:path';
import type { GatewayModel } from '../../../src/model/gateway.ts';
import type { Listener } from '../../../src/model/listener.ts';
import type { PolicyDocument } from '../../../src/policy/document.ts';
import { qualifiedName } from '../../../src/policy/document-id.ts';

/** Where the certificate of a listener stands, as it is written from `cwd`, if it stands in a file. */
export function certificateFile(
  documents: readonly PolicyDocument[],
  { name }: Pick<GatewayModel, 'name'>,
  listener: Pick<Listener, 'name'>,
  cwd: string,
): string | undefined {
  for (const document of documents) {
    if (document.kind !== 'Gateway' || qualifiedName(document.namespace, document.name) !== name) continue;
    const written = document.spec.listeners.find((each) => each.name === listener.name);
    const file = written?.tls?.certificates.flatMap(({ certificate }) =>
      'file' in certificate && certificate.file !== undefined ? [certificate.file] : [],
    )[0];
    if (file === undefined) continue;
    const path = resolve(document.folder, file);
    const near = relative(cwd, path);
    return near.startsWith('..') ? path : near;
  }
  return undefined;
}
