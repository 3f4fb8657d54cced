using Carousel.EndToEnd.Harness;
using k8s;
using k8s.Models;
using Xunit;
using YamlDotNet.Serialization;

namespace Carousel.EndToEnd.Deploy.Kubernetes;

/// <summary>The Helm chart says what loadbalancer.yaml says. Helm itself has never rendered it here.</summary>
public class ChartTests
{
    /// <summary>Its name among the manifests.</summary>
    public const string Chart = "deploy/chart";

    [Fact]
    public void Chart_DefaultValues_IsTheManifest() => Assert.Equal(Texts(ManifestTests.Load("deploy/loadbalancer.yaml")), Texts(Manifest.Parse(Render())));

    [Fact]
    public void Chart_SecretsNotGiven_IsRefused()
    {
        FormatException error = Assert.Throws<FormatException>(() => Render(values => values["secrets"] = Values()["secrets"]));
        Assert.Equal("secrets.storePassword is needed", error.Message);
    }

    [Fact]
    public void Chart_StoreOfOnesOwn_HasNoRedisAndNamesIt()
    {
        Manifest manifest = Manifest.Parse(Render(values =>
        {
            Part(values, "redis")["enabled"] = "false";
            Part(values, "store")["url"] = "rediss://store.example.com:6380";
            values["flags"] = new List<object> { "--session=sticky" };
        }));
        Assert.Empty(manifest.All<V1StatefulSet>());
        IList<string> arguments = manifest.The<V1Deployment>("carousel").Spec.Template.Spec.Containers.Single().Args;
        Assert.Single(arguments, argument => argument == "--store=rediss://store.example.com:6380");
        Assert.Equal("--session=sticky", arguments[^1]);
    }

    /// <summary>By the chart's own values, and the secrets of loadbalancer.yaml.</summary>
    internal static string Render(Action<IDictionary<object, object>>? change = null)
    {
        IDictionary<object, object> values = Values();
        IDictionary<string, string> secrets = ManifestTests.Load("deploy/loadbalancer.yaml").The<V1Secret>("carousel").StringData;
        Part(values, "secrets")["storePassword"] = secrets["store-password"];
        Part(values, "secrets")["adminToken"] = secrets["admin-token"];
        change?.Invoke(values);
        string[] templates = Directory.GetFiles(Repository.Path("deploy/chart/templates"), "*.yaml");
        return string.Join("\n---\n", templates.Order().Select(file => ChartTemplate.Render(File.ReadAllText(file), "carousel", values)).Where(text => text.Trim().Length != 0));
    }

    private static IDictionary<object, object> Values() =>
        (IDictionary<object, object>)new Deserializer().Deserialize<object>(Repository.Read("deploy/chart/values.yaml"));

    private static IDictionary<object, object> Part(IDictionary<object, object> values, string name) => (IDictionary<object, object>)values[name];

    private static string[] Texts(Manifest manifest) => [.. manifest.Objects.Select(thing => KubernetesJson.Serialize((object)thing)).Order()];
}
