#!/bin/bash
# Makes a clean Debian 12 with a small desktop and no trace of ours: root.sh FOLDER.
# What is there already, made by this same script, is taken as it is.
set -eu
folder=$1
stamp=$(sha256sum <"$0")
[ "$(cat "$folder/.made-by" 2>/dev/null)" = "$stamp" ] && exit

rm -rf "$folder"
mkdir -p "$folder"
# Over http: what counts is the signature of the archive, which is checked.
debootstrap --variant=minbase --include=ca-certificates,dbus,libpam-systemd,systemd,systemd-sysv bookworm "$folder" http://deb.debian.org/debian >/dev/null
echo force-unsafe-io >"$folder/etc/dpkg/dpkg.cfg.d/test"
# The desktop: a display without a screen, a window manager that heeds the Autostart
# specification, a panel with a place for icons, and what a desktop has beside them.
chroot "$folder" env DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends \
  cups-client desktop-file-utils iproute2 openbox python3-xdg xdg-utils xfce4-panel xvfb zenity >/dev/null
chroot "$folder" useradd --create-home --uid 1000 docteur
chroot "$folder" apt-get clean
echo "$stamp" >"$folder/.made-by"
