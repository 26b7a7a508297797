import { randomBytes } from 'node:crypto';
import type { AskRemote } from '../../../src/extproc/stages/guard/ask-remotes.ts';
import { createGuards, type Guards } from '../../../src/extproc/stages/guard/guards.ts';
import { type RuleFinding, stronger, type Verdict } from '../../../src/guard/decision.ts';
import { Vault } from '../../../src/guard/redaction/vault.ts';
import type { RemoteText } from '../../../src/guard/remote-judge.ts';
import { type GuardRule, isLocal, type Phase, type TextRole } from '../../../src/guard/rule.ts';
import { ok, type Result } from '../../../src/lib/result.ts';
import type { Guardrail } from '../../../src/program/guardrail.ts';
import type { Program } from '../../../src/program/program.ts';
import { type InjectionTrial, injectionScores } from './injection-scores.ts';
import { bodyTexts, type Piece, plainText } from './piece.ts';
import { answered, askServices, notAsked, type ServiceAnswers, type ServiceTrial } from './services.ts';

export interface TrialOptions {
  readonly guardrails: readonly Guardrail[];
  readonly phase: Phase;
  /** Whose words a plain text is. */
  readonly role: TextRole;
  /** The text is a body of this API; undefined: a plain text. */
  readonly api: string | undefined;
  /** Undefined: services are not asked. */
  readonly ask: AskRemote | undefined;
}

export interface TrialFinding {
  readonly finding: RuleFinding;
  /** The text that it is in, and where that stands in the body. */
  readonly text: string;
  readonly path: string;
}

export interface Blocked {
  readonly guardrail: string;
  readonly rule: string;
  /** Not for what was found, but because a service did not answer. */
  readonly isUnjudged: boolean;
  /** What the caller is told, where the rule says so. */
  readonly message: string | undefined;
}

export interface Trial {
  readonly verdict: Verdict;
  readonly blockedBy: Blocked | undefined;
  readonly findings: readonly TrialFinding[];
  /** What would go on; undefined: nothing. */
  readonly text: string | undefined;
  readonly services: readonly ServiceTrial[];
  readonly injection: readonly InjectionTrial[];
}

/** Judges a text as a processor would, by the same code. */
export async function tryGuards(program: Program, input: string, options: TrialOptions): Promise<Result<Trial>> {
  const { api, phase, role } = options;
  const read = api === undefined ? ok(plainText(input, role)) : bodyTexts(input, api, phase);
  if (!read.ok) return read;
  const { pieces, composed } = read.value;
  const guards = createGuards()(options.guardrails);
  const vault = new Vault(secretOf(program), 'trial');
  const local = judgeLocally(guards, phase, vault, pieces);
  // Who has been refused already is not asked about.
  const ask = local.blockedBy === undefined ? options.ask : undefined;
  const remote = ask && (await askServices(guards, phase, vault, local.texts, ask));
  const rule = local.blockedBy ?? remote?.blockedBy;
  return ok({
    verdict: stronger(local.verdict, remote?.verdict ?? 'allow'),
    blockedBy: rule && {
      guardrail: rule.guardrail,
      rule: rule.name,
      isUnjudged: remote?.isUnjudged ?? false,
      message: rule.message,
    },
    findings: [...local.findings, ...findingsOf(remote, local.texts, pieces)],
    text: rule === undefined ? composed(remote?.texts ?? local.texts.map(({ text }) => text)) : undefined,
    services: servicesOf(guards[phase].rules, remote, whyNotAsked(options, local.blockedBy)),
    injection: injectionScores(guards[phase].rules, pieces),
  });
}

interface LocalTrial {
  readonly verdict: Verdict;
  readonly blockedBy: GuardRule | undefined;
  readonly findings: readonly TrialFinding[];
  readonly texts: readonly RemoteText[];
}

function judgeLocally(guards: Guards, phase: Phase, vault: Vault, pieces: readonly Piece[]): LocalTrial {
  const findings: TrialFinding[] = [];
  let verdict: Verdict = 'allow';
  let blockedBy: GuardRule | undefined;
  const texts = pieces.map(({ text, role, field, path }) => {
    const judgement = guards[phase].scan(text, role, vault, field);
    verdict = stronger(verdict, judgement.verdict);
    blockedBy ??= judgement.blockedBy;
    for (const finding of judgement.findings) findings.push({ finding, text, path });
    return { text: judgement.redactedText, role };
  });
  return { verdict, blockedBy, findings, texts };
}

/** Places in the texts as the services got them. What they say about whole texts is told with the service. */
function findingsOf(
  remote: ServiceAnswers | undefined,
  texts: readonly RemoteText[],
  pieces: readonly Piece[],
): readonly TrialFinding[] {
  return (remote?.answers ?? []).flatMap(({ rule, verdict }) => {
    if (verdict.kind !== 'found') return [];
    return verdict.spans.map(({ text, start, end, entity, score }) => ({
      finding: { rule, start, end, entity, score, validator: undefined },
      text: texts[text]?.text ?? '',
      path: pieces[text]?.path ?? '',
    }));
  });
}

function servicesOf(
  rules: readonly GuardRule[],
  remote: ServiceAnswers | undefined,
  why: string,
): readonly ServiceTrial[] {
  return rules
    .filter(({ detector }) => !isLocal(detector))
    .map((rule) => {
      const answer = remote?.answers.find((each) => each.rule === rule);
      return answer === undefined ? notAsked(rule, why) : answered(answer);
    });
}

function whyNotAsked({ ask }: TrialOptions, blockedBy: GuardRule | undefined): string {
  if (ask === undefined) return '--remote asks it';
  return blockedBy === undefined ? 'there is no text that it looks at' : 'another rule blocks already';
}

/** Without the tenant's own secret tokens look the same, and are others. */
function secretOf({ settings, secrets }: Program): Uint8Array {
  const secret = secrets.get(settings.redactionSecret);
  return secret === undefined || secret === '' ? randomBytes(32) : Buffer.from(secret);
}
