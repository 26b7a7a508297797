/** Members of a line of JSON; `%j` is the message with the escapes that JSON needs. */
const jsonFormat = '{"level":"%l","time":"%Y-%m-%dT%T.%eZ","name":"envoy","component":"%n","msg":"%j"}';

/** Envoy calls warn by another name. */
const levelNames: { readonly [level: string]: string } = { warn: 'warning' };

/**
 * Components that write down what passes as soon as they are talkative: headers with the credentials of callers and
 * providers (http, router, and those that inject or sign), and what the processor answers, which is whole prompts
 * (ext_proc). They stay at info: what is looked for with them stands in the access log and in the processor's own.
 */
const indiscreet = ['aws', 'credential_injector', 'ext_proc', 'http', 'jwt', 'router'];

/** Arguments of Envoy for its own log. */
export function envoyLogArguments(level: string, isJson: boolean): readonly string[] {
  const isTalkative = level === 'debug' || level === 'trace';
  return [
    ...['--log-level', levelNames[level] ?? level],
    ...(isTalkative ? ['--component-log-level', indiscreet.map((component) => `${component}:info`).join(',')] : []),
    ...(isJson ? ['--log-format', jsonFormat] : []),
  ];
}
