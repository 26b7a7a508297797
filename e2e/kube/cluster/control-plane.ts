import { authorityFile, type Identities } from './identities.ts';

/** The arguments of the control plane's processes, the same for an API server alone and for a whole cluster. */

export interface EtcdPlace {
  readonly dataFolder: string;
  readonly clientUrl: string;
  readonly peerUrl: string;
}

export function etcdArguments({ dataFolder, clientUrl, peerUrl }: EtcdPlace): readonly string[] {
  return [
    ...['--name', 'one', '--data-dir', dataFolder, '--log-level', 'warn'],
    ...['--listen-client-urls', clientUrl, '--advertise-client-urls', clientUrl],
    ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl, '--initial-cluster', `one=${peerUrl}`],
    // Nothing here has to survive a power cut, and waiting for the disk is most of what etcd does.
    '--unsafe-no-fsync',
  ];
}

export interface ApiServerPlace {
  readonly identities: Identities;
  readonly etcdUrl: string;
  readonly bindAddress: string;
  /** What pods are told of it, behind the Service `kubernetes`. */
  readonly advertiseAddress: string;
  readonly port: number;
  /** Without controllers nobody makes the `default` service accounts that this admission plugin insists on. */
  readonly hasControllers: boolean;
}

export function apiServerArguments(place: ApiServerPlace): readonly string[] {
  const { identities } = place;
  return [
    `--etcd-servers=${place.etcdUrl}`,
    `--bind-address=${place.bindAddress}`,
    `--advertise-address=${place.advertiseAddress}`,
    `--secure-port=${place.port}`,
    `--cert-dir=${identities.certificates}`,
    `--token-auth-file=${identities.tokensFile}`,
    `--service-account-key-file=${identities.signingKeyFile}`,
    `--service-account-signing-key-file=${identities.signingKeyFile}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=Node,RBAC',
    // Nobody resolves the node's name.
    '--kubelet-preferred-address-types=InternalIP',
    '--allow-privileged=true',
    ...(place.hasControllers ? [] : ['--disable-admission-plugins=ServiceAccount']),
  ];
}

export function controllerManagerArguments(identities: Identities, port: number): readonly string[] {
  const kubeconfig = identities.kubeconfig('controller-manager');
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--authentication-skip-lookup=true',
    `--service-account-private-key-file=${identities.signingKeyFile}`,
    `--root-ca-file=${authorityFile(identities)}`,
    '--use-service-account-credentials',
    '--leader-elect=false',
    // There is one node, on the same machine: it is silent because a test has taken the API server away.
    '--node-monitor-grace-period=5m',
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
  ];
}

export function schedulerArguments(identities: Identities): readonly string[] {
  const kubeconfig = identities.kubeconfig('scheduler');
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
  ];
}
