import { randomBytes } from 'node:crypto';
import { createGuards, type Guards } from '../../../src/extproc/stages/guard/guards.ts';
import { roleOf } from '../../../src/extproc/stages/guard/role.ts';
import { type RuleFinding, stronger, type Verdict } from '../../../src/guard/decision.ts';
import { type SignatureHit, scoreInjection } from '../../../src/guard/injection/score.ts';
import { Vault } from '../../../src/guard/redaction/vault.ts';
import { isLocal, type Phase, type TextRole } from '../../../src/guard/rule.ts';
import { err, ok, type Result } from '../../../src/lib/result.ts';
import { parseBody } from '../../../src/llm/json/parse.ts';
import { requestTexts } from '../../../src/llm/text/request.ts';
import { responseTexts } from '../../../src/llm/text/response.ts';
import { rewriteTexts } from '../../../src/llm/text/rewrite.ts';
import type { Guardrail } from '../../../src/program/guardrail.ts';
import type { Program } from '../../../src/program/program.ts';

export interface TrialOptions {
  readonly guardrails: readonly Guardrail[];
  readonly phase: Phase;
  /** Whose words a plain text is. */
  readonly role: TextRole;
  /** The text is a body of this API; undefined: a plain text. */
  readonly api: string | undefined;
}

export interface TrialFinding {
  readonly finding: RuleFinding;
  /** The text that it is in, and where that stands in the body. */
  readonly text: string;
  readonly path: string;
}

export interface Trial {
  readonly verdict: Verdict;
  readonly blockedBy: { readonly guardrail: string; readonly rule: string } | undefined;
  readonly findings: readonly TrialFinding[];
  /** What would go on; undefined: nothing. */
  readonly text: string | undefined;
  /** Rules that ask a service, which has not been asked. */
  readonly notAsked: readonly string[];
  readonly injection: { readonly score: number; readonly signatures: readonly SignatureHit[] } | undefined;
}

interface Piece {
  readonly text: string;
  readonly role: TextRole;
  readonly field: string | undefined;
  readonly path: string;
}

/** Judges a text as a processor would, by the same code. */
export function tryGuards(program: Program, input: string, options: TrialOptions): Result<Trial> {
  const guards = createGuards()(options.guardrails);
  const body = Buffer.from(input);
  const leaves = options.api === undefined ? undefined : leavesOf(body, options.api, options.phase);
  if (leaves !== undefined && !leaves.ok) return leaves;
  const pieces: readonly Piece[] = leaves?.value.map(({ text, role, field, path }) => ({
    text,
    role: roleOf(role),
    field,
    path: path.join('.'),
  })) ?? [{ text: input, role: options.role, field: undefined, path: '' }];
  const guard = guards[options.phase];
  const vault = new Vault(secretOf(program), 'trial');
  const findings: TrialFinding[] = [];
  let verdict: Verdict = 'allow';
  let blockedBy: Trial['blockedBy'];
  const judged = pieces.map((piece) => {
    const judgement = guard.scan(piece.text, piece.role, vault, piece.field);
    verdict = stronger(verdict, judgement.verdict);
    const { blockedBy: rule } = judgement;
    if (rule !== undefined) blockedBy ??= { guardrail: rule.guardrail, rule: rule.name };
    for (const finding of judgement.findings) findings.push({ finding, text: piece.text, path: piece.path });
    return judgement.redactedText;
  });
  const passed =
    leaves === undefined
      ? judged[0]
      : rewriteTexts(
          body,
          leaves.value.flatMap((leaf, index) => {
            const text = judged[index] ?? '';
            return text === leaf.text ? [] : [{ leaf, text }];
          }),
        ).toString();
  return ok({
    verdict,
    blockedBy,
    findings,
    text: blockedBy === undefined ? passed : undefined,
    notAsked: guard.rules
      .filter(({ detector }) => !isLocal(detector))
      .map(({ guardrail, name }) => `${guardrail}/${name}`),
    injection: injectionOf(guards, options.phase, pieces),
  });
}

function leavesOf(body: Buffer, api: string, phase: Phase) {
  const parsed = parseBody(body);
  if (!parsed.ok) return err(`The body cannot be read: ${parsed.error}.`);
  return ok((phase === 'request' ? requestTexts : responseTexts)(api, parsed.value.value));
}

/** Of the piece that scores highest, where some rule looks for injections. */
function injectionOf(guards: Guards, phase: Phase, pieces: readonly Piece[]): Trial['injection'] {
  if (!guards[phase].rules.some(({ detector }) => detector.kind === 'injection')) return undefined;
  const scores = pieces.map(({ text }) => scoreInjection(text));
  return scores.reduce((highest, score) => (score.score > highest.score ? score : highest));
}

/** Without the tenant's own secret tokens look the same, and are others. */
function secretOf({ settings, secrets }: Program): Uint8Array {
  const secret = secrets.get(settings.redactionSecret);
  return secret === undefined ? randomBytes(32) : Buffer.from(secret);
}
