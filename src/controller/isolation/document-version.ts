import type { PolicyDocument } from '../../policy/document.ts';
import type { Resource } from '../../xds/snapshot/resource.ts';

/** What a document is called where refusals are told of: it is no resource, but may be refused like one. */
export const documentTypeUrl = 'sluice.dev/document';

export function documentVersion({ id, hash }: PolicyDocument): Resource {
  return { typeUrl: documentTypeUrl, name: id, version: hash, body: nothing, origins: [id] };
}

const nothing = new Uint8Array();
