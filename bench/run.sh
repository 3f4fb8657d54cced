#!/bin/sh
# run.sh load|churn|balance|hostile: Carousel beside its peers on this machine; options as in README.md, or --help behind either.
exec dotnet run -c Release --project "$(dirname "$0")/Carousel.Bench" -- "$@"
