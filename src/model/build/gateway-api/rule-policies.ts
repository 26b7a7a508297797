import type { HttpRule } from '../../../policy/gateway-api/http-route.ts';
import type { Decision, Said } from '../../decision.ts';
import type { FilterChoice } from '../../own-filter.ts';
import type { ServiceCors, ServiceRetry } from '../../service.ts';
import type { OwnTraffic } from '../ai-gateway/rule-policy.ts';
import type { AttachedTo, RouteLike } from './attach.ts';

/** What attached policies say of one rule on one Gateway. What the rule says itself goes before it. */
export interface RulePolicies {
  readonly filters?: FilterChoice;
  readonly cors?: ServiceCors;
  readonly retry?: ServiceRetry;
  /** 0: no bound. */
  readonly timeoutMs?: number;
  readonly attemptTimeoutMs?: number;
  readonly silenceMs?: number;
  /** Ids of their documents. */
  readonly origins: readonly string[];
  /** Who decides, with what the rule says itself. */
  decisions(own: OwnTraffic & { readonly cors: readonly Said[] }): readonly Decision[];
}

export interface RulePoliciesOf {
  /** The parts of a place whose listeners have policies of their own. */
  apart(to: AttachedTo): readonly AttachedTo[];
  of(route: RouteLike, rule: HttpRule, to: AttachedTo): RulePolicies;
}
