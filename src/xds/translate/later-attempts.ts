import type { MessageInitShape } from '@bufbuild/protobuf';
import { internalHeaders } from '../../contract.ts';
import { ExtensionWithMatcherSchema } from '../../gen/envoy/extensions/common/matching/v3/extension_matcher_pb.js';
import { SkipFilterSchema } from '../../gen/envoy/extensions/filters/common/matcher/action/v3/skip_action_pb.js';
import { HttpRequestHeaderMatchInputSchema } from '../../gen/envoy/type/matcher/v3/http_inputs_pb.js';
import type { MatcherSchema } from '../../gen/xds/type/matcher/v3/matcher_pb.js';
import { type Extension, extension } from './extension.ts';

/**
 * Lets a filter run on later attempts only: the first one was prepared by the router-level stream, and a second stream
 * for every request would cost as much again. A request that is watched runs it on every attempt.
 */
export function onLaterAttempts(inner: Extension): Extension {
  return extension(inner.name, ExtensionWithMatcherSchema, { extensionConfig: inner, xdsMatcher: skipFirstAttempt });
}

const skip = {
  onMatch: { case: 'action', value: extension('skip', SkipFilterSchema, {}) },
} as const;

const unlessWatched: MessageInitShape<typeof MatcherSchema> = {
  matcherType: {
    case: 'matcherList',
    value: {
      matchers: [
        {
          predicate: {
            matchType: {
              case: 'notMatcher',
              value: {
                matchType: {
                  case: 'singlePredicate',
                  value: {
                    input: requestHeader(internalHeaders.watch),
                    matcher: { case: 'valueMatch', value: { matchPattern: { case: 'exact', value: '1' } } },
                  },
                },
              },
            },
          },
          onMatch: skip,
        },
      ],
    },
  },
};

const skipFirstAttempt: MessageInitShape<typeof MatcherSchema> = {
  matcherType: {
    case: 'matcherTree',
    value: {
      input: requestHeader('x-envoy-attempt-count'),
      treeType: {
        case: 'exactMatchMap',
        value: { map: { '1': { onMatch: { case: 'matcher', value: unlessWatched } } } },
      },
    },
  },
};

function requestHeader(headerName: string): Extension {
  return extension(headerName, HttpRequestHeaderMatchInputSchema, { headerName });
}
