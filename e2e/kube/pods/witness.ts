/**
 * Asks several addresses again and again and remembers in which order their answers differed: for what happens while
 * nobody outside can look, because the API server is away. Fields are paths in the JSON of an answer; of a list it is the
 * length that counts.
 *   witness.ts '{"urls":["http://10.244.0.5:10089/status"],"fields":["source.servesFrom","clients"]}'
 * SIGTERM ends it: {"http://…":["cluster 4","no answer","snapshot 0","snapshot 4","cluster 4"]}
 */
interface WitnessPlan {
  readonly urls: readonly string[];
  readonly fields: readonly string[];
}

const plan = JSON.parse(process.argv[2] ?? '{}') as WitnessPlan;
const seen = new Map<string, string[]>(plan.urls.map((url) => [url, []]));

setInterval(look, 250);
console.log('started');

process.once('SIGTERM', () => {
  console.log(JSON.stringify(Object.fromEntries(seen)));
  process.exit(0);
});

async function look(): Promise<void> {
  await Promise.all(
    plan.urls.map(async (url) => {
      const said = await ask(url);
      const before = seen.get(url);
      if (before?.at(-1) !== said) before?.push(said);
    }),
  );
}

async function ask(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    const answer: unknown = await response.json();
    return plan.fields.map((path) => shown(path.split('.').reduce(member, answer))).join(' ');
  } catch {
    return 'no answer';
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function shown(value: unknown): string {
  return Array.isArray(value) ? String(value.length) : String(value);
}
