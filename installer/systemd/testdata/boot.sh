#!/bin/bash
# Boots a copy of this machine under systemd, in a mount namespace of its own, and runs
# the probe in it: boot.sh SCRATCH PROGRAMS OUT. What the copy writes goes to a tmpfs and
# is gone with it; it has no network but a loopback of its own.
set -eu
scratch=$1 programs=$2 out=$3

mount --make-rprivate /
mount -t tmpfs -o size=2g tmpfs "$scratch"
root=$scratch/root
mkdir "$scratch/upper" "$scratch/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$scratch/upper,workdir=$scratch/work" "$root"
# Homes are empty: what goes on in those of this machine is not the copy's.
for home in root home; do mount -t tmpfs -o size=16m tmpfs "$root/$home"; done

head -c16 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$root/etc/machine-id"
mkdir -p "$root/opt/agrafe"
cp "$programs"/* "$root/opt/agrafe/"
mv "$root/opt/agrafe/probe" "$root/opt/probe"

# Of this machine's services the copy runs those of the system, D-Bus and PC/SC.
units=$root/etc/systemd/system
rm -rf "$units"/*.target.wants
mkdir -p "$units/multi-user.target.wants" "$units/sockets.target.wants"
ln -s /lib/systemd/system/pcscd.socket "$units/sockets.target.wants/"
# A machine in a container has no seat: the probe says who sits at it.
ln -sf /dev/null "$units/systemd-logind.service"
cat >"$units/probe.service" <<'EOF'
[Unit]
After=dbus.socket pcscd.socket
[Service]
Type=oneshot
ExecStart=/opt/turn
StandardOutput=append:/out/log
StandardError=inherit
ExecStopPost=/opt/turn over
EOF
cat >"$root/opt/turn" <<'EOF'
#!/bin/sh
# The probe's turn: the first boot, which leaves /out/day, and the one after it.
tests=TestService
[ -e /out/day ] && tests=TestRebooted
[ "$1" = over ] || exec /opt/probe -test.v -test.timeout=300s -test.run "^$tests\$"
echo "$EXIT_STATUS" >/out/status
journalctl -b -u agrafed -o cat --no-pager >>/out/journal
if [ "$EXIT_STATUS" = 0 ] && [ ! -e /out/rebooted ]; then
  touch /out/rebooted
  systemctl --no-block reboot
else
  systemctl --no-block poweroff
fi
EOF
chmod +x "$root/opt/turn"
ln -s ../probe.service "$units/multi-user.target.wants/"

# With --keep-unit, 133 is how systemd-nspawn asks to be run again for a reboot.
status=133
while [ $status = 133 ]; do
  status=0
  systemd-nspawn --quiet --directory="$root" --boot --register=no --keep-unit --link-journal=no \
    --console=pipe --private-network --bind="$out:/out" systemd.unit=multi-user.target || status=$?
done
exit $status
