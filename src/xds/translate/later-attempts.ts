import type { MessageInitShape } from '@bufbuild/protobuf';
import { internalHeaders, watchedAs } from '../../contract.ts';
import { ExtensionWithMatcherSchema } from '../../gen/envoy/extensions/common/matching/v3/extension_matcher_pb.js';
import { SkipFilterSchema } from '../../gen/envoy/extensions/filters/common/matcher/action/v3/skip_action_pb.js';
import { HttpRequestHeaderMatchInputSchema } from '../../gen/envoy/type/matcher/v3/http_inputs_pb.js';
import type { Matcher_MatcherList_PredicateSchema, MatcherSchema } from '../../gen/xds/type/matcher/v3/matcher_pb.js';
import { type Extension, extension } from './extension.ts';

type Matcher = MessageInitShape<typeof MatcherSchema>;
type Predicate = MessageInitShape<typeof Matcher_MatcherList_PredicateSchema>;

/**
 * Lets a filter run on later attempts only: the first one was prepared by the router-level stream, and a second stream
 * for every request would cost as much again. It runs on the first attempt, too, of a request whose bodies are watched.
 */
export function onLaterAttempts(inner: Extension): Extension {
  return matched(inner, {
    matcherType: {
      case: 'matcherTree',
      value: {
        input: requestHeader('x-envoy-attempt-count'),
        treeType: {
          case: 'exactMatchMap',
          value: { map: { '1': { onMatch: { case: 'matcher', value: skipUnlessWatched(watchedAs.body) } } } },
        },
      },
    },
  });
}

/** Lets a filter run on requests only whose streams are watched, on every attempt. */
export function onWatchedStreams(inner: Extension): Extension {
  return matched(inner, skipUnlessWatched(watchedAs.stream));
}

type Watched = (typeof watchedAs)[keyof typeof watchedAs];

function matched(inner: Extension, xdsMatcher: Matcher): Extension {
  return extension(inner.name, ExtensionWithMatcherSchema, { extensionConfig: inner, xdsMatcher });
}

function skipUnlessWatched(way: Watched): Matcher {
  return {
    matcherType: {
      case: 'matcherList',
      value: {
        matchers: [
          {
            predicate: { matchType: { case: 'notMatcher', value: isWatched(way) } },
            onMatch: { onMatch: { case: 'action', value: extension('skip', SkipFilterSchema, {}) } },
          },
        ],
      },
    },
  };
}

function isWatched(way: Watched): Predicate {
  return {
    matchType: {
      case: 'singlePredicate',
      value: {
        input: requestHeader(internalHeaders.watch),
        matcher: { case: 'valueMatch', value: { matchPattern: { case: 'exact', value: way } } },
      },
    },
  };
}

function requestHeader(headerName: string): Extension {
  return extension(headerName, HttpRequestHeaderMatchInputSchema, { headerName });
}
