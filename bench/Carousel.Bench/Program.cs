using Carousel.Bench;
using Carousel.Bench.Balance;
using Carousel.Bench.Churn;
using Carousel.Bench.Cli;
using Carousel.Bench.Hostile;
using Carousel.Bench.Load;

using var comparison = new Comparison();
Benchmark[] all = [new LoadBenchmark(), new ChurnBenchmark(), new BalanceBenchmark(), new HostileBenchmark()];
return await CommandLine.InvokeAsync(all, args, comparison.Root, comparison.RunAsync);
