import { isSecretName, masked, redactText } from '../../../src/lib/redact.ts';
import { type Decision, decided, decidedFields, type Said } from '../../../src/model/decision.ts';
import type { GatewayModel } from '../../../src/model/gateway.ts';
import type { Listener } from '../../../src/model/listener.ts';
import type { Provider } from '../../../src/model/provider.ts';
import type { Route, Target } from '../../../src/model/route.ts';

/** Who decided a field, and of what. */
export interface ExplainedDecision extends Decision {
  /** Name of the only listener for which it is so; absent: all by which the request may come. */
  readonly listener?: string;
  /** Name of the provider or the backend that it is about. */
  readonly provider?: string;
}

export type DecidedGateway = Pick<GatewayModel, 'routes' | 'listeners' | 'settings' | 'providers' | 'keys'>;

/** A request, as far as it is known. */
interface DecidedRequest {
  /** Absent: it is refused before a route is chosen, so that only what holds for all of them is decided. */
  readonly routeId: string | undefined;
  readonly key: string | undefined;
  /** By which it comes. */
  readonly listener: string | undefined;
}

/** Who decides about a request that a route answers, or that gets no further than the listeners. */
export function explainDecisions(
  gateway: DecidedGateway,
  { routeId, key, listener: asked }: DecidedRequest,
): readonly ExplainedDecision[] {
  const route = gateway.routes.find(({ id }) => id === routeId);
  const names = route?.match.listeners;
  const listeners = gateway.listeners.filter(
    ({ name }) => (names === undefined || names.includes(name)) && (asked === undefined || name === asked),
  );
  const own = route?.decisions ?? [];
  const each = listeners.map((listener) => ({ listener, decisions: onListener(gateway, listener, own) }));
  const [first] = each;
  const isSame = new Set(each.map(({ decisions }) => JSON.stringify(decisions))).size <= 1;
  const ofRequest = isSame
    ? (first?.decisions ?? own)
    : each.flatMap(({ listener, decisions }) => decisions.map((one) => ({ ...one, listener: listener.name })));
  const ofTargets = route?.targets.flatMap((target) => ofTarget(gateway, route, target, key)) ?? [];
  return [...ofRequest, ...ofTargets];
}

function onListener(
  { settings }: DecidedGateway,
  { decisions = [] }: Listener,
  own: readonly Decision[],
): readonly Decision[] {
  // Keys of a single listener are those of ordinary services.
  return closestFirst([own, decisions.filter(({ field }) => field !== 'keys'), settings.decisions ?? []]);
}

/** Field by field: who is closer goes before all others. `layers`: the closest first. */
export function closestFirst(layers: readonly (readonly Decision[])[]): readonly Decision[] {
  const byField = Map.groupBy(layers.flat(), ({ field, name = '' }) => `${field} ${name}`);
  const joined = [...byField.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [{ ...first, over: [...first.over, ...others.flatMap(({ by, over }) => [by, ...over])] }],
  );
  return joined.sort((a, b) => decidedFields.indexOf(a.field) - decidedFields.indexOf(b.field));
}

function ofTarget(
  { providers, keys }: DecidedGateway,
  route: Route,
  target: Target,
  keyName: string | undefined,
): readonly ExplainedDecision[] {
  const provider = providers.find(({ name }) => name === target.provider);
  if (provider === undefined) return [];
  const decisions = closestFirst([
    ownCredential(
      keys.find(({ name }) => name === keyName),
      provider,
    ),
    provider.decisions ?? [],
    changes(route, target, provider),
  ]);
  return decisions.map((decision) => ({ ...decision, provider: provider.name }));
}

/** A key that brings its own pays with that. */
function ownCredential(key: DecidedGateway['keys'][number] | undefined, provider: Provider): readonly Decision[] {
  const own = key?.credentials.find((credential) => credential.provider === provider.name);
  const [origin] = key?.origins ?? [];
  if (own === undefined || origin === undefined) return [];
  return decided('credential', [{ origin, level: 'backend', path: 'credentials', value: 'apiKey' }]);
}

/** What is changed of a request on its way, as the processor puts it together: the reference to a backend goes before it. */
function changes(route: Route, { changes: ofReference }: Target, provider: Provider): readonly Decision[] {
  const [routeOrigin = ''] = route.origins;
  const [providerOrigin = ''] = provider.origins;
  const isOurs = providerOrigin.startsWith('Provider/');
  const saidOf = (origin: string, path: string): Pick<Said, 'origin' | 'level' | 'path'> => ({
    origin,
    level: 'backend',
    path,
  });
  return (['header', 'body'] as const).flatMap((field) => {
    const word = `${field}Mutation`;
    const layers = [
      { said: saidOf(routeOrigin, `backendRefs.${word}`), values: changedBy(field, ofReference) },
      {
        said: saidOf(providerOrigin, isOurs ? `${field === 'header' ? 'headers' : 'body'}` : word),
        values: changedBy(field, provider),
      },
    ];
    const names = [...new Set(layers.flatMap(({ values }) => [...values.keys()]))].sort();
    return names.flatMap((name) => {
      const said = layers.flatMap(({ said: by, values }): Said[] => {
        const value = values.get(name);
        return value === undefined ? [] : [{ ...by, value: shown(name, value) }];
      });
      return decided(field, said, name);
    });
  });
}

type Changing = Pick<Provider, 'setHeaders' | 'removeHeaders' | 'setBody' | 'removeBody'>;

/** By name; what is set goes before what is removed. */
function changedBy(field: 'header' | 'body', changing: Changing | undefined): ReadonlyMap<string, string> {
  if (changing === undefined) return new Map();
  const { setHeaders, removeHeaders, setBody, removeBody } = changing;
  const set =
    field === 'header'
      ? setHeaders.map(({ name, value }): [string, string] => [name, value])
      : setBody.map(({ name, json }): [string, string] => [name, json]);
  const removed = field === 'header' ? removeHeaders : removeBody;
  return new Map([...removed.map((name): [string, string] => [name, 'removed']), ...set]);
}

function shown(name: string, value: string): string {
  return isSecretName(name) ? masked : redactText(value);
}

/** One line: who says what, and who says it in vain. */
export function decisionText({ field, name, by, over, listener, provider }: ExplainedDecision): string {
  const where = listener === undefined ? (provider === undefined ? '' : `${provider}: `) : `listener ${listener}: `;
  const what = field === 'credential' ? field : by.path;
  const which = name === undefined ? '' : ` ${name}`;
  const others = over.map((said) => `, not ${sayer(said)}`).join('');
  return `${where}${what}${which}: ${sayer(by)}${others}`;
}

const longest = 80;

function sayer({ value, origin, level }: Said): string {
  const shown = value.length > longest ? `${value.slice(0, longest - 1)}…` : value;
  return `${shown} by ${origin} (${level})`;
}
