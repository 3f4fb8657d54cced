using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.Deploy.Kubernetes;

/// <summary>Helm and kubectl, as test.sh takes them from npm (tests/kubernetes-tools). No cluster is asked.</summary>
internal static class KubernetesTool
{
    /// <summary>Runs Helm, from the root of the repository, to its end.</summary>
    public static Task<(int Code, string Output, string Errors)> HelmAsync(params string[] arguments) => RunAsync("helm", arguments);

    /// <summary>The whole path of one of the two.</summary>
    public static string Find(string name) => Tool.OfNpm($"kubernetes-tools/layer/{name}/{name}");

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string name, string[] arguments)
    {
        await using var process = ChildProcess.Start(Repository.Path(""), Find(name), arguments);
        return (await process.ExitAsync(), process.Output, process.Errors);
    }
}
