import type { ErrorCode } from '../../../errors/table.ts';
import type { DemandedIssuer, TokenDemand, TokenFields } from '../../../program/program.ts';
import type { Json, JsonMap } from '../../wire/struct-tree.ts';

/** Statuses of Envoy's token filter (`jwt_verify_lib`), as far as callers are told apart by them. */
const jwtStatus = { missed: 1, badFormat: 4, audienceNotAllowed: 25, fetchFailed: 40 } as const;

/** What became of the tokens that one issuer may have issued. */
export type Judgement =
  | { readonly kind: 'verified'; readonly claims: JsonMap }
  /** `shapeless`: what stands in the place of a token is none, but perhaps a key. */
  | { readonly kind: 'missing' | 'shapeless' | 'invalid' | 'otherAudience' | 'unverified' };

/** Nothing noted is no token: where Envoy has not looked, nothing is verified. */
export function judge(noted: JsonMap | undefined, { claims: claimsField, failure }: TokenFields): Judgement {
  const claims = noted?.[claimsField];
  const fault = noted?.[failure];
  // Of several tokens all must be good, as where Envoy decides itself.
  if (fault === undefined) return isMap(claims) ? { kind: 'verified', claims } : { kind: 'missing' };
  switch (isMap(fault) ? fault.code : undefined) {
    case jwtStatus.missed:
      return { kind: 'missing' };
    case jwtStatus.badFormat:
      return { kind: 'shapeless' };
    case jwtStatus.audienceNotAllowed:
      return { kind: 'otherAudience' };
    case jwtStatus.fetchFailed:
      return { kind: 'unverified' };
    default:
      return { kind: 'invalid' };
  }
}

/** What a demand comes to: who has verified the token, the error of whoever has to show another one, or neither. */
export type Outcome =
  | { readonly kind: 'met'; readonly by: DemandedIssuer; readonly claims: JsonMap }
  | { readonly kind: 'unmet'; readonly code: ErrorCode }
  | { readonly kind: 'waived' };

export function outcomeOf(noted: JsonMap | undefined, { issuers, isOptional }: TokenDemand): Outcome {
  const judgements: Judgement[] = [];
  for (const issuer of issuers) {
    const judgement = judge(noted, issuer);
    if (judgement.kind === 'verified') return { kind: 'met', by: issuer, claims: judgement.claims };
    judgements.push(judgement);
  }
  const fault = faultOf(judgements);
  if (!isOptional) return { kind: 'unmet', code: fault ?? 'missing_token' };
  if (fault === undefined) return { kind: 'waived' };
  return { kind: 'unmet', code: fault === 'missing_token' ? 'invalid_token' : fault };
}

/** What stands in one of the places has at least the shape of a token. */
export function isToken(judgement: Judgement | undefined): boolean {
  return judgement !== undefined && judgement.kind !== 'missing' && judgement.kind !== 'shapeless';
}

/** What says most to the caller, first. */
const byWeight = ['unverified', 'otherAudience', 'invalid', 'shapeless'] as const;

const codes: Readonly<Record<(typeof byWeight)[number], ErrorCode>> = {
  unverified: 'token_not_verified',
  otherAudience: 'token_not_allowed',
  invalid: 'invalid_token',
  shapeless: 'missing_token',
};

/** The error of a request of which no issuer has verified a token; undefined: it has none. */
export function faultOf(judgements: readonly Judgement[]): ErrorCode | undefined {
  const worst = byWeight.find((kind) => judgements.some((one) => one.kind === kind));
  return worst && codes[worst];
}

function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
