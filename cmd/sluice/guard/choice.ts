import { err, ok, type Result } from '../../../src/lib/result.ts';
import type { Guardrail } from '../../../src/program/guardrail.ts';
import type { Program } from '../../../src/program/program.ts';
import type { Io } from '../cli/io.ts';
import { compileProgram } from '../explain/explanation.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { problemReport } from '../policy/problem-report.ts';
import { applicableTo, unknown } from './applicable.ts';

/** A guardrail with a mistake in it would find nothing, and that would look like a text that is clean. */
export async function readProgram(folder: string, withSecrets: boolean, io: Io): Promise<Result<Program>> {
  const { built, problems } = await loadPolicy(folder, io, { skipSecrets: true });
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0) {
    io.err(`${problemReport(errors, io)}\n`);
    return err('The policy is not valid, so nothing was tried.');
  }
  // What a missing secret means is what the trial shows.
  const complete = withSecrets ? (await loadPolicy(folder, io, { skipSecrets: false })).built : built;
  const [gateway] = complete.gateways;
  const program = gateway && compileProgram(gateway);
  return program === undefined ? err('The folder makes no gateway. Check it with `sluice validate`.') : ok(program);
}

export interface Choice {
  readonly guardrail: string | undefined;
  readonly key: string | undefined;
  readonly model: string | undefined;
  readonly api: string | undefined;
}

/** Those that the command line names, and that such a request would meet. */
export function chosen(program: Program, { guardrail, key, model, api }: Choice, io: Io): Result<readonly Guardrail[]> {
  const { all } = program.guardrails;
  const isChosen = ({ name }: Guardrail): boolean => guardrail === undefined || name === guardrail;
  const named = all.filter(isChosen);
  if (named.length === 0) {
    return err(
      unknown(
        'Guardrail',
        guardrail ?? '',
        all.map(({ name }) => name),
      ),
    );
  }
  if (key === undefined || model === undefined) return ok(named);
  const applicable = applicableTo(program, { key, model, api });
  if (!applicable.ok) return applicable;
  for (const { name, scope } of applicable.value.dependent.filter(isChosen)) {
    io.err(`Left out: ${name}, which is for certain values of ${scope.headers.join(' and ')} only.\n`);
  }
  const guardrails = applicable.value.guardrails.filter(isChosen);
  return guardrails.length > 0
    ? ok(guardrails)
    : err(`No ${guardrail === undefined ? 'Guardrail' : `rule of ${guardrail}`} applies to ${key} and ${model}.`);
}
