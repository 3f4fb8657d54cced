using System.Net;
using System.Net.Sockets;
using Carousel.EndToEnd.Deploy.Kubernetes;
using Carousel.EndToEnd.Harness;
using k8s.Models;

namespace Carousel.EndToEnd.Deploy.Replicas;

/// <summary>A balancer run like a pod of deploy/loadbalancer.yaml: with its arguments and mounts, at its own address. Killed when disposed.</summary>
internal sealed class Replica : IAsyncDisposable
{
    private const int FrontPort = 7777;
    private const int AdminPort = 7778;

    private readonly DirectoryInfo _volumes = Directory.CreateTempSubdirectory("carousel-pod-");
    private readonly ReplicaNetwork _network;
    private readonly ReplicaPlace _place;
    private readonly ChildProcess _program;

    private Replica(ReplicaNetwork network, ReplicaPlace place, Manifest manifest, ReplicaStore store, IEnumerable<string> servers)
    {
        (_network, _place) = (network, place);
        V1PodSpec pod = manifest.The<V1Deployment>("carousel").Spec.Template.Spec;
        V1Container container = pod.Containers.Single();
        foreach ((string path, string text) in manifest.Files(pod, container))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_volumes.FullName + path)!);
            File.WriteAllText(_volumes.FullName + path, path.EndsWith("/servers.txt", StringComparison.Ordinal) ? string.Join('\n', servers) : text);
        }
        string[] command =
        [
            .. place.Launcher, Binary.Path, .. container.Args.Select(argument => Here(argument, store)), "--workers=1",
            // On a shared network it must not bind all addresses.
            .. network.IsApart ? Array.Empty<string>() : [$"--bind={place.Address}"],
        ];
        _program = ChildProcess.Start(_volumes.FullName, command[0], command[1..]);
    }

    public IPEndPoint Front => new(_place.Address, FrontPort);

    /// <summary>True if it was killed: requests sent to it may be lost.</summary>
    public bool IsKilled { get; private set; }

    public string Said => $"{_place.Address}:\n{_program.Output}{_program.Errors}";

    public static async Task<Replica> StartAsync(ReplicaNetwork network, Manifest manifest, ReplicaStore store, IEnumerable<string> servers)
    {
        var replica = new Replica(network, await network.AddAsync(), manifest, store, servers);
        await Deadlines.UntilAsync(replica.IsReadyAsync, $"a replica to be ready, at {replica._place.Address}");
        return replica;
    }

    /// <summary>Sends the readiness probe.</summary>
    public async Task<bool> IsReadyAsync()
    {
        if (_program.HasExited)
        {
            throw new InvalidOperationException($"The replica ended: {Said}");
        }
        try
        {
            using var probe = new Wire(await _network.ConnectAsync(new IPEndPoint(_place.Address, AdminPort)));
            await probe.SendAsync("GET /readyz HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n");
            return (await probe.ReadResponseAsync()).Status == 200;
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException)
        {
            return false;
        }
    }

    /// <summary>Sends SIGKILL.</summary>
    public async Task KillAsync()
    {
        IsKilled = true;
        _program.Signal(Posix.SigKill);
        await _program.ExitAsync();
    }

    /// <summary>Sends SIGTERM, as after preStop; returns the exit code.</summary>
    public Task<int> DrainAsync()
    {
        _program.Signal(Posix.SigTerm);
        return _program.ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        _volumes.Delete(recursive: true);
    }

    /// <summary>The manifest's argument with this test's addresses and folders.</summary>
    private string Here(string argument, ReplicaStore store)
    {
        string[] halves = argument.Split('=', 2);
        return halves[0] switch
        {
            "--store" => $"--store={store.Url}",
            "--admin" => argument.Replace("0.0.0.0", _place.Address.ToString(), StringComparison.Ordinal),
            _ when halves[1].StartsWith('/') => $"{halves[0]}={_volumes.FullName}{halves[1]}",
            _ => argument,
        };
    }
}
