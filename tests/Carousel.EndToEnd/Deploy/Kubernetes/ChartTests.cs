using k8s;
using k8s.Models;
using Xunit;

namespace Carousel.EndToEnd.Deploy.Kubernetes;

/// <summary>The chart, rendered by Helm, equals loadbalancer.yaml.</summary>
public class ChartTests
{
    /// <summary>The chart's name in the list of manifests.</summary>
    public const string Chart = "deploy/chart";

    private static readonly Lazy<string> s_rendered = new(() => RenderAsync().GetAwaiter().GetResult());

    /// <summary>The chart rendered with its default values and the secrets of loadbalancer.yaml.</summary>
    internal static string Rendered => s_rendered.Value;

    /// <summary>The secrets of loadbalancer.yaml: the chart has no defaults for them.</summary>
    private static string[] Secrets
    {
        get
        {
            IDictionary<string, string> secrets = ManifestTests.Load("deploy/loadbalancer.yaml").The<V1Secret>("carousel").StringData;
            return ["--set", $"secrets.storePassword={secrets["store-password"]}", "--set", $"secrets.adminToken={secrets["admin-token"]}"];
        }
    }

    [Fact]
    public async Task Chart_Lint_FindsNothing()
    {
        (int code, string output, string errors) = await KubernetesTool.HelmAsync(["lint", "--strict", Chart, .. Secrets]);
        Assert.True(code == 0, output + errors);
        Assert.Contains("1 chart(s) linted, 0 chart(s) failed", output);
    }

    [Fact]
    public void Chart_DefaultValues_IsTheManifest() => Assert.Equal(Texts(ManifestTests.Load("deploy/loadbalancer.yaml")), Texts(Manifest.Parse(Rendered)));

    [Fact]
    public async Task Chart_AnotherName_IsInNamesAndLabelsOfAll()
    {
        (int code, string output, string errors) = await KubernetesTool.HelmAsync(["template", "shop", Chart, .. Secrets]);
        Assert.True(code == 0, errors);
        Assert.All(Manifest.Parse(output).Objects, thing => Assert.Equal("shop", thing.Metadata.Labels["app.kubernetes.io/name"]));
    }

    [Theory]
    [InlineData("secrets.storePassword")]
    [InlineData("secrets.adminToken", "--set", "secrets.storePassword=x")]
    public async Task Chart_SecretNotGiven_IsRefused(string missing, params string[] given)
    {
        (int code, _, string errors) = await KubernetesTool.HelmAsync(["template", "carousel", Chart, .. given]);
        Assert.NotEqual(0, code);
        Assert.Contains($"{missing} is needed", errors);
    }

    [Fact]
    public async Task Chart_OlderKubernetes_IsRefused()
    {
        (int code, _, string errors) = await KubernetesTool.HelmAsync(["template", "carousel", Chart, "--kube-version", "1.29.0", .. Secrets]);
        Assert.NotEqual(0, code);
        Assert.Contains("incompatible with Kubernetes v1.29.0", errors);
    }

    [Fact]
    public async Task Chart_ExternalStore_HasNoRedisAndUsesItsUrl()
    {
        Manifest manifest = Manifest.Parse(await RenderAsync(
            "--set", "redis.enabled=false", "--set", "store.url=rediss://store.example.com:6380", "--set", "flags={--session=sticky}"));
        Assert.Empty(manifest.All<V1StatefulSet>());
        IList<string> arguments = manifest.The<V1Deployment>("carousel").Spec.Template.Spec.Containers.Single().Args;
        Assert.Single(arguments, argument => argument == "--store=rediss://store.example.com:6380");
        Assert.Equal("--session=sticky", arguments[^1]);
    }

    private static async Task<string> RenderAsync(params string[] values)
    {
        (int code, string output, string errors) = await KubernetesTool.HelmAsync(["template", "carousel", Chart, .. Secrets, .. values]);
        Assert.True(code == 0, errors);
        return output;
    }

    private static string[] Texts(Manifest manifest) => [.. manifest.Objects.Select(thing => KubernetesJson.Serialize((object)thing)).Order()];
}
