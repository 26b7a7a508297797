import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { exchangeField, internalHeaders, metadataNamespaces } from '../../src/contract.ts';
import { HeaderValueOption_HeaderAppendAction as Append } from '../../src/gen/envoy/config/core/v3/base_pb.js';
import { PriorityGroupsOverrideSchema } from '../../src/gen/envoy/extensions/router/cluster_specifiers/priority_group/v3/priority_group_pb.js';
import { CommonResponse_ResponseStatus as Status } from '../../src/gen/envoy/service/ext_proc/v3/external_processor_pb.js';
import type { Answer, Reaction, SeenMessage } from './scripted-processor.ts';

/** What a processor decides about a request, in the words of a test. */
export interface Plan {
  /** Clusters, one per attempt. */
  readonly chain: readonly string[];
  readonly profile?: string;
  /** Headers set for the first attempt. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Of the later attempts, by cluster. `fail`: their streams break. */
  readonly later?: Readonly<Record<string, Attempt | 'fail'>>;
}

export interface Attempt {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A processor that carries out one plan for every request, message by message as the real one does. */
export function carryOut(plan: Plan): (seen: SeenMessage) => Reaction {
  return ({ role, kind, message }) => {
    if (role === 'upstream') {
      const cluster = clusterOf(message.attributes['envoy.filters.http.ext_proc']);
      const attempt = plan.later?.[cluster] ?? {};
      return attempt === 'fail' ? attempt : laterAttempt(attempt);
    }
    if (kind === 'requestHeaders') {
      const isLast = message.request.case === 'requestHeaders' && message.request.value.endOfStream;
      return {
        response: { case: kind, value: { response: isLast ? decision(plan) : {} } },
        ...(isLast && chainOf(plan)),
      };
    }
    if (kind === 'requestBody')
      return { response: { case: kind, value: { response: decision(plan) } }, ...chainOf(plan) };
    if (kind === 'responseHeaders') return { response: { case: kind, value: {} } };
    return 'fail';
  };
}

function decision(plan: Plan) {
  const headers = {
    [internalHeaders.profile]: plan.profile ?? 'retry-default',
    'x-envoy-max-retries': String(plan.chain.length - 1),
    ...(plan.body !== undefined && { 'content-length': String(Buffer.byteLength(plan.body)) }),
    ...plan.headers,
  };
  return { clearRouteCache: true, headerMutation: { setHeaders: setHeaders(headers) }, ...bodyOf(plan) };
}

function laterAttempt(attempt: Attempt): Answer {
  const headers = {
    ...(attempt.body !== undefined && { [internalHeaders.contentLength]: String(Buffer.byteLength(attempt.body)) }),
    ...attempt.headers,
  };
  return {
    response: {
      case: 'requestHeaders',
      value: {
        response: {
          status: Status.CONTINUE_AND_REPLACE,
          headerMutation: { setHeaders: setHeaders(headers) },
          ...bodyOf(attempt),
        },
      },
    },
  };
}

function bodyOf({ body }: Attempt) {
  return body === undefined ? {} : { bodyMutation: { mutation: { case: 'body', value: Buffer.from(body) } } as const };
}

function setHeaders(headers: Readonly<Record<string, string>>) {
  return Object.entries(headers).map(([key, value]) => ({
    header: { key, rawValue: Buffer.from(value) },
    appendAction: Append.OVERWRITE_IF_EXISTS_OR_ADD,
  }));
}

function chainOf({ chain }: Plan) {
  return {
    dynamicMetadata: {
      [metadataNamespaces.route]: { [exchangeField]: 'p1.7' },
      [metadataNamespaces.log]: { key: 'checkout', model: 'small', api: 'chat', stream: false },
    },
    typedDynamicMetadata: {
      [metadataNamespaces.route]: anyPack(
        PriorityGroupsOverrideSchema,
        create(PriorityGroupsOverrideSchema, {
          priorityGroups: chain.map((clusterName, index) => ({
            name: `attempt-${index + 1}`,
            clusters: [{ clusterName, weight: 1 }],
          })),
        }),
      ),
    },
  };
}

function clusterOf(attributes: unknown): string {
  return String((attributes as Record<string, unknown> | undefined)?.['xds.cluster_name'] ?? '');
}
