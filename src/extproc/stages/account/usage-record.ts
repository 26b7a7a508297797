import type { UsageAttempt, UsageEnding, UsageRecord } from '../../../llm/usage/record.ts';
import { costOf, tokensOf } from '../../../llm/usage/record-parts.ts';
import { pricingOf } from '../../../program/program.ts';
import type { Ending, Exchange } from '../../exchange.ts';
import type { Meter } from './meter.ts';

/** What a request used and what it cost. `meter`: undefined: it was refused before anything could be measured. */
export function usageRecord(
  exchange: Exchange,
  meter: Meter | undefined,
  how: Ending,
  nowMs: number,
  monotonicMs: number,
): UsageRecord {
  const { key, api, model, rejection, startedAt, exceeded } = exchange;
  const durationMs = rounded(monotonicMs - startedAt);
  const answered = exchange.attempts > 0 ? exchange.targets[exchange.attempts - 1] : undefined;
  const wasAsked = meter?.wasAsked() === true;
  const version = answered && pricingOf(exchange.program, model?.name ?? '', answered.target)?.version;
  const limit = rejection?.params.limit;
  return {
    kind: 'usage',
    version: 1,
    id: exchange.requestId,
    time: new Date(nowMs - durationMs).toISOString(),
    ...(key !== undefined && named('key', key.name)),
    ...(key !== undefined && named('user', key.user)),
    ...(key !== undefined && named('team', key.team)),
    ...(key !== undefined && named('project', key.project)),
    api: api?.name ?? 'unknown',
    ...(model !== undefined && { model: model.name }),
    ...(answered !== undefined && {
      provider: answered.provider.name,
      providerModel: answered.target.model === '' ? exchange.modelAsWritten : answered.target.model,
    }),
    isStream: exchange.isStream,
    status: exchange.status,
    ending: endingOf(exchange, meter, how),
    ...(meter?.finishReason !== undefined && { finishReason: meter.finishReason }),
    ...(meter !== undefined && wasAsked && { tokens: tokensOf(meter.usage()), cost: costOf(meter.cost(), version) }),
    attempts: attemptsOf(exchange),
    durationMs,
    ...(meter !== undefined && meter.firstByteAt > 0 && { firstByteMs: rounded(meter.firstByteAt - startedAt) }),
    ...(meter !== undefined && meter.firstTokenAt > 0 && { firstTokenMs: rounded(meter.firstTokenAt - startedAt) }),
    ...(limit !== undefined && { refusedBy: [limit] }),
    ...(exceeded !== undefined && { exceeded }),
  };
}

function named<Name extends string>(name: Name, value: string): { readonly [N in Name]?: string } {
  return (value === '' ? {} : { [name]: value }) as { readonly [N in Name]?: string };
}

function endingOf(exchange: Exchange, meter: Meter | undefined, how: Ending): UsageEnding {
  const { rejection, attempts, status } = exchange;
  if (how === 'timedOut') return 'timed out';
  if (how === 'reset') return 'caller aborted';
  if (how === 'rejected') {
    if (rejection?.code === 'provider_timeout') return 'timed out';
    if (rejection?.code === 'budget_exceeded' && attempts > 0) return 'budget ended';
    if (rejection?.code.startsWith('guardrail') && attempts > 0) return 'blocked';
    return attempts > 0 ? 'provider failed' : 'rejected';
  }
  if (status >= 400) return 'provider failed';
  return meter?.isEvents === true && !meter.isComplete ? 'provider cut' : 'done';
}

/** Of a caller that did not wait for an answer as well, as far as a later attempt has told of the ones before it. */
function attemptsOf(exchange: Exchange): readonly UsageAttempt[] {
  const { targets, attempts, outcome, trail } = exchange;
  const made = attempts > 0 ? attempts : (trail?.latest ?? 0);
  return targets.slice(0, made).map(({ target, provider }, index) => ({
    provider: provider.name,
    providerModel: target.model === '' ? exchange.modelAsWritten : target.model,
    ...(index < made - 1 ? trail?.outcomeOf(index + 1) : outcome),
  }));
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
