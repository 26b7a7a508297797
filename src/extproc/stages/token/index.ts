import { metadataNamespaces } from '../../../contract.ts';
import type { DemandedIssuer, TokenDemand } from '../../../program/program.ts';
import type { Exchange } from '../../exchange.ts';
import type { Stage } from '../../stage.ts';
import { verdict } from '../../verdict.ts';
import type { JsonMap } from '../../wire/struct-tree.ts';
import { claimText } from './claim.ts';
import { faultOf, isToken, judge } from './judge.ts';

/** Takes down what Envoy has noted of tokens: the route that may ask for one is known when the body is. */
export const noteTokens: Stage = {
  name: 'noteTokens',
  requestHeaders(exchange, message) {
    const { tokenSources } = exchange.program.settings;
    if (tokenSources.length === 0) return verdict.proceed;
    const noted = message.metadataTree(metadataNamespaces.tokens);
    exchange.noted = noted;
    // A token that is wrong is no key either: what is wrong with it the route's own issuers know.
    exchange.tokenHeaders = tokenSources.flatMap((source) => (isToken(judge(noted, source)) ? source.headers : []));
    return verdict.proceed;
  },
};

/** Lets nobody onto a route that asks for a token without one of that route's own issuers. */
export const demandToken: Stage = {
  name: 'demandToken',
  request(exchange) {
    const { noted, route, answer, program } = exchange;
    exchange.noted = undefined;
    // No provider has any use for them. Those where keys are shown are taken off in any case.
    for (const { headers } of program.settings.tokenSources) for (const name of headers) answer.remove(name);
    const demand = route?.tokens;
    if (demand === undefined) return verdict.proceed;
    const judgements = demand.issuers.map((issuer) => judge(noted, issuer));
    const at = judgements.findIndex(({ kind }) => kind === 'verified');
    const found = judgements[at];
    if (found?.kind === 'verified') {
      describe(exchange, demand, demand.issuers[at], found.claims);
      return verdict.proceed;
    }
    const fault = faultOf(judgements);
    if (!demand.isOptional) return exchange.reject(fault ?? 'missing_token', { model: exchange.modelInBody });
    if (fault !== undefined) return exchange.reject(fault === 'missing_token' ? 'invalid_token' : fault);
    describe(exchange, demand, undefined, {});
    return verdict.proceed;
  },
};

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
