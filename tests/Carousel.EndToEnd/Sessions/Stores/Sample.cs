using System.Reflection;
using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.Sessions.Stores;

/// <summary>A backend of samples/, running on 127.0.0.1.</summary>
internal sealed class Sample : IAsyncDisposable
{
    private readonly ChildProcess _program;

    private Sample(int port, ChildProcess program)
    {
        Port = port;
        _program = program;
    }

    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}";

    private static string Root { get; } = Path.GetFullPath(
        typeof(Sample).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "RepositoryRoot").Value!);

    public static Task<Sample> PythonAsync(RedisServer redis)
    {
        int port = FixedPort.Next();
        string script = Path.Combine(Root, "samples/python/backend.py");
        return ListeningAsync(new Sample(port, ChildProcess.Start("/", "/usr/bin/python3", script, $"{port}", $"127.0.0.1:{redis.Port}")));
    }

    public static Task<Sample> AspNetCoreAsync(RedisServer redis)
    {
        int port = FixedPort.Next();
        string folder = Path.Combine(Root, "artifacts/bin/Carousel.Samples.AspNetCore/release");
        // Not in "/": ASP.NET Core watches its working directory for changes of its settings.
        return ListeningAsync(new Sample(
            port, ChildProcess.Start(folder, Path.Combine(folder, "backend"), "--urls", $"http://127.0.0.1:{port}", "--store", $"127.0.0.1:{redis.Port}")));
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private static async Task<Sample> ListeningAsync(Sample sample)
    {
        try
        {
            await Deadlines.UntilAsync(sample.IsListeningAsync, "the sample to listen");
            return sample;
        }
        catch
        {
            await sample.DisposeAsync();
            throw;
        }
    }

    private async Task<bool> IsListeningAsync()
    {
        if (_program.HasExited)
        {
            throw new InvalidOperationException($"The sample ended: {_program.Output}{_program.Errors}");
        }
        return await RawClient.ListensAsync(Port);
    }
}
