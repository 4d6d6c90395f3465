#!/bin/sh
# Installs Debian packages that tests need: install-debian-packages.sh NAME... (as root). Nothing of it is started as a
# service: tests start what they need themselves. What cannot be had does not keep the rest out; the status says so.
set -u
export DEBIAN_FRONTEND=noninteractive

# A service that is installed is started, and a PostgreSQL cluster made, unless someone says no.
policy=/usr/sbin/policy-rc.d
clusters=/etc/postgresql-common/createcluster.d
mkdir -p "$clusters"
echo 'create_main_cluster = false' >"$clusters/lastro-test.conf"
if [ -e "$policy" ]; then policy=; else
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
fi
tidy() {
  rm -f "$clusters/lastro-test.conf"
  [ -z "$policy" ] || rm -f "$policy"
}
trap tidy EXIT

install() {
  apt-get install -qy --no-install-recommends "$@"
}

apt-get update -q
install "$@" && exit 0
status=0
for package in "$@"; do
  install "$package" && continue
  echo "$package cannot be installed here: tests that need it are skipped"
  status=1
done
exit "$status"
