import {
  type CustomResourceDefinition,
  customResourceDefinition,
  definedKinds,
} from '../../src/policy/crd/definition.ts';
import { definitionYaml } from '../../src/policy/crd/render.ts';

/** Files of the chart by path: our own definitions, and those of accepted kinds as templates. */
export function chartFiles(): ReadonlyMap<string, string> {
  const own = definedKinds('own').map(customResourceDefinition);
  const accepted = definedKinds('accepted').map(customResourceDefinition);
  return new Map([
    ...own.map((definition) => [`crds/${fileName(definition)}`, headed(definitionYaml(definition))] as const),
    ...accepted.map(
      (definition) => [`templates/ai-gateway-crds/${fileName(definition)}`, templateOf(definition)] as const,
    ),
  ]);
}

function fileName({ spec, metadata }: CustomResourceDefinition): string {
  return `${spec.group}_${metadata.name.slice(0, metadata.name.indexOf('.'))}.yaml`;
}

const origin = 'Made of the kinds in src/policy by `make goldens`; changes here are lost.';

function headed(yaml: string): string {
  return `# ${origin}\n${yaml}`;
}

/**
 * A definition that values switch on. Helm keeps it when the release goes: removing a definition removes every object of
 * its kind, and those are the users'.
 */
export function templateOf(definition: CustomResourceDefinition): string {
  const annotations = { 'helm.sh/resource-policy': 'keep' };
  const yaml = definitionYaml({ ...definition, metadata: { ...definition.metadata, annotations } });
  const lines = [`{{- /* ${origin} */}}`, '{{- if index .Values "ai-gateway-crds" "enabled" }}'];
  return `${lines.join('\n')}\n${asTemplateText(yaml)}{{- end }}\n`;
}

/** Braces that stand in a description are not for Helm. */
function asTemplateText(yaml: string): string {
  return yaml.replaceAll('{{', '{{ "{{" }}');
}
