import type { GatewayModel } from '../../../src/model/gateway.ts';
import type { Listener } from '../../../src/model/listener.ts';
import { hostOf, isEverywhereOrLoopback, listenerUrl } from './listener-url.ts';

export interface TryItFacts {
  readonly gateway: GatewayModel;
  readonly demoKey: string | undefined;
  /** Where the certificate of a listener stands, if it does in a file. */
  readonly certificateFile: (listener: Listener) => string | undefined;
}

/** A line to paste, with what has to be put in first; nothing where nobody could be asked in one line. */
export function tryIt({ gateway, demoKey, certificateFile }: TryItFacts): string | undefined {
  const [listener] = gateway.listeners;
  const model = exampleModel(gateway);
  if (listener === undefined || model === undefined) return undefined;
  const wanted = [
    ...(isMutual(listener) ? ['a client certificate and its key as CLIENT.crt and CLIENT.key'] : []),
    ...(demoKey === undefined ? ['a key of the policy as YOUR_KEY'] : []),
  ];
  const heading = wanted.length === 0 ? 'Try it:' : `Try it, with ${wanted.join(', and ')}:`;
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello!' }] });
  const lines = [
    // Without -S it would hide why there is no answer.
    `  curl -sS ${[...connecting(listener, certificateFile(listener)), `${urlToAsk(listener)}/v1/chat/completions`].join(' ')}`,
    `    -H 'authorization: Bearer ${demoKey ?? 'YOUR_KEY'}'`,
    "    -H 'content-type: application/json'",
    `    -d '${body}'`,
  ];
  return `${heading}\n\n${lines.join(' \\\n')}`;
}

const isMutual = ({ tls }: Listener): boolean => tls?.isClientCertificateRequired === true;

/** Any host that a wildcard stands for will do. */
function urlToAsk(listener: Listener): string {
  return listenerUrl(listener).replace('*', 'any');
}

/** What curl has to be told to get through to a listener on this machine. */
function connecting(listener: Listener, certificateFile: string | undefined): string[] {
  const host = hostOf(listener).replace('*', 'any');
  const isNamed = listener.hostnames.length > 0 && host !== 'localhost';
  const address = isEverywhereOrLoopback(listener.address) ? '127.0.0.1' : listener.address;
  return [
    // Its name may lead elsewhere, or nowhere.
    ...(isNamed ? [`--resolve ${host}:${listener.port}:${address}`] : []),
    // curl trusts a certificate that it is given, whoever has signed it.
    ...(listener.tls && certificateFile !== undefined ? [`--cacert ${quoted(certificateFile)}`] : []),
    ...(isMutual(listener) ? ['--cert CLIENT.crt --key CLIENT.key'] : []),
  ];
}

/** For a shell. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** A model that answers chat completions, so that one line fits. */
function exampleModel(gateway: GatewayModel): string | undefined {
  const dialects = new Map(gateway.providers.map((provider) => [provider.name, provider.dialect]));
  const chats = gateway.routes.filter(
    (route) =>
      route.match.key === undefined && route.targets.some((target) => dialects.get(target.provider) === 'openai'),
  );
  const names = chats.flatMap((route) => route.match.models);
  return names.includes('small') ? 'small' : names[0];
}
