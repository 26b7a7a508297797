import { internalHeaders } from '../../../contract.ts';
import { HeaderMutationSchema as EarlyMutationSchema } from '../../../gen/envoy/extensions/http/early_header_mutation/header_mutation/v3/header_mutation_pb.js';
import { withheldHeaders, withheldPrefixes } from '../../../model/withheld-headers.ts';
import { extension } from '../extension.ts';
import { type HeaderRule, removeHeader, removeHeadersStartingWith } from '../filters/header-mutation.ts';

/**
 * What a client may not say, taken out before any filter or route sees the request: headers that steer the router, and
 * those by which the processor and Envoy talk to each other.
 */
export const clientHeaders = extension('envoy.http.early_header_mutation.header_mutation', EarlyMutationSchema, {
  mutations: [
    removeHeadersStartingWith(internalHeaders.prefix),
    removeHeadersStartingWith('x-envoy-'),
    // The id in the log and in the answer is ours, so that no caller can make two requests look like one.
    removeHeader('x-request-id'),
  ],
});

export const towardsProvider: readonly HeaderRule[] = [
  ...withheldHeaders.map(removeHeader),
  ...withheldPrefixes.map(removeHeadersStartingWith),
];
