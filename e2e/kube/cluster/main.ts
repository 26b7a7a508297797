/**
 * A Kubernetes for the tests, where there is no Docker for kind:
 *
 *   node e2e/kube/cluster/main.ts build     the programs, into the cache, once
 */
import { buildBinaries } from './build.ts';

const [command] = process.argv.slice(2);
if (command === 'build') await buildBinaries(process.env, console.log);
