import type { GatewayModel } from '../../../src/model/gateway.ts';
import type { Paint } from '../cli/paint.ts';
import { listenerUrl } from './listener-url.ts';

const mostModelsShown = 12;

export interface BannerFacts {
  readonly version: string;
  readonly gateway: GatewayModel;
  readonly demoKey: string | undefined;
  readonly adminUrl: string;
  readonly envoyAdminPort: number;
  readonly practiceUrl: string | undefined;
  /** How to make the first request, if that can be said in a line. */
  readonly tryIt: string | undefined;
}

/** What a newcomer needs to make the first request: where, what, with which key, and a line to paste. */
export function banner(
  { version, gateway, demoKey, adminUrl, envoyAdminPort, practiceUrl, tryIt }: BannerFacts,
  paint: Paint,
): string {
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
  return `\nSluice ${version} is running.\n\n${table}${tryIt === undefined ? '' : `\n\n${tryIt}`}\n\nCtrl-C drains and stops.\n\n`;
}
