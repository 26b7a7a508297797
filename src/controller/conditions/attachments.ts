import { getOrCreate } from '../../lib/get-or-create.ts';
import type { Attachment } from '../../model/build/attachment.ts';
import { gatewayName, isGateway } from './ours.ts';

/** Attachments by something. Kept per list: it is the same until something is built, and statuses are told more often. */
export type AttachmentsBy = ReadonlyMap<string, readonly Attachment[]>;

const byDocument = new WeakMap<readonly Attachment[], AttachmentsBy>();
const byGateway = new WeakMap<readonly Attachment[], AttachmentsBy>();

export function attachmentsByDocument(attachments: readonly Attachment[]): AttachmentsBy {
  return getOrCreate(byDocument, attachments, () => Map.groupBy(attachments, ({ document }) => document));
}

/** By name of the gateway that they are for. */
export function attachmentsByGateway(attachments: readonly Attachment[]): AttachmentsBy {
  return getOrCreate(byGateway, attachments, () =>
    Map.groupBy(
      attachments.filter(({ parent }) => isGateway(parent)),
      ({ parent }) => gatewayName(parent),
    ),
  );
}
