#!/bin/sh
# Carousel, nginx and HAProxy under hostile clients, as an ordinary user; options as in README.md, or --help.
exec dotnet run -c Release --project "$(dirname "$0")" -- "$@"
