#!/bin/bash
# Boots a copy of a clean Debian under systemd, in a mount namespace of its own, and runs
# the probe in it: boot.sh DEBIAN SCRATCH IN OUT. IN holds the probe and the packages.
# What the copy writes goes to a tmpfs and is gone with it; it has no network but a
# loopback of its own: what the packages need is fetched before.
set -eu
debian=$1 scratch=$2 in=$3 out=$4

mount --make-rprivate /
mount -t tmpfs -o size=3g tmpfs "$scratch"
root=$scratch/root
mkdir "$scratch/upper" "$scratch/work" "$root"
mount -t overlay overlay -o "lowerdir=$debian,upperdir=$scratch/upper,workdir=$scratch/work" "$root"
cp -r "$in" "$root/opt/in"
chmod -R go+rX "$root/opt/in"

cp --dereference /etc/resolv.conf "$root/etc/resolv.conf"
chroot "$root" apt-get update -qq
chroot "$root" sh -c 'apt-get install -qqy --download-only /opt/in/new.deb vsmartcard-vpcd' >/dev/null

head -c16 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$root/etc/machine-id"
units=$root/etc/systemd/system
mkdir -p "$units/multi-user.target.wants"
# A machine in a container has no seat: the probe says who sits at it.
ln -sf /dev/null "$units/systemd-logind.service"
cat >"$units/probe.service" <<'EOF'
[Unit]
After=dbus.socket
[Service]
Type=oneshot
Environment=DEBIAN_FRONTEND=noninteractive
ExecStart=/opt/in/probe -test.v -test.timeout=200s
StandardOutput=append:/out/log
StandardError=inherit
ExecStopPost=/bin/sh -c 'echo "$EXIT_STATUS" >/out/status; journalctl -b -u agrafed -o cat --no-pager >/out/journal; systemctl --no-block start poweroff.target'
EOF
ln -s ../probe.service "$units/multi-user.target.wants/"

systemd-nspawn --quiet --directory="$root" --boot --register=no --keep-unit --link-journal=no \
  --console=pipe --private-network --bind="$out:/out" systemd.unit=multi-user.target
