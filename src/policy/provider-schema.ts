import { isPreset } from './preset.ts';
import { enumeration } from './schema/enumeration.ts';
import { reject } from './schema/place.ts';
import { refine, type Schema } from './schema/schema.ts';
import { choices } from './schema/show.ts';

/** The dialects that this version speaks to providers. */
export const servedSchemas = ['openai', 'openai-compatible', 'anthropic'] as const;

export type ServedSchema = (typeof servedSchemas)[number];

const laterSchemas = ['azure-openai', 'aws-bedrock', 'gcp-vertex', 'gemini', 'cohere', 'mistral'] as const;

const known = enumeration([...servedSchemas, ...laterSchemas]);

export const providerSchema: Schema<ServedSchema> = {
  ...refine(known, (schema, place) => {
    const served = servedSchemas.find((candidate) => candidate === schema);
    if (served !== undefined) return served;
    const other = isPreset(schema) ? `; the OpenAI-compatible API of this service: preset: ${schema}` : '';
    return reject(place, `schema ${schema} is not served yet`, `served: ${choices(servedSchemas)}${other}`);
  }),
  json: { enum: servedSchemas },
};
