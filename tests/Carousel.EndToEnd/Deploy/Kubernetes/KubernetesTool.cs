using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.Deploy.Kubernetes;

/// <summary>Helm and kubectl, installed from npm by test.sh (tests/kubernetes-tools). No cluster is contacted.</summary>
internal static class KubernetesTool
{
    /// <summary>Runs Helm from the repository's root until it exits.</summary>
    public static Task<(int Code, string Output, string Errors)> HelmAsync(params string[] arguments) => RunAsync("helm", arguments);

    /// <summary>The full path of one of the two tools.</summary>
    public static string Find(string name) => Tool.OfNpm($"kubernetes-tools/layer/{name}/{name}");

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string name, string[] arguments)
    {
        await using var process = ChildProcess.Start(Repository.Path(""), Find(name), arguments);
        return (await process.ExitAsync(), process.Output, process.Errors);
    }
}
