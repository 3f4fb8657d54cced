using BenchmarkDotNet.Running;
using Carousel.Benchmarks.Simulation;

if (args is ["simulate", .. string[] options])
{
    return SimulateCommand.Run(options);
}
BenchmarkSwitcher.FromAssembly(typeof(SimulateCommand).Assembly).Run(args);
return 0;
