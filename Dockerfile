# Compiles Carousel ahead of time into a minimal image: no shell, no package manager, no .NET.
#
#   docker build -t my-loadbalancer:latest .                        the balancer, for use with a Redis: under 60 MB
#   docker build --target with-store -t my-loadbalancer:store .     the same with the embedded store
#
#   docker run -p 7777:7777 -v "$PWD:/etc/carousel:ro" my-loadbalancer:latest
#
# Mount the folder, not the file: a replaced servers.txt is then seen.
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
# Required by the NativeAOT linker.
RUN apt-get update \
    && apt-get install -y --no-install-recommends clang zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
# BuildKit sets TARGETARCH; the legacy builder does not.
ARG TARGETARCH
RUN case "${TARGETARCH:-$(dpkg --print-architecture)}" in \
        amd64) rid=linux-x64 ;; \
        arm64) rid=linux-arm64 ;; \
        *) echo "no build for this architecture" >&2; exit 1 ;; \
    esac \
    && dotnet publish src/Carousel -c Release -r "$rid" -o /publish

# glibc, libssl, certificates, time zones, and the user "app" (1654).
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled AS carousel
COPY --from=build /publish/carousel /usr/local/bin/
COPY --from=build /publish/THIRD-PARTY-NOTICES.md /usr/share/doc/carousel/
# Otherwise the runtime would create diagnostic sockets in /tmp.
ENV DOTNET_EnableDiagnostics=0
USER 1654:1654
EXPOSE 7777
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=2s --start-period=5s CMD ["/usr/local/bin/carousel", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/carousel"]
CMD ["-f", "/etc/carousel/servers.txt"]

# The store must be in the same folder as the balancer that starts it.
FROM carousel AS with-store
COPY --from=build /publish/carousel-store /publish/liblua54.so /usr/local/bin/

# The last stage is the default target.
FROM carousel AS final
