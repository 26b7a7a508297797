import type { GatewayModel } from '../../../src/model/gateway.ts';
import type { Listener } from '../../../src/model/listener.ts';
import type { Paint } from '../cli/paint.ts';

const mostModelsShown = 12;

export interface BannerFacts {
  readonly version: string;
  readonly gateway: GatewayModel;
  readonly demoKey: string | undefined;
  readonly adminUrl: string;
  readonly envoyAdminPort: number;
  readonly practiceUrl: string | undefined;
}

/** What a newcomer needs to make the first request: where, what, with which key, and a line to paste. */
export function banner(
  { version, gateway, demoKey, adminUrl, envoyAdminPort, practiceUrl }: BannerFacts,
  paint: Paint,
): string {
  const url = gateway.listeners.map(listenerUrl)[0] ?? '';
  const models = gateway.models.filter((model) => model.isListed).map((model) => model.name);
  const shown = models.slice(0, mostModelsShown).join(', ');
  const more = models.length > mostModelsShown ? ` and ${models.length - mostModelsShown} more` : '';
  const rows = [
    ['Address', gateway.listeners.map(listenerUrl).join(', ')],
    ['Models', models.length === 0 ? 'none yet' : shown + more],
    ['Key', demoKey ?? 'one of the policy; `sluice keys create` makes one'],
    ...(practiceUrl === undefined ? [] : [['Practice', `${practiceUrl}/practice tells how to make a provider fail`]]),
    ['Status', `bin/sluice status --admin ${adminUrl} --envoy ${envoyAdminPort}`],
  ];
  const table = rows.map(([name = '', value = '']) => `  ${paint('bold', name.padEnd(10))}${value}`).join('\n');
  const example = exampleModel(gateway);
  const curl = example === undefined ? '' : `\n\nTry it:\n\n${curlLine(url, demoKey ?? 'YOUR_KEY', example)}`;
  return `\nSluice ${version} is running.\n\n${table}${curl}\n\nCtrl-C drains and stops.\n\n`;
}

/** A loopback address reads better by its name. */
function listenerUrl(listener: Listener): string {
  const host = listener.hostnames[0] ?? (isEverywhereOrLoopback(listener.address) ? 'localhost' : listener.address);
  return `${listener.tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${listener.port}`;
}

function isEverywhereOrLoopback(address: string): boolean {
  return address === '0.0.0.0' || address === '::' || address === '127.0.0.1' || address === '::1';
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

function curlLine(url: string, key: string, model: string): string {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello!' }] });
  return [
    `  curl -s ${url}/v1/chat/completions \\`,
    `    -H 'authorization: Bearer ${key}' \\`,
    "    -H 'content-type: application/json' \\",
    `    -d '${body}'`,
  ].join('\n');
}
