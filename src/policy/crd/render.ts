import { stringify } from 'yaml';
import type { CustomResourceDefinition } from './definition.ts';

/**
 * As files hold it and `kubectl apply` reads it. Equal parts are written out: anchors are not for readers. kubectl and
 * Helm read YAML 1.1, in which a field called `on` and a value `off` are booleans unless they stand in quotes.
 */
export function definitionYaml(definition: CustomResourceDefinition): string {
  return stringify(definition, { aliasDuplicateObjects: false, lineWidth: 120, compat: 'yaml-1.1' });
}
