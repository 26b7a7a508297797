/*
 * 2,000 AIGatewayRoutes over 50 backends on a real API server: how long the controller takes to its first complete
 * snapshot, how much memory everybody needs, how long a change takes until requests follow it, and how often the API
 * server is asked and written to.
 */
import { loadavg } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { findBinaries } from '../e2e/kube/cluster/binaries.ts';
import { freePort } from '../e2e/support/gateway.ts';
import { type ControllerProcess, startControllerProcess } from '../e2e/support/kube-api/controller.ts';
import { type Egress, startEgress } from '../e2e/support/kube-api/egress.ts';
import {
  backendName,
  fleetOf,
  fleetRoute,
  fleetSecret,
  modelName,
  placeOf,
  writeAll,
} from '../e2e/support/kube-api/fleet.ts';
import { startLoad } from '../e2e/support/load.ts';
import { until } from '../e2e/support/until.ts';
import type { CountedCall } from './kubernetes/calls.ts';
import { ask, type Change, createChanger } from './kubernetes/changes.ts';
import { type BenchCluster, startBenchCluster } from './kubernetes/cluster.ts';
import { startEchoingUpstream } from './kubernetes/upstream.ts';
import { cpuSeconds, residentMib } from './support/cpu.ts';
import { printFigure } from './support/figure.ts';
import { percentile } from './support/load.ts';

const isQuick = process.argv.includes('--quick');
const large = { routes: 2_000, backends: 50 };
const small = { routes: 20, backends: 50 };
const rounds = isQuick ? 20 : 100;
const steadySeconds = isQuick ? 15 : 60;

/** Controller, Envoy and processor over the same API server. */
interface Running {
  readonly controller: ControllerProcess;
  readonly egress: Egress;
  /** From the start of the controller's process. */
  readonly servesMs: number;
  readonly ackedMs: number;
  /** That the controller has used until it served, in seconds: also on a busy machine what it is. */
  readonly servesCpu: number;
  stop(): Promise<void>;
}

async function start(cluster: BenchCluster): Promise<Running> {
  const controller = await startControllerProcess({ kubeconfig: cluster.kubeconfig });
  const since = (): number => performance.now() - controller.startedAt;
  await until('the controller serves', async () => (await controller.page('/healthz')) !== undefined, slow);
  const servesMs = since();
  const servesCpu = cpuSeconds([controller.pid]);
  const egress = await startEgress(controller.xdsPort);
  await until('Envoy and processor have accepted everything', () => isInSync(controller), slow);
  return {
    controller,
    egress,
    servesMs,
    ackedMs: since(),
    servesCpu,
    async stop() {
      await egress.stop();
      await controller.stop();
    },
  };
}

const slow = { limitMs: 120_000 };

async function isInSync(controller: ControllerProcess): Promise<boolean> {
  const page = await controller.page('/clients');
  const { clients, isPublished } = JSON.parse(page ?? '{"clients":[]}');
  return isPublished && clients.length === 2 && clients.every((each: { isInSync: boolean }) => each.isInSync);
}

/** Until the controller has asked nothing for a while; all that it asked since the last time. */
async function quiet(cluster: BenchCluster): Promise<readonly CountedCall[]> {
  const calls: CountedCall[] = [];
  for (let silent = 0; silent < 4; ) {
    await sleep(1_000);
    const more = await cluster.calls();
    calls.push(...more);
    silent = more.length === 0 ? silent + 1 : 0;
  }
  return calls;
}

function isWrite({ verb }: CountedCall): boolean {
  return !['get', 'list', 'watch'].includes(verb);
}

function isStatus({ resource }: CountedCall): boolean {
  return resource.endsWith('/status');
}

/** `list 24, patch 2,150` */
function byVerb(calls: readonly CountedCall[], per = 1): string {
  const counts = [...Map.groupBy(calls, ({ verb }) => verb)].map(([verb, each]) => [verb, each.length / per] as const);
  if (counts.length === 0) return 'none';
  return counts.map(([verb, count]) => `${verb} ${Number(count.toFixed(2)).toLocaleString('en')}`).join(', ');
}

function printStart(what: string, running: Running, against: string): void {
  printFigure({
    name: `start to first complete snapshot, ${what}`,
    value: `${seconds(running.servesMs)}, ${running.servesCpu.toFixed(1)} s of CPU; ACKs ${seconds(running.ackedMs)}`,
    against,
    goal: '',
    isMet: undefined,
  });
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

/** `p50 33 ms, p99 62 ms` */
function spread(sorted: Float64Array): string {
  return `p50 ${percentile(sorted, 0.5).toFixed(0)} ms, p99 ${percentile(sorted, 0.99).toFixed(0)} ms`;
}

/** From the write being sent, with what the API server takes of it; and from its answer on, which is our part alone. */
function printChanges(name: string, changes: readonly Change[], extra: string, hasGoal: boolean): void {
  const times = (of: (change: Change) => number): Float64Array => Float64Array.from(changes, of).sort();
  const traffic = times(({ trafficMs }) => trafficMs);
  const answers = spread(times(({ answerMs }) => answerMs));
  const watches = spread(times(({ watchMs }) => watchMs));
  printFigure({
    name,
    value: `${spread(traffic)}, fastest ${percentile(traffic, 0).toFixed(0)} ms`,
    against: `the API server answers after ${answers}, a bare watch sees it after ${watches}${extra}`,
    goal: hasGoal ? 'p99 < 300 ms' : '',
    isMet: hasGoal ? percentile(traffic, 0.99) < 300 : undefined,
  });
  printFigure({
    name: '  from the answer of the API server on',
    value: spread(times(({ trafficMs, answerMs }) => trafficMs - answerMs)),
    against: 'what comes on top of what it takes itself',
    goal: '',
    isMet: undefined,
  });
}

const binaries = findBinaries(process.env, ['etcd', 'kube-apiserver', 'kubectl']);
if (!binaries.ok) {
  // Nothing failed: there is nothing to measure with.
  process.stdout.write(`  ${binaries.error}\n`);
  process.exit(0);
}

const loadBefore = loadavg()[0] ?? 0;
const upstream = await startEchoingUpstream();
const cluster = await startBenchCluster();
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
let running: Running | undefined;
let changed = 0;
try {
  await writeAll(cluster.client, fleetOf(small, port, upstream.port));
  running = await start(cluster);
  printStart('20 routes', running, 'Envoy and processor are started when the port is open');
  await quiet(cluster);
  const few = { servesCpu: running.servesCpu, memory: memoryOf(running) };
  await running.stop();

  const beganAt = performance.now();
  await writeAll(cluster.client, fleetOf(large, port, upstream.port));
  const appliedMs = performance.now() - beganAt;
  const listMs = await bareList();
  await cluster.calls();
  running = await start(cluster);
  const share = (running.servesCpu / few.servesCpu).toFixed(2);
  printStart(
    '2,000 routes',
    running,
    `CPU × ${share} of 20 routes; a bare list of the routes takes ${listMs.toFixed(0)} ms`,
  );

  const during = await changes(isQuick ? 5 : 20);
  const startCalls = await quiet(cluster);
  const objects = fleetOf(large, port, upstream.port).filter(({ kind }) => kind !== 'Secret').length;
  const statusWrites = startCalls.filter(isStatus);
  printFigure({
    name: 'API calls of a start that tells 2,000 statuses',
    value: byVerb(startCalls),
    against: `${(statusWrites.length / objects).toFixed(2)} status writes for each of ${objects} objects`,
    goal: 'at most 2',
    isMet: statusWrites.length <= 2 * objects,
  });
  const timers = (late: string): string => `; timers here were late by ${late} at p99`;
  printChanges('route applied to traffic, while statuses are written', during.changes, timers(during.late), false);

  const memory = memoryOf(running);
  for (const [index, name] of (['controller', 'processor', 'Envoy'] as const).entries()) {
    const [now = 0, before = 0] = [memory[index], few.memory[index]];
    printFigure({
      name: `memory of the ${name}`,
      value: `${now.toFixed(0)} MiB, × ${(now / before).toFixed(2)}`,
      against: `with 20 routes (${before.toFixed(0)} MiB)`,
      goal: '',
      isMet: undefined,
    });
  }

  const { pid } = running.controller;
  const cpuOfStart = cpuSeconds([pid]);
  const calm = await changes(rounds);
  const changeCalls = await quiet(cluster);
  const cpuOfChange = (cpuSeconds([pid]) - cpuOfStart) / rounds;
  const { load } = calm;
  printChanges(
    `route applied to traffic, ${rounds} changes`,
    calm.changes,
    `; ${load.perSecond} requests/s ran, ${load.failures.length} of them failed; 20 ms are hold-off${timers(calm.late)}`,
    true,
  );
  printFigure({
    name: 'CPU of the controller for each change',
    value: `${(cpuOfChange * 1_000).toFixed(0)} ms, its status included`,
    against: `× ${(cpuOfChange / cpuOfStart).toFixed(3)} of the start with all statuses (${cpuOfStart.toFixed(1)} s)`,
    goal: '',
    isMet: undefined,
  });
  printFigure({
    name: 'API calls for each change',
    value: byVerb(changeCalls, rounds),
    against: `the first start made ${startCalls.length.toLocaleString('en')}`,
    goal: 'status writes ≤ 2',
    isMet: changeCalls.filter(isWrite).length <= 2 * rounds,
  });

  const changer = createChanger(cluster.client, url);
  const rotations: Change[] = [];
  for (let round = 0; round < Math.ceil(rounds / 5); round++) {
    const credential = `credential-${round}`;
    const arrives = (headers: Headers): boolean => headers.get('x-credential') === credential;
    rotations.push(await changer.change(fleetSecret(0, credential), modelName(large.backends), arrives));
    await sleep(500);
  }
  changer.close();
  const rotationCalls = await quiet(cluster);
  printChanges(
    `credential of all 2,000 routes, ${rotations.length} times`,
    rotations,
    `; API calls for each: ${byVerb(rotationCalls, rotations.length)}`,
    true,
  );

  await sleep(steadySeconds * 1_000);
  const steady = await cluster.calls();
  printFigure({
    name: `writes in ${steadySeconds} s without a change`,
    value: `${steady.filter(isWrite).length} (${byVerb(steady)})`,
    against: `${startCalls.filter(isWrite).length.toLocaleString('en')} at the start; the Lease is renewed besides`,
    goal: '0',
    isMet: steady.filter(isWrite).length === 0,
  });
  const loads = [loadBefore, loadavg()[0] ?? 0].map((each) => each.toFixed(1)).join(' before, ');
  process.stdout.write(
    `  writing the 2,000 routes took ${(appliedMs / 1_000).toFixed(1)} s; load of the machine ${loads} after\n`,
  );
} finally {
  await running?.stop();
  await cluster.close();
  upstream.close();
}

/** What the API server and reading its answer take by themselves. */
async function bareList(): Promise<number> {
  const beganAt = performance.now();
  const answer = await cluster.client.list({ ...placeOf(fleetRoute(0, 0)), namespace: 'default' });
  if (!answer.ok) throw new Error(answer.error.message);
  return performance.now() - beganAt;
}

function memoryOf({ controller, egress }: Running): readonly number[] {
  return [controller.pid, egress.processor.pid, egress.envoy.pid].map(residentMib);
}

/** How long the machine lets somebody wait who wants to run: how late timers of this process are. */
function watchLateness(): () => string {
  const everyMs = 10;
  const delays = monitorEventLoopDelay({ resolution: everyMs });
  delays.enable();
  return () => {
    delays.disable();
    return `${Math.max(0, delays.percentile(99) / 1e6 - everyMs).toFixed(0)} ms`;
  };
}

/** One route after the other is sent to another backend, while others are asked for. */
async function changes(count: number) {
  const load = startLoad(
    2,
    async () => {
      const response = await ask(url, modelName(large.routes - 1));
      return response.status === 200 ? undefined : `status ${response.status}`;
    },
    40,
  );
  const changer = createChanger(cluster.client, url);
  const lateness = watchLateness();
  const made: Change[] = [];
  try {
    for (let round = 0; round < count; round++) {
      // Not the one that it has by now, nor the one that it had at the start.
      const index = round % 10;
      const backend = 10 + (changed++ % (large.backends - 10));
      const arrives = (headers: Headers): boolean => headers.get('x-sluice-provider') === backendName(backend);
      made.push(await changer.change(fleetRoute(index, backend), modelName(index), arrives));
      await sleep(500);
    }
  } finally {
    changer.close();
    await load.stop();
  }
  return { changes: made, load: await load.stop(), late: lateness() };
}
