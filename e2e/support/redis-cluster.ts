import { connect, createServer, type Socket } from 'node:net';
import { Redis } from 'ioredis';
import { freePort } from './ports.ts';
import { type RunningRedis, startRedis } from './redis.ts';
import { until } from './until.ts';

/** A Redis Cluster whose nodes have three masters among them, so that two can elect a replica in the place of the third. */
export interface RedisCluster {
  /** Whoever asks is led to all others. */
  readonly port: number;
  /** Commands reach the master of our keys, and their answers nobody. */
  swallowAnswers(): void;
  /** What the master is told from now on, its replica does not hear. */
  cutReplica(): Promise<void>;
  /** The replica has all that the master has. */
  replicated(): Promise<void>;
  /** Ends the master of our keys; settles when its replica has been elected. */
  failOver(): Promise<void>;
  /** As an operator does it before the master is serviced: it hands over and becomes a replica. */
  handOver(): Promise<void>;
  stop(): Promise<void>;
}

const slotCount = 16_384;
const busOffset = 10_000;

/** `tag`: the hash tag of the keys whose master has a replica. */
export async function startRedisCluster(tag: string): Promise<RedisCluster> {
  const args = [
    ...['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1', '--cluster-node-timeout', '1000'],
    // It stands in for its master however long it has not heard of it.
    ...['--cluster-replica-validity-factor', '0', '--repl-ping-replica-period', '1'],
  ];
  const ownPort = await freePort();
  const front = await startFront(ownPort);
  const announced = [
    '--cluster-announce-port',
    String(front.port),
    '--cluster-announce-bus-port',
    `${ownPort + busOffset}`,
  ];
  const ours = await startRedis({ args: [...args, ...announced], port: ownPort });
  const nodes: RunningRedis[] = [ours];
  while (nodes.length < 4) nodes.push(await startRedis({ args }));
  const admins = nodes.map(({ url }) => new Redis(url));
  // A node that has been killed.
  for (const admin of admins) admin.on('error', () => undefined);
  const [ourAdmin, secondAdmin, thirdAdmin, replicaAdmin] = admins as [Redis, Redis, Redis, Redis];

  const slot = await ourAdmin.cluster('KEYSLOT', tag);
  const others = [(slot + 1) % slotCount, (slot + 2) % slotCount];
  // ADDSLOTSRANGE is Redis 7. Only masters with slots have a vote.
  await ourAdmin.cluster(
    'ADDSLOTS',
    ...Array.from({ length: slotCount }, (_, each) => each).filter((each) => !others.includes(each)),
  );
  await secondAdmin.cluster('ADDSLOTS', others[0] ?? 0);
  await thirdAdmin.cluster('ADDSLOTS', others[1] ?? 0);
  for (const [index, admin] of admins.entries()) {
    await admin.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
    if (index > 0) await ourAdmin.call('CLUSTER', 'MEET', '127.0.0.1', String(nodes[index]?.port));
  }
  const id = await ourAdmin.call('CLUSTER', 'MYID');
  await until('all nodes know each other', async () => {
    const seen = await Promise.all(admins.map(async (admin) => (await admin.call('CLUSTER', 'NODES')) as string));
    return seen.every(
      (text) => text.split('\n').filter((line) => / connected( |$)/.test(line)).length === nodes.length,
    );
  });
  await replicaAdmin.call('CLUSTER', 'REPLICATE', String(id));
  const replication = async (admin: Redis) => parseInfo(await admin.info('replication'));
  await until('the replica follows', async () => (await replication(replicaAdmin)).master_link_status === 'up');
  await until('all nodes see the whole cluster', async () => {
    const infos = await Promise.all(admins.map((admin) => admin.cluster('INFO')));
    const lists = await Promise.all(admins.map(async (admin) => String(await admin.call('CLUSTER', 'NODES'))));
    return (
      infos.every((info) => info.includes('cluster_state:ok')) &&
      lists.every((list) => list.includes(`127.0.0.1:${front.port}@`) && / slave /.test(list.replace('myself,', '')))
    );
  });

  const promoted = () =>
    until('the replica has taken over', async () => {
      const [{ role }, info] = [await replication(replicaAdmin), await replicaAdmin.cluster('INFO')];
      return role === 'master' && info.includes('cluster_state:ok');
    });
  return {
    port: nodes[1]?.port ?? 0,
    swallowAnswers: () => front.swallowAnswers(),
    async cutReplica() {
      front.refuseReplicas();
      await until('the replica is alone', async () => (await replication(replicaAdmin)).master_link_status === 'down');
    },
    replicated: () =>
      until('the replica has all', async () => {
        const [written, copied] = [await replication(ourAdmin), await replication(replicaAdmin)];
        return copied.master_link_status === 'up' && written.master_repl_offset === copied.slave_repl_offset;
      }),
    async failOver() {
      await ours.stop();
      front.close();
      await promoted();
    },
    async handOver() {
      await replicaAdmin.call('CLUSTER', 'FAILOVER');
      await promoted();
    },
    async stop() {
      for (const admin of admins) admin.disconnect();
      front.close();
      for (const node of nodes) await node.stop();
    },
  };
}

function parseInfo(info: string): Readonly<Record<string, string>> {
  return Object.fromEntries(info.split('\r\n').map((line) => line.split(':') as [string, string]));
}

/** Stands before a node, for clients and its replica. */
async function startFront(portBehind: number) {
  const pairs: { readonly client: Socket; readonly behind: Socket; isReplica: boolean }[] = [];
  let isSwallowing = false;
  let refusesReplicas = false;
  const server = createServer((client) => {
    const behind = connect(portBehind, '127.0.0.1');
    const pair = { client, behind, isReplica: false };
    pairs.push(pair);
    for (const end of [client, behind]) end.on('error', () => end.destroy());
    client.on('close', () => behind.destroy());
    behind.on('close', () => client.destroy());
    client.on('data', (bytes) => {
      // What only replicas say, when they begin.
      if (bytes.includes('REPLCONF')) pair.isReplica = true;
      if (pair.isReplica && refusesReplicas) client.destroy();
      else behind.write(bytes);
    });
    behind.on('data', (bytes) => {
      if (pair.isReplica || !isSwallowing) client.write(bytes);
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port,
    swallowAnswers(): void {
      isSwallowing = true;
    },
    refuseReplicas(): void {
      refusesReplicas = true;
      for (const { client, isReplica } of pairs) if (isReplica) client.destroy();
    },
    close(): void {
      server.close();
      for (const { client } of pairs) client.destroy();
    },
  };
}
