/**
 * A Kubernetes for the tests, where there is no Docker for kind:
 *
 *   node e2e/kube/cluster/main.ts build                  the programs, into the cache, once
 *   node e2e/kube/cluster/main.ts images FOLDER          the product's images and those of the tests, as archives
 *   node e2e/kube/cluster/main.ts up FOLDER [IMAGE...]   starts a cluster with these images; prints its KUBECONFIG
 *   node e2e/kube/cluster/main.ts load FOLDER IMAGE...   brings more images in
 *   node e2e/kube/cluster/main.ts down FOLDER            ends it and removes the folder
 */
import { buildBinaries } from './build.ts';
import { buildImages } from './images/product-images.ts';
import { kubeconfigOf, loadImage, startCluster, stopCluster } from './local-cluster.ts';
import { installPackages } from './packages.ts';

const say = (line: string): void => console.error(line);

async function run([command, folder, ...rest]: readonly string[]): Promise<void> {
  if (command === 'build') {
    await buildBinaries(process.env, say);
  } else if (command === 'images' && folder !== undefined) {
    for (const archive of await buildImages(process.env, folder, say)) console.log(archive);
  } else if (command === 'up' && folder !== undefined) {
    await installPackages(say);
    await buildBinaries(process.env, say);
    await startCluster(process.env, folder, rest, 'until-stopped', say);
    console.log(`export KUBECONFIG=${kubeconfigOf(folder)}`);
  } else if (command === 'load' && folder !== undefined) {
    for (const archive of rest) await loadImage(folder, archive);
  } else if (command === 'down' && folder !== undefined) {
    await stopCluster(folder);
  } else {
    throw new Error('Usage: main.ts build | images FOLDER | up FOLDER [IMAGE...] | load FOLDER IMAGE... | down FOLDER');
  }
}

await run(process.argv.slice(2)).catch((cause: Error) => {
  say(cause.message);
  process.exitCode = 1;
});
