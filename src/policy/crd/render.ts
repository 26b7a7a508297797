import { stringify } from 'yaml';
import type { CustomResourceDefinition } from './definition.ts';

/** As files hold it and `kubectl apply` reads it. Equal parts are written out: anchors are not for readers. */
export function definitionYaml(definition: CustomResourceDefinition): string {
  return stringify(definition, { aliasDuplicateObjects: false, lineWidth: 120 });
}
