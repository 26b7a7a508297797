import type { RouteMatch } from '../../route.ts';

/** The models that a route names; undefined: it is for all that its patterns match. */
export function exactModels({ models, modelPatterns = [] }: RouteMatch): readonly string[] | undefined {
  const isExact = models.length > 0 && modelPatterns.length === 0 && !models.some((name) => name.includes('*'));
  return isExact ? models : undefined;
}
