import { getOrCreate } from '../../../lib/get-or-create.ts';
import type { PolicyDocument } from '../../../policy/document.ts';
import type { ClientSelector } from '../../../policy/envoy-gateway/client-selector.ts';
import type { BuildContext } from '../context.ts';
import type { BackendTrafficDocument } from '../documents.ts';
import { memo } from '../memo.ts';
import { modelHeader, type RuleMatch, ruleMatches } from './match.ts';
import type { LimitedRoute } from './route-limits.ts';

type Warning = Pick<BuildContext, 'warn'>;

/** Says which limits count nobody, whatever Gateway it is on: a name that is mistyped, or a model that is gone. */
export function warnOfIdleLimits(limited: readonly LimitedRoute[], context: Warning): void {
  const partsOf = new Map<BackendTrafficDocument, LimitedRoute[]>();
  for (const part of limited) getOrCreate(partsOf, part.policy, () => []).push(part);
  for (const [policy, parts] of partsOf) {
    for (const [index, { clientSelectors }] of (policy.spec.rateLimit?.global?.rules ?? []).entries()) {
      const path = `spec.rateLimit.global.rules[${index}]`;
      if (clientSelectors.some(hasExactHeader)) {
        warnOfIdleSelectors(policy, path, clientSelectors, parts.flatMap(matchesOf), context);
      }
    }
  }
}

/** `matches`: all that the limit is for. What a pattern matches is left to the processor, which has RE2. */
export function warnOfIdleSelectors(
  document: PolicyDocument,
  path: string,
  selectors: readonly ClientSelector[],
  matches: readonly RuleMatch[],
  context: Warning,
): void {
  let met = matches;
  for (const [index, { headers }] of selectors.entries()) {
    for (const [position, header] of headers.entries()) {
      met = met.filter((match) => canHave(match, header));
      if (met.length > 0) continue;
      const place = `${path}.clientSelectors[${index}].headers[${position}].value`;
      const message =
        header.name === modelHeader
          ? `"${header.value}" is no model of the routes that the policy is for`
          : `no rule of the routes that the policy is for is met by requests with this ${header.name}`;
      context.warn(document, place, message, 'check it; nothing is counted', 'TargetNotFound');
      return;
    }
  }
}

function hasExactHeader({ headers }: ClientSelector): boolean {
  return headers.some(({ type }) => type === 'Exact');
}

function matchesOf({ route, name, rules }: LimitedRoute): readonly RuleMatch[] {
  return memo(route, `matches of ${name}`, rules.map((rule) => route.spec.rules.indexOf(rule)).join(), () =>
    rules.flatMap((rule) => ruleMatches(rule.matches)),
  );
}

function canHave({ models, modelPatterns, headers }: RuleMatch, header: ClientSelector['headers'][number]): boolean {
  const { type, name, value = '' } = header;
  // That an asterisk stands for any text is another complaint.
  if (type !== 'Exact' || value.includes('*')) return true;
  if (name === modelHeader) return modelPatterns.length > 0 || models.length === 0 || models.includes(value);
  return headers.every((own) => own.name !== name || own.kind !== 'exact' || own.value === value);
}
