import { PassThrough } from 'node:stream';
import { GenericContainer, getContainerRuntimeClient, PullPolicy, Wait } from 'testcontainers';
import { err, ok, type Result } from '../../src/lib/result.ts';
import { type RedisProgram, readyLine } from './redis-program.ts';
import { until } from './until.ts';

/**
 * Starts Redis in a container as if it were a program of this machine: same arguments, same folder, same user, on the
 * loopback of this machine. It lives no longer than we do, however we end.
 */
export async function startRedisContainer(
  image: string,
  args: readonly string[],
  folder: string,
): Promise<Result<RedisProgram>> {
  const container = new LeasedContainer(image)
    .withPullPolicy(PullPolicy.neverPull())
    .withNetworkMode('host')
    .withBindMounts([{ source: folder, target: folder }])
    .withUser(`${process.getuid?.()}:${process.getgid?.()}`)
    .withDroppedCapabilities('ALL')
    .withSecurityOpt('no-new-privileges', 'label=disable')
    .withCommand(['redis-server', ...args])
    .withWaitStrategy(Wait.forLogMessage(readyLine))
    .withStartupTimeout(20_000);
  try {
    await container.start();
  } catch (cause) {
    container.end();
    const why = container.output || (cause as Error).message;
    return err(`${why.trim().slice(-300)} (in a container; REDIS_SERVER names a program instead)`);
  }
  return ok({
    signal: (name) => container.signal(name),
    kill: () => container.kill(),
  });
}

/**
 * Signals the program that it is given, each named by a line of its input, and kills it where that ends. Not by the
 * engine: it freezes whole containers, and a frozen one would outlive us.
 */
const lease = `
exec 3<&0
"$@" 3<&- &
program=$!
{
  while read -r signal; do kill -s "$signal" "$program" && echo "sent $signal"; done <&3
  kill -s KILL "$program"
} &
exec 3<&-
wait "$program"`;

/**
 * A container that ends when this process does, even by SIGKILL: the engine then closes its input. The reaper that
 * testcontainers brings for this is one more image to pull, listens on all addresses, and is handed the engine's socket.
 */
class LeasedContainer extends GenericContainer {
  output = '';
  #input: NodeJS.ReadWriteStream | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(image: string) {
    super(image);
    this.withAutoCleanup(false).withEntrypoint(['sh', '-c', lease, 'lease']);
    Object.assign(this.createOpts, { OpenStdin: true, StdinOnce: true, AttachStdin: true });
    this.hostConfig.AutoRemove = true;
  }

  /** Before it starts, so that there is no moment in which it runs and hangs on nobody. */
  protected override async containerCreated(id: string): Promise<void> {
    const { container } = await getContainerRuntimeClient();
    const created = container.getById(id);
    const stream = await created.attach({ stream: true, hijack: true, stdin: true, stdout: true, stderr: true });
    const output = new PassThrough().on('data', (chunk: Buffer) => {
      this.output += chunk.toString();
    });
    created.modem.demuxStream(stream, output, output);
    this.#input = stream;
    this.#ended = new Promise((resolve) => stream.once('close', resolve));
  }

  async signal(name: string): Promise<void> {
    const before = this.output.length;
    this.#input?.write(`${name}\n`);
    await until(`Redis gets ${name}`, () => this.output.includes(`sent ${name}`, before));
  }

  async kill(): Promise<void> {
    this.end();
    await this.#ended;
  }

  end(): void {
    this.#input?.end();
  }
}
