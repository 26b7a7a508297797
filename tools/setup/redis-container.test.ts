import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ContainerLook, lookForRedisContainer, pullRedisImage, redisImage } from './redis-container.ts';
import {
  type Answers,
  engineInfo,
  helpfulAnswers,
  type ScriptedEngine,
  startEngine,
} from './testing/container-engine.ts';

let folder: string;
let engine: ScriptedEngine;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-engine-'));
});
afterEach(async () => {
  engine.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(answers: Answers): Promise<void> {
  engine = await startEngine(join(folder, 'engine.sock'), answers);
}

describe('lookForRedisContainer()', () => {
  async function look(different: Answers): Promise<ContainerLook> {
    await start({ ...helpfulAnswers, ...different });
    return lookForRedisContainer({ DOCKER_HOST: engine.host });
  }

  it('is content with an engine of this machine that has the image', async () => {
    expect(await look({})).toEqual({ kind: 'ready' });
  });

  it('says where the image is to be pulled', async () => {
    const found = await look({ [`/images/${redisImage}/json`]: undefined });
    expect(found).toEqual({ kind: 'no image', engine: engine.socket });
  });

  it.each<[string, Answers, string]>([
    ['has a kernel of its own', { '/info': { ...engineInfo, KernelVersion: '1.0' } }, 'runs in a virtual machine'],
    ['is rootless', { '/info': { ...engineInfo, SecurityOptions: ['name=rootless'] } }, 'has another loopback'],
    ['has its bridge elsewhere', { '/networks/bridge': { Options: {} } }, 'has another loopback than this process'],
    ['does not answer', { '/info': 'silence' }, 'did not answer within 2 s'],
    ['refuses', { '/info': 'refusal' }, 'answers 500'],
  ])('does without an engine that %s', async (_, different, why) => {
    const found = await look(different);
    expect(found).toMatchObject({ kind: 'not usable', why: expect.stringContaining(why) });
  });

  it('does without an engine of another machine, or one that has ended', async () => {
    await start(helpfulAnswers);
    engine.stop();
    const ended = await lookForRedisContainer({ DOCKER_HOST: engine.host });
    expect(ended).toMatchObject({ why: expect.stringContaining(`${engine.socket} cannot be asked`) });
    const distant = await lookForRedisContainer({ DOCKER_HOST: 'tcp://192.0.2.1:2375' });
    expect(distant).toMatchObject({ why: expect.stringContaining('no socket of this machine') });
  });
});

describe('pullRedisImage()', () => {
  const [name, tag] = redisImage.split(':');
  const pull = `/images/create?fromImage=${name}&tag=${tag}`;

  it('pulls the pinned version', async () => {
    await start({ ...helpfulAnswers, [pull]: { status: 'Downloaded' } });
    expect(await pullRedisImage(engine.socket)).toEqual({ ok: true, value: undefined });
    expect(engine.asked[0]).toBe(`POST ${pull}`);
  });

  it('is not fooled by an engine that begins well', async () => {
    await start({ [pull]: { error: 'connection lost' } });
    const pulled = await pullRedisImage(engine.socket);
    expect(pulled).toEqual({ ok: false, error: `the container engine did not get ${redisImage}` });
  });

  it('says what the engine says', async () => {
    await start({ [pull]: 'refusal' });
    expect(await pullRedisImage(engine.socket)).toMatchObject({ error: expect.stringContaining('answers 500') });
  });
});
