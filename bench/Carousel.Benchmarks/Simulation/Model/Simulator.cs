using System.Collections.Immutable;
using Carousel.Core.Policies;

namespace Carousel.Benchmarks.Simulation.Model;

/// <summary>
/// A discrete-event simulation with its own clock: Poisson arrivals that do not wait for responses go to one of the balancers, whose policy picks one of the
/// servers. The same seed gives the same arrivals and the same work for every policy. Used once.
/// </summary>
internal sealed class Simulator
{
    /// <summary>The initial time of the workers' clock: 0 means "never" in some code.</summary>
    private const long StartMs = 1_000_000;

    private readonly Scenario _scenario;
    private readonly Random _arrivals;
    private readonly Random _work;
    private readonly SimulatedServer[] _servers;
    private readonly SimulatedBalancer[] _balancers;
    private readonly PriorityQueue<Event, double> _events = new();
    private readonly Stack<Job> _spare = new();
    private readonly Latencies _all = new();
    private readonly Latencies? _duringFailure;
    private double _now;
    private int _errors;

    /// <param name="scenario">The scenario to simulate.</param>
    /// <param name="policy">Creates the policy of one balancer from a seed.</param>
    /// <param name="seed">The seed of all random numbers.</param>
    public Simulator(Scenario scenario, Func<int, Policy> policy, int seed)
    {
        _scenario = scenario;
        _arrivals = new Random(seed);
        _work = new Random(seed + 1);
        _servers = [.. scenario.Servers.Select(spec => new SimulatedServer(spec, scenario.Processors, scenario.MeanMicros))];
        _balancers = [.. Enumerable.Range(0, scenario.Balancers).Select(i => new SimulatedBalancer(scenario, () => policy(seed + 2 + i)))];
        _duringFailure = scenario.Failure is null ? null : new Latencies();
    }

    public Outcome Run()
    {
        double end = _scenario.Seconds * 1e6, warm = _scenario.WarmUpSeconds * 1e6;
        Schedule(new Event(EventKind.Arrival), 0);
        Schedule(new Event(EventKind.CountingBegins), warm);
        for (int i = 0; i < _servers.Length; i++)
        {
            foreach (Phase phase in _servers[i].Spec.Phases)
            {
                Schedule(new Event(EventKind.Change, i, Phase: phase), phase.When.From * 1e6);
                Schedule(new Event(EventKind.Change, i), phase.When.Until * 1e6);
            }
        }
        while (_events.TryDequeue(out Event next, out double at) && at < end)
        {
            _now = at;
            Handle(next);
        }
        return Result(end, end - warm);
    }

    private void Handle(in Event next)
    {
        switch (next.Kind)
        {
            case EventKind.Arrival:
                Arrive();
                Schedule(new Event(EventKind.Arrival), _now + _arrivals.NextExponential() * 1e6 / _scenario.RequestsPerSecond);
                break;
            case EventKind.End when next.Version == next.Job!.Version:
                Finish(next.Job);
                break;
            case EventKind.Change:
                Change(_servers[next.Server], next.Phase);
                break;
            case EventKind.CountingBegins:
                Array.ForEach(_servers, server => server.ResetCounts(_now));
                break;
        }
    }

    private void Arrive()
    {
        SimulatedBalancer balancer = _balancers[_balancers.Length == 1 ? 0 : _arrivals.Next(_balancers.Length)];
        // Drawn before the pick, so that every policy gets the same requests.
        double work = _scenario.ServiceTime.Draw(_work);
        if (balancer.Pick(NowMs) is not { } picked)
        {
            _errors++;
            return;
        }
        Job job = _spare.TryPop(out Job? spare) ? spare : new Job();
        job.ArrivedAt = _now;
        job.Work = work;
        job.Server = picked;
        SimulatedServer server = _servers[picked.Slot];
        server.Taken++;
        job.Failed = server.Fails;
        if (job.Failed)
        {
            Schedule(new Event(EventKind.End, Job: job, Version: job.Version), _now + SimulatedServer.FailureMicros);
        }
        else if (server.Arrive(job, _now))
        {
            ScheduleEnd(server, job);
        }
    }

    private void Finish(Job job)
    {
        SimulatedServer server = _servers[job.Server.Slot];
        double took = _now - job.ArrivedAt;
        SimulatedBalancer.OnResponse(job.Server, took, NowMs, job.Failed, _scenario.Reports ? server.Spec.Speed : 0);
        Count(job, took);
        if (!job.Failed && server.Finish(job, _now) is { } next)
        {
            ScheduleEnd(server, next);
        }
        job.Version++;
        _spare.Push(job);
    }

    private void Count(Job job, double took)
    {
        double cameAt = job.ArrivedAt / 1e6;
        if (cameAt < _scenario.WarmUpSeconds)
        {
            return;
        }
        if (job.Failed)
        {
            _errors++;
            return;
        }
        _all.Add(took);
        if (_scenario.Failure is { } failure && failure.Contains(cameAt))
        {
            _duringFailure!.Add(took);
        }
    }

    private void Change(SimulatedServer server, Phase? phase)
    {
        foreach (Job job in server.Change(phase?.Factor ?? 1, phase?.Fails ?? false, _now))
        {
            ScheduleEnd(server, job);
        }
    }

    private void ScheduleEnd(SimulatedServer server, Job job)
    {
        double end = server.EndOf(job);
        if (double.IsFinite(end))
        {
            Schedule(new Event(EventKind.End, Job: job, Version: job.Version), end);
        }
    }

    private void Schedule(in Event what, double at) => _events.Enqueue(what, at);

    private long NowMs => StartMs + (long)(_now / 1000);

    private Outcome Result(double end, double counted)
    {
        Array.ForEach(_servers, server => server.CountBusy(end));
        double taken = Math.Max(1, _servers.Sum(server => server.Taken));
        ImmutableArray<ServerOutcome> servers =
            [.. _servers.Select(server => new ServerOutcome(server.Taken / taken, server.BusyMicros / counted / _scenario.Processors))];
        return new Outcome(_all, _duringFailure, _errors, servers);
    }

    private enum EventKind
    {
        Arrival,
        End,
        Change,
        CountingBegins,
    }

    private readonly record struct Event(EventKind Kind, int Server = 0, Job? Job = null, int Version = 0, Phase? Phase = null);
}
