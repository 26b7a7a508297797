/**
 * What each image is, for all who make one: `images/Dockerfile` is held to it by a test, and the archives that tests of
 * Kubernetes load into their node are made by it. So pods of tests start as those of a release do.
 */
export interface ImageContents {
  /** What it starts, from `/usr/local/bin`. */
  readonly program: 'node' | 'envoy';
  /** What Node starts: a file of this repository, laid out with all that it loads under `productFolder`. */
  readonly main?: string;
  readonly command?: readonly string[];
}

export const imageContents = {
  controller: { program: 'node', main: 'cmd/controller/main.ts' },
  processor: { program: 'node', main: 'cmd/processor/main.ts' },
  // By itself it listens on loopback only, which in a pod is nobody.
  practice: { program: 'node', main: 'cmd/practice/main.ts', command: ['--host', '::'] },
  envoy: { program: 'envoy' },
} as const satisfies Readonly<Record<string, ImageContents>>;

export const programFolder = '/usr/local/bin';
export const productFolder = '/opt/sluice';
/** Nobody's, and a number: a kubelet can tell only from that that it is not root. */
export const imageUser = '65532:65532';

export function entrypointOf({ program, main }: ImageContents): readonly string[] {
  return [`${programFolder}/${program}`, ...(main === undefined ? [] : [`${productFolder}/${main}`])];
}
