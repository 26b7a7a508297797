import { connectKubeClient, type KubeClient } from '../../../src/kube/client.ts';
import { customResourceDefinition } from '../../../src/policy/crd/definition.ts';
import { published } from '../definitions/document.ts';
import { type KubeApiServer, startApiServer } from './api-server.ts';
import { type AskingClient, askingClient } from './asking.ts';
import { untilServed } from './served-kinds.ts';

/** An API server that holds our definitions, and two who talk to it. */
export interface DefinitionsServer {
  readonly server: KubeApiServer;
  readonly client: KubeClient;
  readonly asking: AskingClient;
  close(): Promise<void>;
}

export async function startDefinitionsServer(): Promise<DefinitionsServer> {
  const server = await startApiServer();
  try {
    await server.apply(published.map((kind) => JSON.stringify(customResourceDefinition(kind))).join('\n---\n'));
    await untilServed(server);
    const client = await connectKubeClient({ kubeconfig: server.kubeconfig });
    if (!client.ok) throw new Error(client.error);
    const asking = await askingClient(server);
    const close = async (): Promise<void> => {
      asking.close();
      client.value.close();
      await server.close();
    };
    return { server, client: client.value, asking, close };
  } catch (cause) {
    await server.close();
    throw cause;
  }
}
