#!/bin/sh
# Compares Carousel with nginx, HAProxy and YARP on this machine; options as in README.md, or --help.
exec dotnet run -c Release --project "$(dirname "$0")" -- "$@"
