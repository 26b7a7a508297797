import type { Dialect } from '../../provider.ts';
import type { AiBackendDocument } from '../documents.ts';

/** Nothing for a schema that is not spoken yet. */
export function dialectOf({ spec }: AiBackendDocument): Dialect | undefined {
  switch (spec.schema.name) {
    case 'OpenAI':
    case 'AWSOpenAI':
      return 'openai';
    case 'Anthropic':
      return 'anthropic';
    default:
      return undefined;
  }
}
