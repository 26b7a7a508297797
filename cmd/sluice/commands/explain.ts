import { err, ok, type Result } from '../../../src/lib/result.ts';
import type { GatewayModel } from '../../../src/model/gateway.ts';
import { listenerHeader } from '../../../src/program/program.ts';
import { defineCommand } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-code.ts';
import { outputFlag } from '../cli/flags.ts';
import type { Io } from '../cli/io.ts';
import { type Paint, paintFor } from '../cli/paint.ts';
import { alignRows } from '../cli/table.ts';
import type { AskControlPlane } from '../control-plane/ask.ts';
import { clusterFlags, controlPlaneInCluster } from '../control-plane/in-cluster.ts';
import { decisionText } from '../explain/decisions.ts';
import {
  apiNames,
  apisOf,
  compileProgram,
  type ExplainedTarget,
  type ExplainQuestion,
  type Explanation,
  explain,
} from '../explain/explanation.ts';
import { type ExplainedHttpRoute, explainHttpRouteOn } from '../explain/http-route.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { problemReport } from '../policy/problem-report.ts';

export const command = defineCommand({
  description: [
    'Shows what a request with a key for a model would meet: which chain, why each target is in or out, who decided what several documents can say, and which guardrails, limits, budgets and prices apply. Of one that is refused: with which status and why, and who decided what holds for it up to there.',
    'It is decided by the code that decides about requests. What only a running gateway knows is left out: cool-downs, and the draw between equals.',
  ],
  flags: {
    key: {
      kind: 'text',
      placeholder: 'NAME',
      help: 'Name of the ApiKey document, not the secret. A request without a key if absent.',
    },
    model: {
      kind: 'text',
      placeholder: 'NAME',
      help: 'The model as the caller writes it. A request that names none if absent.',
    },
    host: { kind: 'text', placeholder: 'NAME', help: 'The host that is called, where routes are for single hosts.' },
    listener: {
      kind: 'text',
      placeholder: 'NAME',
      help: 'The listener by which it comes, where several have policies of their own.',
    },
    header: { kind: 'list', placeholder: 'NAME=VALUE', help: 'Headers of the request, where routes look at them.' },
    route: {
      kind: 'text',
      placeholder: 'NAME',
      help: 'An HTTPRoute, in place of key and model: who decides what about its requests.',
    },
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
    { says: 'Ask about an ordinary service.', line: 'sluice explain --kubernetes --route web/shop' },
  ],
  async run({ flags, io }) {
    if (flags.route !== undefined) {
      if (flags.key !== undefined || flags.model !== undefined) {
        return { misuse: '--route is given beside --key or --model: callers of a service are no matter here.' };
      }
      const explained = flags.kubernetes
        ? await routeInCluster(controlPlaneInCluster(flags), flags.route, flags.gateway)
        : await routeInFolder(flags, flags.route, io);
      return show(explained, flags.output, renderHttpRoute, io) ? exitCodes.ok : exitCodes.failure;
    }
    if (flags.key === undefined && flags.model === undefined) {
      return { misuse: 'Say what is asked: --key NAME and --model NAME, or --route NAME.' };
    }
    const headers = headersOf(flags.header, { ':authority': flags.host, [listenerHeader]: flags.listener });
    if (!headers.ok) return { misuse: headers.error };
    const question = {
      ...(flags.key !== undefined && { key: flags.key }),
      ...(flags.model !== undefined && { model: flags.model }),
      gateway: flags.gateway,
      headers: headers.value,
    };
    const explanation = flags.kubernetes
      ? await askCluster(controlPlaneInCluster(flags), question)
      : await askFolder(flags.policy, flags['skip-secrets'], question, io);
    const isShown = show(explanation, flags.output, render, io);
    return isShown && explanation.ok && explanation.value.outcome === 'served' ? exitCodes.ok : exitCodes.failure;
  },
});

interface Question extends ExplainQuestion {
  readonly gateway: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** What came of a question, or why it has no answer. */
function show<T>(answer: Result<T>, form: 'text' | 'json', text: (value: T, io: Io) => string, io: Io): boolean {
  if (answer.ok) io.out(form === 'json' ? `${JSON.stringify(answer.value, null, 2)}\n` : text(answer.value, io));
  else io.err(`sluice explain: ${answer.error}\n`);
  return answer.ok;
}

/** `known`: what has a flag of its own. */
function headersOf(
  written: readonly string[],
  known: Readonly<Record<string, string | undefined>>,
): Result<Readonly<Record<string, string>>> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(known)) if (value !== undefined) headers[name] = value;
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
  const gateways = await gatewaysIn({ policy: folder, 'skip-secrets': skipSecrets }, io);
  const gateway = gateways.find(({ name }) => asked === undefined || name === asked);
  const program = gateway && compileProgram(gateway);
  if (program !== undefined) return ok(explain(program, question, Date.now(), gateway));
  const made = gateways.map(({ name }) => name).join(', ') || 'none';
  return err(`The folder makes no such gateway; it makes ${made}. Check it with "sluice validate".`);
}

interface FolderFlags {
  readonly policy: string;
  readonly 'skip-secrets': boolean;
}

async function gatewaysIn(flags: FolderFlags, io: Io): Promise<readonly GatewayModel[]> {
  const { built, problems } = await loadPolicy(flags.policy, io, { skipSecrets: flags['skip-secrets'] });
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0) io.err(`${problemReport(errors, io)}\n`);
  return built.gateways;
}

async function routeInFolder(
  flags: FolderFlags & { readonly gateway?: string | undefined },
  route: string,
  io: Io,
): Promise<Result<ExplainedHttpRoute>> {
  const gateways = await gatewaysIn(flags, io);
  return explainHttpRouteOn(gateways, route, flags.gateway);
}

async function routeInCluster(
  ask: AskControlPlane,
  route: string,
  gateway: string | undefined,
): Promise<Result<ExplainedHttpRoute>> {
  const query = new URLSearchParams({ route, ...(gateway === undefined ? {} : { gateway }) });
  const answer = await ask(`/explain?${query}`);
  if (!answer.ok) return answer;
  // It is the same code that answers in the control plane.
  const explained = answer.value as ExplainedHttpRoute | { readonly error: string };
  return 'error' in explained ? err(explained.error) : ok(explained);
}

async function askCluster(
  ask: AskControlPlane,
  { key, model, gateway, headers }: Question,
): Promise<Result<Explanation>> {
  const query = new URLSearchParams(
    Object.entries({ key, model, gateway }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  if (Object.keys(headers).length > 0) query.set('headers', JSON.stringify(headers));
  const answer = await ask(`/explain?${query}`);
  if (!answer.ok) return answer;
  // It is the same code that answers in the control plane; an older version of it says nothing of who decided.
  const explanation = answer.value as Explanation | { readonly error: string };
  return 'error' in explanation
    ? err(explanation.error)
    : ok({ ...explanation, decisions: explanation.decisions ?? [] });
}

function render(explanation: Explanation, io: Parameters<typeof paintFor>[0]): string {
  const paint = paintFor(io);
  const isServed = explanation.outcome === 'served';
  const outcome = isServed ? paint('green', 'served') : `${paint('red', 'refused')}, ${explanation.reason}`;
  const { key, model } = explanation;
  const what = `${key === undefined ? 'No key' : `Key ${key}`}, ${model === undefined ? 'no model' : `model ${model}`}`;
  const head = `${paint('bold', what)}: ${outcome}`;
  const steps = explanation.steps.map((step) => `  · ${step}\n`).join('');
  const decided = explanation.decisions.map(decisionText);
  const sections = Object.entries({ decided, filters: explanation.filters, ...explanation.policy })
    .filter(([, lines]) => lines.length > 0)
    .map(([name, lines]) => `${paint('bold', name)}\n${lines.map((line: string) => `  · ${line}\n`).join('')}`);
  const how = isServed ? `  · ${explanation.reason}\n` : '';
  return `${head}\n${steps}${how}${chains(explanation.targets, paint)}${sections.join('')}`;
}

function renderHttpRoute({ route, matches }: ExplainedHttpRoute, io: Io): string {
  const paint = paintFor(io);
  const parts = matches.map(({ id, listeners, requests, failsWith, decisions }) => {
    const lines = decisions.map((decision) => `  · ${decisionText(decision)}\n`).join('');
    const head = `${paint('bold', id)}: ${requests}, by listener ${listeners.join(', ')}\n`;
    const failure = `  · answered with ${failsWith}: the rule is wrong, or none of its backends is there\n`;
    return `${head}${failsWith === undefined ? '' : failure}${lines || '  · nobody but the rule itself\n'}`;
  });
  return `${paint('bold', `HTTPRoute ${route}`)}\n${parts.join('')}`;
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
