import type { Answer } from '../../answer.ts';
import type { Exchange, PlannedTarget } from '../../exchange.ts';
import type { Incoming } from '../../wire/incoming.ts';

/* Headers of callers that are not, or not always, for providers. */

/** In which a caller may have sent its key, which is nobody's business beyond the gateway. */
const credentialHeaders = ['authorization', 'x-api-key', 'api-key'] as const;

/** Every selection of them, at the place that its bits say: nothing is made per request. */
const selections: readonly (readonly string[])[] = Array.from({ length: 1 << credentialHeaders.length }, (_, mask) =>
  credentialHeaders.filter((_, bit) => (mask & (1 << bit)) !== 0),
);

/** Which of them the request has. Removing one is work for Envoy, also where there is none. */
function shownCredentials(message: Incoming): readonly string[] {
  let mask = 0;
  for (let bit = 0; bit < credentialHeaders.length; bit++) {
    if (message.has(credentialHeaders[bit] as string)) mask |= 1 << bit;
  }
  return selections[mask] as readonly string[];
}

/** By which a request says on whose bill it goes, of those that share the provider's account. */
const payerHeaders = ['openai-organization', 'openai-project'] as const;

/** What the caller says with them; undefined: nothing, as mostly. */
function saidPayers(message: Incoming): Map<string, string> | undefined {
  let said: Map<string, string> | undefined;
  for (let i = 0; i < payerHeaders.length; i++) {
    const name = payerHeaders[i] as string;
    const value = message.header(name);
    if (value !== undefined) said = (said ?? new Map<string, string>()).set(name, value);
  }
  return said;
}

/** A caller says who pays within an account that its key has brought, and within no other. */
function mayChoosePayer({ key }: Exchange, { provider }: PlannedTarget): boolean {
  return key?.credentials?.has(provider.name) === true;
}

/** Takes down which of them there are, while the request's headers are at hand. */
export function noteWithheld(exchange: Exchange, message: Incoming): void {
  exchange.shownCredentials = shownCredentials(message);
  exchange.payers = saidPayers(message);
}

/** Takes off on the first attempt what its target must not learn. Those behind it restore what theirs may. */
export function withhold(exchange: Exchange, planned: PlannedTarget, answer: Answer): void {
  for (const name of exchange.shownCredentials) answer.remove(name);
  if (exchange.payers === undefined || mayChoosePayer(exchange, planned)) return;
  for (const name of exchange.payers.keys()) answer.remove(name);
}

/** The value of a header as the caller has sent it, as far as this target may learn it. */
export function callersHeader(exchange: Exchange, planned: PlannedTarget, name: string): string | undefined {
  const payer = exchange.payers?.get(name);
  if (payer === undefined) return exchange.observedHeader(name);
  return mayChoosePayer(exchange, planned) ? payer : undefined;
}
