import { HeaderValueOption_HeaderAppendAction as Append } from '../../../gen/envoy/config/core/v3/base_pb.js';
import { type HeaderChanges, noHeaderChanges, type ServiceRoute } from '../../../model/service.ts';

/** What a rule changes, and each of its backends, as Envoy has to be told. */
export interface RequestChanges {
  readonly ofRoute: HeaderChanges;
  ofBackend(own: HeaderChanges): HeaderChanges;
}

/**
 * To Gateway API a backend's changes come behind its rule's, to Envoy before them. Where both change requests, those of
 * the rule are therefore written down once more for each backend. What happens to answers has the same order in both.
 */
export function requestChanges({ action, requestHeaders }: ServiceRoute): RequestChanges {
  const isChanged = action.kind === 'forward' && action.backends.some(({ requestHeaders: own }) => !isNothing(own));
  return isChanged
    ? { ofRoute: noHeaderChanges, ofBackend: (own) => inTurn(requestHeaders, own) }
    : { ofRoute: requestHeaders, ofBackend: (own) => own };
}

function isNothing({ set, add, remove }: HeaderChanges): boolean {
  return set.length + add.length + remove.length === 0;
}

/** Envoy removes before it sets, and sets before it adds. */
function inTurn(first: HeaderChanges, then: HeaderChanges): HeaderChanges {
  const isLost = new Set([...then.set.map(({ name }) => name), ...then.remove]);
  const kept = (headers: HeaderChanges['set']) => headers.filter(({ name }) => !isLost.has(name));
  return {
    set: [...kept(first.set), ...then.set],
    add: [...kept(first.add), ...then.add],
    remove: [...new Set([...first.remove, ...then.remove])],
  };
}

export function headerRules(request: HeaderChanges, response: HeaderChanges) {
  return {
    requestHeadersToAdd: additions(request),
    requestHeadersToRemove: [...request.remove],
    responseHeadersToAdd: additions(response),
    responseHeadersToRemove: [...response.remove],
  };
}

function additions({ set, add }: HeaderChanges) {
  const option = (header: HeaderChanges['set'][number], appendAction: Append) => ({
    // `%` begins a command of Envoy's log format.
    header: { key: header.name, value: header.value.replaceAll('%', '%%') },
    appendAction,
  });
  return [
    ...set.map((header) => option(header, Append.OVERWRITE_IF_EXISTS_OR_ADD)),
    ...add.map((header) => option(header, Append.APPEND_IF_EXISTS_OR_ADD)),
  ];
}
