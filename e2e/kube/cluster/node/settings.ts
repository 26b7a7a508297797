import { statfsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Identities } from '../identities.ts';
import { addresses } from './addresses.ts';

/** The configuration files of a node's parts. All is in the cluster's folder; nothing of the machine is changed. */
export interface Settings {
  readonly containerd: string;
  readonly kubelet: string;
  readonly proxy: string;
  readonly dns: string;
}

export async function writeSettings(
  folder: string,
  cgroup: string,
  identities: Identities,
  pauseImage: string,
): Promise<Settings> {
  const networks = join(folder, 'networks');
  await mkdir(networks, { recursive: true });
  const put = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  };
  const json = (value: unknown): string => JSON.stringify(value, null, 2);
  const resolver = await put('resolv.conf', `nameserver ${addresses.node}\n`);
  await put('networks/pods.conflist', json(podNetwork));
  return {
    containerd: await put('containerd.toml', containerdText(folder, networks, pauseImage)),
    kubelet: await put('kubelet.json', json(kubelet(cgroup, resolver))),
    proxy: await put('proxy.json', json(proxy(identities))),
    dns: await put('Corefile', dnsText(identities)),
  };
}

const overlay = 0x794c7630;

function containerdText(folder: string, networks: string, pauseImage: string): string {
  // An overlay cannot lie on an overlay, which is what the folders of a container are.
  const snapshotter = statfsSync(folder).type === overlay ? 'native' : 'overlayfs';
  return `
version = 2
root = "${join(folder, 'containerd')}"
state = "/run/containerd"
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  # Root in a container often lacks the capability to lower these scores.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${networks}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "${snapshotter}"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
`;
}

const podNetwork = {
  cniVersion: '1.0.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: 'pods0',
      isGateway: true,
      ipMasq: false,
      hairpinMode: true,
      ipam: { type: 'host-local', ranges: [[{ subnet: addresses.pods }]], routes: [{ dst: '0.0.0.0/0' }] },
    },
  ],
};

function kubelet(cgroup: string, resolver: string): unknown {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    cgroupDriver: 'cgroupfs',
    // Its own: a kubelet removes the groups of pods that it does not know.
    cgroupRoot: `/${cgroup}`,
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0,
    // Nobody but this cluster reaches it, and so the API server needs no certificate for it.
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    clusterDNS: [addresses.dns],
    clusterDomain: 'cluster.local',
    resolvConf: resolver,
    makeIPTablesUtilChains: false,
    // Images cannot be fetched again, and the machine's disk is not this cluster's affair.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    nodeStatusUpdateFrequency: '4s',
  };
}

function proxy(identities: Identities): unknown {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    clientConnection: { kubeconfig: identities.kubeconfig('proxy') },
    clusterCIDR: addresses.pods,
    oomScoreAdj: 0,
    // 0 leaves the machine's settings alone.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
}

function dnsText(identities: Identities): string {
  return `
.:53 {
  bind ${addresses.node}
  errors
  cache 2
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    kubeconfig ${identities.kubeconfig('admin')}
    pods insecure
  }
}
`;
}

/** CoreDNS runs on the node itself; this puts it behind the address that pods are given. */
export const dnsService = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'kube-dns', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
      spec: {
        clusterIP: addresses.dns,
        ports: [
          { name: 'dns', port: 53, protocol: 'UDP' },
          { name: 'dns-tcp', port: 53, protocol: 'TCP' },
        ],
      },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: 'kube-dns-node',
        namespace: 'kube-system',
        labels: { 'kubernetes.io/service-name': 'kube-dns' },
      },
      addressType: 'IPv4',
      endpoints: [{ addresses: [addresses.node], conditions: { ready: true } }],
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP' },
      ],
    },
  ],
});
