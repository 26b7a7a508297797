import type { GatewayParametersSpec } from '../../policy/gateway-parameters.ts';
import type { DefaultImage } from './settings.ts';

type ImageParameters = NonNullable<NonNullable<GatewayParametersSpec['images']>['envoy']>;

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
