import { formatSize } from '../../../lib/size.ts';
import type { GatewayDocument, GatewayPolicyDocument, PolicyDocument } from '../../../policy/document.ts';
import { type Decision, decided, type Said } from '../../decision.ts';
import { mostBodyBytes } from '../../gateway.ts';
import type { AttachedPolicies } from '../attached-policies.ts';
import type { BuildContext } from '../context.ts';
import type { ClientTrafficDocument } from './client-traffic.ts';

const usual = 20 * 1024 * 1024;

export interface BodyLimit {
  readonly bytes: number;
  readonly decisions: readonly Decision[];
}

/** The longest request body: as a GatewayPolicy says, even by its default, else as a ClientTrafficPolicy does. */
export function bodyLimit(
  gateway: GatewayDocument | undefined,
  policy: GatewayPolicyDocument | undefined,
  clientTraffic: AttachedPolicies<ClientTrafficDocument>,
  context: BuildContext,
): BodyLimit {
  const traffic = gateway && clientTraffic.of({ kind: 'Gateway', namespace: gateway.namespace, name: gateway.name });
  const written = [
    ...writtenIn(policy, 'maxBodySize', policy?.spec.maxBodySize),
    ...writtenIn(traffic, 'connection.bufferLimit', traffic?.spec.connection?.bufferLimit),
  ];
  const [first, second] = written;
  if (first === undefined) return { bytes: usual, decisions: [] };
  if (second !== undefined) {
    const message = `is not in force: ${first.document.id} says maxBodySize`;
    context.warn(second.document, `spec.${second.path}`, message, 'remove it, or say it there', 'Conflicted');
  }
  const said = written.map(
    ({ document, path, bytes }): Said => ({
      origin: document.id,
      level: 'gateway',
      path,
      value: formatSize(Math.min(bytes, mostBodyBytes)),
    }),
  );
  return {
    bytes: served(first.document, `spec.${first.path}`, first.bytes, context),
    decisions: decided('maxBodySize', said),
  };
}

function writtenIn(document: PolicyDocument | undefined, path: string, bytes: number | undefined) {
  return document === undefined || bytes === undefined ? [] : [{ document, path, bytes }];
}

/** A body that Envoy takes and the processor does not would be refused as if the gateway were down. */
function served(document: PolicyDocument, path: string, bytes: number, context: BuildContext): number {
  if (bytes <= mostBodyBytes) return bytes;
  const message = 'is more than the processor takes: bodies of more than 60 MiB are refused with 413';
  context.warn(document, path, message, 'ask for 60 MiB at most', 'UnsupportedValue');
  return mostBodyBytes;
}
