import { suggest } from '../lib/suggest.ts';
import { isPreset } from './preset.ts';
import { reject } from './schema/place.ts';
import type { Schema } from './schema/schema.ts';
import { choices, show } from './schema/show.ts';

/** The dialects that this version speaks to providers. */
export const servedSchemas = ['openai', 'openai-compatible', 'anthropic'] as const;

export type ServedSchema = (typeof servedSchemas)[number];

const laterSchemas: readonly string[] = ['azure-openai', 'aws-bedrock', 'gcp-vertex', 'gemini', 'cohere', 'mistral'];

export const providerSchema: Schema<ServedSchema> = {
  json: { enum: servedSchemas },
  parse: (value, place) => {
    const served = servedSchemas.find((candidate) => candidate === value);
    if (served !== undefined) return served;
    const remedy = `write ${choices(servedSchemas)}`;
    if (typeof value !== 'string') return reject(place, `${show(value)} is not a schema`, remedy);
    if (laterSchemas.includes(value)) {
      const other = isPreset(value) ? `; for the OpenAI-compatible API of this service: preset: ${value}` : '';
      return reject(place, `${value} is not served yet`, `served: ${choices(servedSchemas)}${other}`);
    }
    if (isPreset(value)) return reject(place, `${value} is not a schema but a preset`, `write preset: ${value}`);
    const near = suggest(value, [...servedSchemas, ...laterSchemas]);
    const fix = near === undefined ? remedy : `write ${near}; served: ${choices(servedSchemas)}`;
    return reject(place, `${show(value)} is not a schema`, fix);
  },
};
