import { err, ok, type Result } from '../../../src/lib/result.ts';
import { defineCommand } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-code.ts';
import { outputFlag } from '../cli/flags.ts';
import type { Io } from '../cli/io.ts';
import { type Paint, paintFor } from '../cli/paint.ts';
import { alignRows } from '../cli/table.ts';
import type { AskControlPlane } from '../control-plane/ask.ts';
import { clusterFlags, controlPlaneInCluster } from '../control-plane/in-cluster.ts';
import {
  apiNames,
  apisOf,
  compileProgram,
  type ExplainedTarget,
  type ExplainQuestion,
  type Explanation,
  explain,
} from '../explain/explanation.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { problemReport } from '../policy/problem-report.ts';

export const command = defineCommand({
  description: [
    'Shows what a request with a key for a model would meet: which chain, why each target is in or out, and which guardrails, limits, budgets and prices apply.',
    'It is decided by the code that decides about requests. What only a running gateway knows is left out: cool-downs, and the draw between equals.',
  ],
  flags: {
    key: { kind: 'text', placeholder: 'NAME', help: 'Name of the ApiKey document, not the secret.' },
    model: { kind: 'text', placeholder: 'NAME', help: 'The model as the caller writes it.' },
    host: { kind: 'text', placeholder: 'NAME', help: 'The host that is called, where routes are for single hosts.' },
    header: { kind: 'list', placeholder: 'NAME=VALUE', help: 'Headers of the request, where routes look at them.' },
    policy: { kind: 'text', placeholder: 'DIR', help: 'The policy folder.', default: '.' },
    ...clusterFlags,
    gateway: { kind: 'text', placeholder: 'NAME', help: 'Which gateway, where a cluster has several.' },
    'skip-secrets': { kind: 'switch', help: 'Do not look up secrets, for machines that do not have them.' },
    output: outputFlag,
  },
  examples: [
    {
      says: 'Ask about the quickstart.',
      line: 'sluice explain --policy examples/quickstart --key demo --model small',
    },
    {
      says: 'Ask the control plane of a cluster.',
      line: 'sluice explain --kubernetes --key team-a/ci --model small --gateway sluice-dataplane/egress',
    },
  ],
  async run({ flags, io }) {
    if (flags.key === undefined) return { misuse: 'The key is missing: --key NAME.' };
    if (flags.model === undefined) return { misuse: 'The model is missing: --model NAME.' };
    const headers = headersOf(flags.header, flags.host);
    if (!headers.ok) return { misuse: headers.error };
    const question = { key: flags.key, model: flags.model, gateway: flags.gateway, headers: headers.value };
    const explanation = flags.kubernetes
      ? await askCluster(controlPlaneInCluster(flags), question)
      : await askFolder(flags.policy, flags['skip-secrets'], question, io);
    if (!explanation.ok) {
      io.err(`sluice explain: ${explanation.error}\n`);
      return exitCodes.failure;
    }
    io.out(flags.output === 'json' ? `${JSON.stringify(explanation.value, null, 2)}\n` : render(explanation.value, io));
    return explanation.value.outcome === 'served' ? exitCodes.ok : exitCodes.failure;
  },
});

interface Question extends Required<ExplainQuestion> {
  readonly gateway: string | undefined;
}

function headersOf(written: readonly string[], host: string | undefined): Result<Readonly<Record<string, string>>> {
  const headers: Record<string, string> = host === undefined ? {} : { ':authority': host };
  for (const one of written) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(one) ?? [];
    if (name === undefined || value === undefined) return err(`--header ${one} is not of the form NAME=VALUE.`);
    headers[name.toLowerCase()] = value;
  }
  return ok(headers);
}

async function askFolder(
  folder: string,
  skipSecrets: boolean,
  { gateway: asked, ...question }: Question,
  io: Io,
): Promise<Result<Explanation>> {
  const { built, problems } = await loadPolicy(folder, io, { skipSecrets });
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0) io.err(`${problemReport(errors, io)}\n`);
  const gateway = built.gateways.find(({ name }) => asked === undefined || name === asked);
  const program = gateway && compileProgram(gateway);
  if (program !== undefined) return ok(explain(program, question, Date.now(), gateway));
  const made = built.gateways.map(({ name }) => name).join(', ') || 'none';
  return err(`The folder makes no such gateway; it makes ${made}. Check it with "sluice validate".`);
}

async function askCluster(
  ask: AskControlPlane,
  { key, model, gateway, headers }: Question,
): Promise<Result<Explanation>> {
  const query = new URLSearchParams({ key, model, ...(gateway === undefined ? {} : { gateway }) });
  if (Object.keys(headers).length > 0) query.set('headers', JSON.stringify(headers));
  const answer = await ask(`/explain?${query}`);
  if (!answer.ok) return answer;
  // It is the same code that answers in the control plane.
  const explanation = answer.value as Explanation | { readonly error: string };
  return 'error' in explanation ? err(explanation.error) : ok(explanation);
}

function render(explanation: Explanation, io: Parameters<typeof paintFor>[0]): string {
  const paint = paintFor(io);
  const isServed = explanation.outcome === 'served';
  const outcome = isServed ? paint('green', 'served') : `${paint('red', 'refused')}, ${explanation.reason}`;
  const head = `${paint('bold', `Key ${explanation.key}, model ${explanation.model}`)}: ${outcome}`;
  const steps = explanation.steps.map((step) => `  · ${step}\n`).join('');
  const sections = Object.entries({ filters: explanation.filters, ...explanation.policy })
    .filter(([, lines]) => lines.length > 0)
    .map(([name, lines]) => `${paint('bold', name)}\n${lines.map((line: string) => `  · ${line}\n`).join('')}`);
  const how = isServed ? `  · ${explanation.reason}\n` : '';
  return `${head}\n${steps}${how}${chains(explanation.targets, paint)}${sections.join('')}`;
}

/** One table; where callers of several APIs are served, one for each of them. */
function chains(targets: readonly ExplainedTarget[], paint: Paint): string {
  const lines = alignRows(
    targets.map((target) => [
      `  ${target.isIn ? paint('green', '✓') : paint('red', '✗')}`,
      `${target.provider}/${target.model}`,
      `priority ${target.priority}`,
      target.isIn ? `${Math.round(target.share * 100)} %` : 'out',
      target.reason,
    ]),
  ).map((line) => `${line}\n`);
  if (apisOf(targets).length < 2) return lines.join('');
  const byApi = Map.groupBy(lines.keys(), (index) => targets[index]?.api);
  return [...byApi]
    .map(([api, indexes]) => {
      const name = api === undefined ? 'no API' : apiNames[api];
      return `${paint('bold', name)}\n${indexes.map((index) => lines[index]).join('')}`;
    })
    .join('');
}
