import { presetNames, presets } from './preset.ts';
import { publicEndpoints } from './provider.ts';

/** Names of services on the net by the host at which everybody reaches them. */
const services: ReadonlyMap<string, string> = new Map(
  [...Object.entries(publicEndpoints), ...presetNames.map((name) => [name, presets[name].endpoint] as const)].flatMap(
    ([name, endpoint]) =>
      endpoint?.startsWith('https:') === true ? [[new URL(endpoint).hostname, name] as const] : [],
  ),
);

/** `openai`, `anthropic` or the preset that is reached at this host, whatever the Provider is called. */
export function publicServiceAt(host: string): string | undefined {
  return services.get(host);
}

const serviceNames: ReadonlySet<string> = new Set(services.values());

/** Whether a service on the net is called so. */
export function isPublicService(name: string): boolean {
  return serviceNames.has(name);
}
