#!/usr/bin/env bash
# Fetches the Debian packages that hold the cut-outs and backgrounds (500 MB) and unpacks them; nothing is installed.
#   fetch.sh RAW     RAW/PACKAGE/... afterwards. Needs apt and dpkg with the lists of Debian 12; other releases of the
#                    packages give other pictures, and so a slightly different pool.
set -euo pipefail
raw=${1:?where to}
mkdir -p "$raw/deb"
cd "$raw"
for package in tuxpaint-stamps-default openclipart-png fonts-noto-color-emoji \
  gnome-backgrounds plasma-workspace-wallpapers mate-backgrounds ukui-wallpapers; do
  [ -d "$package" ] && continue
  (cd deb && apt-get download "$package")
  dpkg-deb -x deb/"$package"_*.deb "$package.part"
  mv "$package.part" "$package" # only now: what is there is whole
done
