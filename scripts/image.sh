#!/usr/bin/env bash
# Builds the image from the Dockerfile where no registry of images can be reached: on Debian by debootstrap and this machine's Node,
# which stand in for its base. As root, with buildah.
#
#   scripts/image.sh STORE [ROOTFS]
#
# STORE is a folder for the images: `podman --root STORE/images --runroot STORE/run` runs `localhost/pylon-sync`. ROOTFS is a folder with
# Debian already in it; without one debootstrap makes STORE/rootfs.
set -euo pipefail
store=$1
rootfs=${2:-$store/rootfs}
cd "$(dirname "$0")/.."
buildah() { command buildah --root "$store/images" --runroot "$store/run" "$@"; }

base=$(sed -n 's/^FROM --platform=[^ ]* \(node:[^ ]*\) AS base$/\1/p' Dockerfile)
[ -d "$rootfs" ] || debootstrap --variant=minbase --include=ca-certificates,libstdc++6 bookworm "$rootfs" >"$store/debootstrap.log"

container=$(buildah from scratch)
buildah add --quiet "$container" "$rootfs" /
buildah add --quiet "$container" "$(command -v node)" /usr/local/bin/node
buildah add --quiet "$container" "$(npm root -g)/npm" /usr/local/lib/node_modules/npm
buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then
  buildah add --quiet "$container" "$NODE_EXTRA_CA_CERTS" /usr/local/share/extra-ca.crt
  buildah config --env NODE_EXTRA_CA_CERTS=/usr/local/share/extra-ca.crt "$container"
fi
buildah run --isolation chroot "$container" -- sh -euc '
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
  id node >/dev/null 2>&1 || useradd --uid 1000 --create-home node'
buildah commit --quiet --rm "$container" "docker.io/library/$base" >/dev/null

# The format that knows a health check.
buildah build --isolation chroot --format docker --pull=never --layers=false --tag localhost/pylon-sync .
