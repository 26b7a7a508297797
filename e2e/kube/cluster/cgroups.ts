import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A tree of control groups for one cluster, in every hierarchy that the machine has: the controllers of version 1, or
 * the one tree of version 2. Namespaces do not take these with them, so they are made and removed by name.
 */
const root = '/sys/fs/cgroup';

export async function createCgroup(name: string): Promise<void> {
  const isVersion2 = existsSync(join(root, 'cgroup.controllers'));
  for (const hierarchy of hierarchies()) await mkdir(join(hierarchy, name), { recursive: true });
  if (isVersion2) {
    await enable(root);
    await enable(join(root, name));
    return;
  }
  // In version 1 a new group has no processor and no memory to run on until it is given some.
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const value = await readFile(join(root, 'cpuset', file), 'utf8');
    await writeFile(join(root, 'cpuset', name, file), value);
  }
}

export async function removeCgroup(name: string): Promise<void> {
  for (const hierarchy of hierarchies()) await removeTree(join(hierarchy, name));
}

function hierarchies(): readonly string[] {
  if (existsSync(join(root, 'cgroup.controllers'))) return [root];
  return readdirSync(root)
    .map((controller) => join(root, controller))
    .filter((path) => existsSync(join(path, 'cgroup.procs')));
}

async function enable(group: string): Promise<void> {
  const available = readFileSync(join(group, 'cgroup.controllers'), 'utf8').trim().split(' ');
  const wanted = ['cpuset', 'cpu', 'memory', 'pids'].filter((each) => available.includes(each));
  try {
    await writeFile(join(group, 'cgroup.subtree_control'), wanted.map((each) => `+${each}`).join(' '));
  } catch (cause) {
    throw new Error(
      `Cannot hand out the controllers of ${group} (${(cause as Error).message}). In a container, its own processes ` +
        'have to be in a group below first; the documentation of kind says how.',
    );
  }
}

async function removeTree(group: string): Promise<void> {
  if (!existsSync(group)) return;
  const entries = await readdir(group, { withFileTypes: true });
  for (const entry of entries.filter((each) => each.isDirectory())) await removeTree(join(group, entry.name));
  // A process that was killed a moment ago may still be counted.
  for (let attempt = 1; ; attempt++) {
    try {
      return await rmdir(group);
    } catch (cause) {
      if (attempt === 50) throw cause;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
