import type { Tracing } from '../../lib/trace.ts';
import type { Registry } from '../registry.ts';
import type { Stage } from '../stage.ts';
import { type AccountOptions, account } from './account/index.ts';
import { attempt } from './attempt/index.ts';
import { authenticate } from './authenticate/index.ts';
import { elsewhere } from './elsewhere/index.ts';
import { type GuardOptions, guard } from './guard/index.ts';
import { identify } from './identify/index.ts';
import { type LimitOptions, limit } from './limit/index.ts';
import { models } from './models/index.ts';
import { parse } from './parse/index.ts';
import { passthrough } from './passthrough/index.ts';
import { CoolDowns } from './plan/cool-downs.ts';
import { plan } from './plan/index.ts';
import { read } from './read/index.ts';
import { recordCaller, recordPlan } from './record/index.ts';
import { resolve } from './resolve/index.ts';
import { respond } from './respond/index.ts';
import { demandListenerToken, demandToken, noteTokens } from './token/index.ts';
import { trace, traceAttempts } from './trace/index.ts';
import { watch } from './watch/index.ts';

export interface StageOptions {
  readonly registry: Registry;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** 0 (included) to 1 (excluded). */
  readonly random: () => number;
  readonly coolDowns?: CoolDowns;
  readonly tracing?: Tracing;
  /** Services that guardrails ask, and where their decisions go. Default: none, and nowhere. */
  readonly guard?: Omit<GuardOptions, 'now'>;
  /** Where usage is written down. Default: nowhere. */
  readonly account?: Omit<AccountOptions, 'now'>;
  /** Where limits and budgets are counted. Default: nothing is limited. */
  readonly limit?: Omit<LimitOptions, 'now'>;
}

interface Row {
  readonly stage: Stage;
  readonly reason: string;
}

const unwatched: Omit<GuardOptions, 'now'> = { remotes: () => () => undefined, record() {} };

/** The stages, in the order in which they see a request and its response. */
function stageOrder(options: StageOptions): readonly Row[] {
  const { registry, now, random } = options;
  const coolDowns = options.coolDowns ?? new CoolDowns();
  const { tracing } = options;
  return [
    ...(tracing
      ? [
          {
            stage: trace(tracing),
            reason: 'First: a request that is refused has a span, too. One comparison while nobody records spans.',
          },
        ]
      : []),
    {
      stage: noteTokens,
      reason: 'Decides nothing. Before the key is read: a token stands where one may stand, and is none.',
    },
    {
      stage: elsewhere,
      reason: 'First of those that refuse: what is no path of an API needs no key, and nobody learns anything of one.',
    },
    {
      stage: authenticate({ now }),
      reason: 'Before everything that an API does: whoever has no key learns nothing, not even which paths are open.',
    },
    {
      stage: identify,
      reason:
        'Everything behind it depends on which API is spoken; wrong types are refused before a body is collected.',
    },
    {
      stage: demandListenerToken,
      reason: 'As soon as it is known that no model is asked for. Before everything that answers without one.',
    },
    {
      stage: passthrough,
      reason: 'Decides about the paths that identify does not know, and needs the key.',
    },
    {
      stage: recordCaller,
      reason: 'As soon as key and API are known, so that whatever is refused behind it has a name in the log.',
    },
    {
      stage: models,
      reason: 'Answers without a body, so nothing behind it needs to run.',
    },
    {
      stage: parse,
      reason: 'Every decision behind it is made on the parsed body.',
    },
    {
      stage: resolve,
      reason: 'The logical model decides about permission and chain.',
    },
    {
      stage: plan({ random, now, coolDowns }),
      reason: 'Needs key and model. What stands behind it needs to know which providers may get the request.',
    },
    {
      stage: demandToken,
      reason:
        'As soon as the route is known, whose policy says which tokens open it. Before everything that reads the headers which claims become.',
    },
    {
      stage: guard({ now, ...(options.guard ?? unwatched) }),
      reason:
        'Before anything is counted or leaves. May change the body, which everything behind it sends or measures.',
    },
    {
      stage: account({ now, ...(options.account ?? { record() {} }) }),
      reason: 'Measures what will leave. What limits reserve is what it estimates.',
    },
    ...(options.limit === undefined
      ? []
      : [
          {
            stage: limit({ now, ...options.limit }),
            reason: 'Last of those that may refuse, so that nothing is reserved for what another one stops.',
          },
        ]),
    {
      stage: recordPlan,
      reason: 'Writes down the chain, for which it must be there; the body it describes is let go behind it.',
    },
    {
      stage: attempt(registry),
      reason: 'Last of the request: it writes down what the others have decided, and lets the parsed body go.',
    },
    ...(tracing
      ? [{ stage: traceAttempts, reason: 'Behind all that may refuse: what never leaves is no attempt at a provider.' }]
      : []),
    {
      stage: watch,
      reason: 'Judges the response of an attempt, before the router and so before everything behind it sees one.',
    },
    {
      stage: respond(reportTo),
      reason: 'First of the response that the caller gets: who answered is what everything else wants to know.',
    },
    {
      stage: read,
      reason: 'Reads the body for those who have said that they want to know or to change it, who stand before it.',
    },
  ];

  function reportTo(
    target: Parameters<CoolDowns['report']>[0],
    isFailure: boolean,
    coolDown: Parameters<CoolDowns['report']>[2],
  ) {
    coolDowns.report(target, isFailure, coolDown, now());
  }
}

export function orderedStages(options: StageOptions): readonly Stage[] {
  return stageOrder(options).map(({ stage }) => stage);
}
