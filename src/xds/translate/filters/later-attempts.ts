import type { MessageInitShape } from '@bufbuild/protobuf';
import { internalHeaders, watchedAs } from '../../../contract.ts';
import {
  CompositeSchema,
  ExecuteFilterActionSchema,
} from '../../../gen/envoy/extensions/filters/http/composite/v3/composite_pb.js';
import { HttpRequestHeaderMatchInputSchema } from '../../../gen/envoy/type/matcher/v3/http_inputs_pb.js';
import type { Matcher_MatcherList_PredicateSchema } from '../../../gen/xds/type/matcher/v3/matcher_pb.js';
import { type Extension, extension } from '../extension.ts';

type Predicate = MessageInitShape<typeof Matcher_MatcherList_PredicateSchema>;

/**
 * Lets a filter run on later attempts only: the first one was prepared by the router-level stream, and a second stream
 * for every request would cost as much again. It runs on the first attempt, too, of a request whose bodies are watched,
 * and on one whose number nobody has written: the processor refuses what it does not know.
 */
export function onLaterAttempts(inner: Extension): Extension {
  return where(anyOf(not(headerIs('x-envoy-attempt-count', '1')), isWatched(watchedAs.body)), 'later-attempts', inner);
}

/** Lets a filter run on requests only whose streams are watched, on every attempt. */
export function onWatchedStreams(inner: Extension): Extension {
  return where(isWatched(watchedAs.stream), 'watched-streams', inner);
}

/** Envoy builds the filter where it is to run. One that is skipped by a matcher would be built for every attempt. */
function where(predicate: Predicate, name: string, inner: Extension): Extension {
  const build = extension('build', ExecuteFilterActionSchema, { typedConfig: inner });
  return extension(name, CompositeSchema, {
    matcher: {
      matcherType: {
        case: 'matcherList',
        value: { matchers: [{ predicate, onMatch: { onMatch: { case: 'action', value: build } } }] },
      },
    },
  });
}

function isWatched(way: (typeof watchedAs)[keyof typeof watchedAs]): Predicate {
  return headerIs(internalHeaders.watch, way);
}

function headerIs(headerName: string, value: string): Predicate {
  return {
    matchType: {
      case: 'singlePredicate',
      value: {
        input: extension(headerName, HttpRequestHeaderMatchInputSchema, { headerName }),
        matcher: { case: 'valueMatch', value: { matchPattern: { case: 'exact', value } } },
      },
    },
  };
}

function anyOf(...predicate: Predicate[]): Predicate {
  return { matchType: { case: 'orMatcher', value: { predicate } } };
}

function not(predicate: Predicate): Predicate {
  return { matchType: { case: 'notMatcher', value: predicate } };
}
