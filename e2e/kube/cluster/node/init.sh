#!/bin/sh
# The first process of a cluster: `unshare` starts it in network, mount, process and host name namespaces of its own. It
# furnishes them and starts the node. All addresses, rules and mounts of the cluster exist only in here and go with it.
#   init.sh FOLDER NODE-PROGRAM COMPONENTS-SCRIPT
set -eu
folder=$1 node=$2 components=$3

hostname node1

# Mounts made here must not reach the machine, but must reach the pods below.
mount --make-rprivate /
mount --make-rshared /
mount -t tmpfs tmpfs /run
mount --bind "$folder/var-log" /var/log
# At the last moment: another cluster that stops removes them where nobody uses them.
mkdir -p /var/lib/cni /var/lib/kubelet
mount --bind "$folder/var-lib-cni" /var/lib/cni
mount --bind "$folder/var-lib-kubelet" /var/lib/kubelet
mount --make-rshared /var/lib/kubelet

# kubelet insists on these settings of the kernel, which belong to the whole machine: it is shown files that have them.
for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
  kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
  file=$folder/sysctl/${setting%%=*}
  mkdir -p "$(dirname "$file")"
  echo "${setting##*=}" >"$file"
  mount --bind "$file" "/proc/sys/${setting%%=*}"
done

# The node's address needs an interface that is up, and one with a peer, or it has no carrier. The default route leads
# nowhere; without one, the kernel refuses Service addresses before kube-proxy's rules see them.
ip link set lo up
ip link add node0 type bridge
ip address add 10.99.0.1/24 dev node0
ip link set node0 up
ip link add node0a type veth peer name node0b
ip link set node0a master node0 up
ip link set node0b up
ip route add default dev node0
echo 1 >/proc/sys/net/ipv4/ip_forward

# Not `exec`: a first process has to take in orphans, which a shell does while it waits and Node does not.
"$node" "$components" "$folder" &
wait
