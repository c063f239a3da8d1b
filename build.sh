#!/usr/bin/env bash
# Starts the build driver in .build/, compiling it first if it changed. What the verbs mean is decided there.
set -euo pipefail
unset CDPATH

script=${BASH_SOURCE[0]}
while [ -L "$script" ]; do
  target=$(readlink -- "$script")
  [[ $target = /* ]] || target=$(dirname -- "$script")/$target
  script=$target
done
root=$(cd -- "$(dirname -- "$script")" && pwd -P)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

has_sdk() {
  local sdks
  sdks=$(dotnet --list-sdks 2>/dev/null) && grep -q '^10\.' <<<"$sdks"
}

# Ubuntu has the SDK among its packages, Debian from its makers' own only.
install_sdk() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  { apt-cache show dotnet-sdk-10.0 >/dev/null 2>&1 || apt-get update >&2; } \
    && apt-cache show dotnet-sdk-10.0 >/dev/null 2>&1 || return 1
  echo "missing: a .NET 10 SDK; installing dotnet-sdk-10.0" >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y dotnet-sdk-10.0 >&2
}

if ! has_sdk && ! { install_sdk && has_sdk; }; then
  echo "missing: a .NET 10 SDK. Install it with one of:" >&2
  echo "  sudo apt-get install dotnet-sdk-10.0    (Ubuntu; Debian with packages.microsoft.com among its sources)" >&2
  echo "  sudo dnf install dotnet-sdk-10.0        (Fedora)" >&2
  echo "  brew install --cask dotnet-sdk          (macOS)" >&2
  exit 1
fi

sha=(sha256sum)
command -v sha256sum >/dev/null || sha=(shasum -a 256)

# The driver is kept under the hash of all that it is made of: an edited one is a different one, so none runs stale.
key=$(cd -- "$root" && find .build managed/MmapIo/Interop/PortableRid.cs Directory.* global.json -type f -exec "${sha[@]}" {} + | LC_ALL=C sort | "${sha[@]}")
home=$root/artifacts/driver/${key:0:16}
driver=$home/bin/MmapIo.Build/release/MmapIo.Build.dll

if [ ! -f "$driver" ]; then
  echo "compiling the build driver, once" >&2
  fresh=$home.$$
  trap 'rm -rf "$fresh"' EXIT
  mkdir -p "$fresh"
  if ! (cd -- "$root" && dotnet build .build --configuration Release --artifacts-path "$fresh" --nologo -v quiet \
      >"$fresh/log" 2>&1 </dev/null); then
    cat "$fresh/log" >&2
    exit 1
  fi
  # Of two first calls at once, the later one finds the same thing in place and drops its own.
  [ -f "$driver" ] || { rm -rf "$home" && mv "$fresh" "$home"; }
  rm -rf "$fresh"
fi

exec dotnet "$driver" "$@"
