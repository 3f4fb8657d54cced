using Xunit.Sdk;
using Xunit.v3;

// Tests mostly wait for sockets and timeouts, and each has its own balancer and servers: more run in parallel than there are cores.
[assembly: Parallelization(Mode = ParallelMode.All, MaxThreads = 8)]
