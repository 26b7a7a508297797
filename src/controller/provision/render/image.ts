import type { GatewayParametersSpec } from '../../../policy/gateway-parameters.ts';
import type { DefaultImage } from '../settings.ts';

export type ImageParameters = NonNullable<NonNullable<GatewayParametersSpec['images']>['envoy']>;

/** A digest that was given for one image says nothing about another one. */
export function imageName(given: ImageParameters | undefined, standard: DefaultImage): string {
  const registry = given?.registry ?? standard.registry;
  const repository = given?.repository ?? standard.repository;
  const isStandard = given?.repository === undefined && given?.tag === undefined;
  const digest = given?.digest ?? (isStandard ? standard.digest : undefined);
  const tag = given?.tag ?? (given?.digest === undefined ? standard.tag : undefined);
  const name = registry === '' ? repository : `${registry}/${repository}`;
  return `${name}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

const reference = /^(?:([^/]+(?:\/.+)?)\/)?([^/:@]+)(?::([^/:@]+))?(?:@(sha256:[0-9a-f]{64}))?$/;

/**
 * An image as people write it. What stands before the first slash is a registry if it has a dot or a port or is
 * `localhost`; everything behind it names the image there.
 */
export function parseImage(text: string): DefaultImage | undefined {
  const match = reference.exec(text);
  if (match === null) return undefined;
  const path = `${match[1] === undefined ? '' : `${match[1]}/`}${match[2] ?? ''}`;
  const slash = path.indexOf('/');
  const first = path.slice(0, Math.max(slash, 0));
  const hasRegistry = slash > 0 && (first === 'localhost' || /[.:]/.test(first));
  const [tag, digest] = [match[3], match[4]];
  return {
    registry: hasRegistry ? first : '',
    repository: hasRegistry ? path.slice(slash + 1) : path,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
}
