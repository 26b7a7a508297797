import type { NodeMatcher } from '../../gen/envoy/type/matcher/v3/node_pb.js';
import type { StringMatcher } from '../../gen/envoy/type/matcher/v3/string_pb.js';
import { err, ok, type Result } from '../../lib/result.ts';
import type { XdsNode } from './client.ts';

/** Whether a node is one of those that somebody asks for. */
export type NodeTest = (node: XdsNode) => boolean;

/**
 * Any of the matchers is enough, and where there is none every node is meant. What cannot be judged is refused: an answer
 * about all would be taken for one about those that were asked for.
 */
export function matchesAnyOf(matchers: readonly NodeMatcher[]): Result<NodeTest> {
  const tests: ((id: string) => boolean)[] = [];
  for (const { nodeId, nodeMetadatas } of matchers) {
    if (nodeMetadatas.length > 0) return err('node_metadatas is not understood here; match node_id.');
    const test = nodeId === undefined ? () => true : idTest(nodeId);
    if (test === undefined) return err('node_id is matched by exact, prefix, suffix or contains only.');
    tests.push(test);
  }
  return ok(({ id }) => tests.length === 0 || tests.some((test) => test(id)));
}

function idTest({ matchPattern, ignoreCase }: StringMatcher): ((id: string) => boolean) | undefined {
  const folded = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  switch (matchPattern.case) {
    case 'exact':
    case 'prefix':
    case 'suffix':
    case 'contains': {
      const compare = comparisons[matchPattern.case];
      const wanted = folded(matchPattern.value);
      return (id) => compare(folded(id), wanted);
    }
    default:
      return undefined;
  }
}

const comparisons = {
  exact: (id: string, wanted: string) => id === wanted,
  prefix: (id: string, wanted: string) => id.startsWith(wanted),
  suffix: (id: string, wanted: string) => id.endsWith(wanted),
  contains: (id: string, wanted: string) => id.includes(wanted),
};
