import { formatNano } from '../../../src/lib/decimal.ts';
import { formatQuantity } from '../../../src/lib/quantity.ts';
import type { GatewayModel } from '../../../src/model/gateway.ts';
import type { Price } from '../../../src/program/pricing.ts';
import { type Program, pricingOf, type Target } from '../../../src/program/program.ts';

/** What a processor knows, and which documents its prices come from, which it does not. */
export interface PricedProgram {
  readonly program: Program;
  readonly gateway: Pick<GatewayModel, 'pricings'> | undefined;
}

/** What a target of a logical model costs, and which document says so. */
export function priceText({ program, gateway }: PricedProgram, model: string, target: Target): string {
  const name = `${target.provider}/${target.model || 'as asked for'}`;
  const pricing = pricingOf(program, model, target);
  if (pricing === undefined) return `${name}: unknown`;
  const origin = gateway?.pricings.find((each) => each.name === pricing.name)?.origins[0];
  const source = origin === undefined ? '' : ` by ${origin}`;
  return `${name}: ${ratesText(pricing.standard)} (version ${pricing.version}${source})`;
}

function ratesText({ input, output, perRequest, tiers }: Price): string {
  const rate = (nano: number | undefined): string => (nano === undefined ? 'unknown' : formatNano(nano));
  const request = perRequest === 0 ? '' : `, ${formatNano(perRequest)} USD per request`;
  const above = tiers.map(
    (tier) => `; above ${formatQuantity(tier.above)} input tokens ${rate(tier.input)} and ${rate(tier.output)}`,
  );
  return `${rate(input)} USD per million input tokens, ${rate(output)} output${request}${above.join('')}`;
}
