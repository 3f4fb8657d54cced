#!/bin/sh
# Compares Carousel with its peers while the pool changes (churn) and on unequal servers (balance); as in README.md, or --help.
exec dotnet run -c Release --project "$(dirname "$0")" -- "$@"
