/** Where a processor keeps its snapshot: the first one where policy says, those beside it at names of their own. */
export function snapshotOf(path: string, index: number): string {
  return index === 0 ? path : `${path}.${index}`;
}
