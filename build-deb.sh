#!/bin/bash
# Builds a Debian package from the published files: ./build-deb.sh [linux-x64|linux-arm64]
# Publishes first if artifacts/publish is empty. Prints the path of the package, in artifacts/debian.
# Needs dpkg-deb, gzip and awk. Pass a SOURCE_DATE_EPOCH to get the same bytes again.
set -euo pipefail
cd "$(dirname "$0")"

rid=${1:-linux-x64}
case $rid in
    linux-x64) architecture=amd64 ;;
    linux-arm64) architecture=arm64 ;;
    *)
        echo "usage: $0 [linux-x64|linux-arm64]" >&2
        exit 2
        ;;
esac
published=artifacts/publish/$rid
output=artifacts/debian
maintainer='Carousel <carousel@localhost>'
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(date +%s)}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

if [[ ! -x $published/carousel || ! -x $published/carousel-store ]]; then
    dotnet publish src/Carousel -c Release -r "$rid" -o "$published" -v quiet >&2
fi

put() { install -D -m "$1" "$2" "$root/$3"; }

# The man page is made from --help, of this machine's binary if the package is for another architecture.
help_text() {
    "$published/carousel" --help 2>/dev/null || "artifacts/publish/linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')/carousel" --help
}

manual() {
    local date
    date=$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)
    help_text | awk -v version="$version" -v date="$date" -f deploy/debian/manpage.awk | gzip -9n
}

# For Debian tools such as apt-listchanges; the changes are in CHANGELOG.md.
changelog() {
    printf 'carousel (%s) unstable; urgency=medium\n\n  * See /usr/share/doc/carousel/CHANGELOG.md.gz.\n\n -- %s  %s\n' \
        "$version" "$maintainer" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n
}

# The newest glibc symbol version that the binaries need.
glibc() { grep -aoh 'GLIBC_2\.[0-9]*' "$root"/usr/lib/carousel/* | sort -Vu | tail -n 1 | cut -d_ -f2; }

files() {
    put 755 "$published/carousel" usr/lib/carousel/carousel
    # The balancer starts the store from its own folder.
    put 755 "$published/carousel-store" usr/lib/carousel/carousel-store
    put 644 "$published/liblua54.so" usr/lib/carousel/liblua54.so
    mkdir -p "$root/usr/bin"
    ln -s ../lib/carousel/carousel "$root/usr/bin/carousel"
    put 644 deploy/carousel.service usr/lib/systemd/system/carousel.service
    put 644 deploy/debian/sysusers.conf usr/lib/sysusers.d/carousel.conf
    put 644 deploy/debian/servers.txt etc/carousel/servers.txt
    put 644 deploy/debian/default etc/default/carousel
    put 644 deploy/debian/logrotate etc/logrotate.d/carousel
    put 644 deploy/debian/completions/carousel.bash usr/share/bash-completion/completions/carousel
    put 644 deploy/debian/completions/_carousel usr/share/zsh/vendor-completions/_carousel
    put 644 deploy/debian/completions/carousel.fish usr/share/fish/vendor_completions.d/carousel.fish
    put 644 deploy/debian/copyright usr/share/doc/carousel/copyright
    put 644 THIRD-PARTY-NOTICES.md usr/share/doc/carousel/THIRD-PARTY-NOTICES.md
    mkdir -p "$root/usr/share/man/man1"
    manual >"$root/usr/share/man/man1/carousel.1.gz"
    changelog >"$root/usr/share/doc/carousel/changelog.gz"
    gzip -9nc CHANGELOG.md >"$root/usr/share/doc/carousel/CHANGELOG.md.gz"
    chmod 644 "$root"/usr/share/man/man1/carousel.1.gz "$root"/usr/share/doc/carousel/*.gz
}

control() {
    mkdir -p "$root/DEBIAN"
    install -m 755 deploy/debian/{postinst,prerm,postrm} "$root/DEBIAN"
    printf '%s\n' /etc/carousel/servers.txt /etc/default/carousel /etc/logrotate.d/carousel >"$root/DEBIAN/conffiles"
    (cd "$root" && find usr -type f -exec md5sum {} + | sort -k 2) >"$root/DEBIAN/md5sums"
    cat >"$root/DEBIAN/control" <<END
Package: carousel
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -sk --apparent-size "$root/usr" | cut -f 1)
Depends: libc6 (>= $(glibc)), libgcc-s1, libssl3t64 | libssl3, libstdc++6, systemd
Recommends: ca-certificates
Suggests: logrotate, redis-server
Section: httpd
Priority: optional
Description: HTTP load balancer with sessions that all servers share
 Balances HTTP/1.1 requests over servers, with health checks, draining and live
 reconfiguration. Sessions are in a store (Redis, or the embedded one) that all
 servers and all balancers share.
END
    find "$root/DEBIAN" -type f ! -name 'p*' -exec chmod 644 {} +
}

umask 022
files
control
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
chmod 755 "$root"
mkdir -p "$output"
dpkg-deb --root-owner-group -Zgzip --build "$root" "$output/carousel_${version}_$architecture.deb" >&2
echo "$output/carousel_${version}_$architecture.deb"
