import type { Verdict as GuardVerdict } from '../../../guard/decision.ts';
import { RuleTimes } from '../../../guard/rule-times.ts';
import { parseBody } from '../../../llm/json/parse.ts';
import type { TextLeaf } from '../../../llm/text/leaf.ts';
import { requestTexts } from '../../../llm/text/request.ts';
import { rewriteTexts } from '../../../llm/text/rewrite.ts';
import type { Guardrail } from '../../../program/guardrail.ts';
import type { Program } from '../../../program/program.ts';
import type { Exchange } from '../../exchange.ts';
import { factsOf } from '../../facts.ts';
import type { Stage } from '../../stage.ts';
import { type Verdict, verdict } from '../../verdict.ts';
import { type AskRemote, observeRemotes } from './ask-remotes.ts';
import { type DecisionRecord, decisionRecord } from './decision-record.ts';
import { Guarded } from './guarded.ts';
import { GuardedResponse } from './guarded-response.ts';
import { createGuards, type Guards } from './guards.ts';
import { judgeTexts } from './judge-texts.ts';
import { createPreparation } from './prepare.ts';
import { roleOf } from './role.ts';
import { vaultFor } from './vault.ts';

export interface GuardOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Judges of remote rules, with the secrets of this program. */
  readonly remotes: (program: Program) => AskRemote;
  readonly record: (record: DecisionRecord, program: Program) => void;
  readonly onDecision?: (guardrail: string, verdict: GuardVerdict) => void;
}

/** Judges what is asked before a provider sees it, and says how the answer is to be read. */
export function guard({ now, remotes, record, onDecision }: GuardOptions): Stage {
  const guardsFor = createGuards();
  const prepare = createPreparation(guardsFor);
  const open = new WeakMap<Exchange, Guarded>();
  const matching: Guardrail[] = [];

  return {
    name: 'guard',
    prepare({ guardrails }) {
      prepare(guardrails.all);
    },
    request(exchange) {
      const { program } = exchange;
      if (program.guardrails.all.length === 0) return verdict.proceed;
      program.guardrails.collect(factsOf(exchange), matching);
      if (matching.length === 0) return verdict.proceed;
      const guards = guardsFor(matching);
      const body = readable(exchange);
      if (body === undefined) {
        if (!guards.isEnforcing) return verdict.proceed;
        const unread = guardedOf(exchange, guards, '');
        open.set(exchange, unread);
        return refuseUnread(exchange, unread);
      }
      const leaves = requestTexts(exchange.api?.name ?? '', body);
      const firstText = leaves.find(({ role }) => role === 'user')?.text ?? '';
      const guarded = guardedOf(exchange, guards, firstText);
      open.set(exchange, guarded);
      const ticket = exchange.suspend();
      const ask = remotes(program);
      judgeTexts(guarded, guards.request, leaves.map(toJudge), ask, (texts) => {
        if (texts === undefined) {
          exchange.rejection = guarded.rejection;
          exchange.resume(ticket, verdict.answered);
          return;
        }
        changeBody(exchange, leaves, texts);
        if (guards.response.rules.length > 0 || guarded.vault.size > 0) {
          exchange.responseTexts = new GuardedResponse(guarded, ask);
        }
        exchange.resume(ticket, verdict.proceed);
      });
      return verdict.pending;
    },
    end(exchange, how) {
      const guarded = open.get(exchange);
      if (guarded === undefined) return;
      open.delete(exchange);
      for (const cancel of guarded.calls) cancel();
      observeRemotes({ guarded, guard: guarded.guards.response, texts: guarded.heard, ask: remotes(exchange.program) });
      const endedAt = now();
      guarded.whenObserved(() => {
        const decided = decisionRecord(exchange, guarded, how, endedAt);
        for (const { name } of guarded.guards.guardrails) onDecision?.(name, decided.verdict);
        record(decided, exchange.program);
      });
    },
  };
}

function guardedOf(exchange: Exchange, guards: Guards, firstText: string): Guarded {
  const { file, redisStream } = exchange.program.settings.decisionRecords;
  const times = file === '' && redisStream === '' ? undefined : new RuleTimes();
  return new Guarded(guards, vaultFor(exchange, guards, firstText), (work) => exchange.contain(work), times);
}

function toJudge({ text, role, field }: TextLeaf) {
  return { text, role: roleOf(role), field };
}

/** The body as JSON. That of a request that is passed through has not been read yet; undefined: it is something else. */
function readable(exchange: Exchange): object | undefined {
  if (exchange.json !== undefined) return exchange.json;
  if (exchange.body.length === 0) return {};
  const parsed = parseBody(exchange.body);
  return parsed.ok ? parsed.value.value : undefined;
}

/** Rules that may refuse or change something cannot, and so nothing passes. */
function refuseUnread(exchange: Exchange, { guards, draft }: Guarded): Verdict {
  const rule = [...guards.request.rules, ...guards.response.rules].find(({ action }) => action !== 'observe');
  if (rule !== undefined) draft.block(rule);
  return exchange.reject('guardrail_violation', {
    ...(rule !== undefined && { guardrail: rule.guardrail, rule: rule.name }),
    message: 'The rules of this gateway cannot check this kind of request, so it is not let through.',
  });
}

function changeBody(exchange: Exchange, leaves: readonly TextLeaf[], texts: readonly string[]): void {
  const replacements = leaves.flatMap((leaf, index) => {
    const text = texts[index] ?? '';
    return text === leaf.text ? [] : [{ leaf, text }];
  });
  if (replacements.length === 0) return;
  exchange.body = rewriteTexts(exchange.body, replacements);
  exchange.isBodyChanged = true;
  if (exchange.json === undefined) return;
  const parsed = parseBody(exchange.body);
  if (!parsed.ok) throw new Error('a body cannot be read after its texts were replaced');
  exchange.json = parsed.value.value;
  exchange.members = parsed.value.members;
}
