using Xunit.Sdk;
using Xunit.v3;

// Tests mostly wait for sockets and timeouts, and each has a balancer and servers of its own: more at once than there are cores.
[assembly: Parallelization(Mode = ParallelMode.All, MaxThreads = 8)]
