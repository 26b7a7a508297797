import { metadataNamespaces } from '../../../contract.ts';
import type { ClaimedHeader, DemandedIssuer, TokenDemand } from '../../../program/program.ts';
import type { Exchange } from '../../exchange.ts';
import type { Stage } from '../../stage.ts';
import { type Verdict, verdict } from '../../verdict.ts';
import type { JsonMap } from '../../wire/struct-tree.ts';
import { claimText } from './claim.ts';
import { faultOf, isToken, type Judgement, judge, outcomeOf } from './judge.ts';

/** Takes down what Envoy has noted of tokens: the route that may ask for one is known when the body is. */
export const noteTokens: Stage = {
  name: 'noteTokens',
  requestHeaders(exchange, message) {
    const { settings, claimedHeaders } = exchange.program;
    const { tokenSources } = settings;
    const { demandedTokens } = exchange;
    if (tokenSources.length === 0 && demandedTokens === undefined) return verdict.proceed;
    const noted = message.metadataTree(metadataNamespaces.tokens);
    exchange.noted = noted;
    for (const [name, claimed] of claimedHeaders) observeClaim(exchange, name, claimed);
    const judgements = tokenSources.map((source) => judge(noted, source));
    // A token that is wrong is no key either: what is wrong with it the route's own issuers know.
    exchange.tokenHeaders = tokenSources.flatMap(({ headers }, at) => (isToken(judgements[at]) ? headers : []));
    return demandedTokens === undefined ? verdict.proceed : owe(exchange, demandedTokens, judgements);
  },
};

/** The listener's tokens, which Envoy has noted as well: who has none may still be on the way to a route that wants others. */
function owe(exchange: Exchange, filter: string, judgements: readonly Judgement[]): Verdict {
  const { listenerTokens, hasOptionalTokens } = exchange.program.settings;
  const demand = listenerTokens.get(filter);
  // Envoy knows of it already, and we do not yet.
  if (demand === undefined) return exchange.reject('token_not_verified');
  const outcome = outcomeOf(exchange.noted, demand);
  if (outcome.kind !== 'unmet') return verdict.proceed;
  exchange.owed = outcome.code;
  const isKnown = judgements.some(({ kind }) => kind === 'verified');
  if (isKnown || hasOptionalTokens) return verdict.proceed;
  // No route can be open to this one, so that nobody learns which there are.
  const fault = faultOf(judgements);
  return exchange.reject(fault === undefined || fault === 'missing_token' ? outcome.code : fault);
}

/** Where no model is asked for, no route can want other tokens than the listener does. */
export const demandListenerToken: Stage = {
  name: 'demandListenerToken',
  requestHeaders(exchange) {
    const { owed, api } = exchange;
    return owed === undefined || api !== undefined ? verdict.proceed : exchange.reject(owed);
  },
};

/**
 * Lets nobody onto a route that asks for a token without one of that route's own issuers, nor onto another one without
 * those of the listener.
 */
export const demandToken: Stage = {
  name: 'demandToken',
  request(exchange) {
    const { noted, owed, route, answer, program } = exchange;
    exchange.noted = undefined;
    // No provider has any use for them. Those where keys are shown are taken off in any case.
    for (const { headers } of program.settings.tokenSources) for (const name of headers) answer.remove(name);
    const demand = route?.tokens;
    if (demand === undefined) {
      return owed === undefined ? verdict.proceed : exchange.reject(owed, { model: exchange.modelInBody });
    }
    const outcome = outcomeOf(noted, demand);
    switch (outcome.kind) {
      case 'met':
        describe(exchange, demand, outcome.by, outcome.claims);
        return verdict.proceed;
      case 'waived':
        describe(exchange, demand, undefined, {});
        return verdict.proceed;
      case 'unmet':
        return exchange.reject(outcome.code, { model: exchange.modelInBody });
    }
  },
};

/** What the header would be on the route that its policy is for, which may be chosen by it. */
function observeClaim(exchange: Exchange, name: string, { demand, header, models }: ClaimedHeader): void {
  const outcome = outcomeOf(exchange.noted, demand);
  if (outcome.kind === 'unmet') {
    const { code } = outcome;
    exchange.unsaid = new Map([...(exchange.unsaid ?? []), ...[...models].map((model) => [model, code] as const)]);
  }
  if (outcome.kind !== 'met') return;
  const said = outcome.by.headers.filter((one) => one.header === header);
  const texts = said.map(({ path }) => claimText(outcome.claims, path));
  exchange.observe(
    name,
    texts.findLast((text) => text !== undefined),
  );
}

/** Headers say what the token says, and never what the caller says. */
function describe(
  exchange: Exchange,
  { issuers }: TokenDemand,
  verifiedBy: DemandedIssuer | undefined,
  claims: JsonMap,
): void {
  const values = new Map<string, string | undefined>();
  for (const { headers } of issuers) for (const { header } of headers) values.set(header, undefined);
  for (const { path, header } of verifiedBy?.headers ?? []) {
    const text = claimText(claims, path);
    if (text !== undefined) values.set(header, text);
  }
  for (const [header, value] of values) {
    if (value === undefined) exchange.answer.remove(header);
    else exchange.answer.set(header, value);
    exchange.observe(header, value);
  }
}
