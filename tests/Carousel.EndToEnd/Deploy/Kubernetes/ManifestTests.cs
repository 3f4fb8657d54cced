using System.Text.RegularExpressions;
using Carousel.EndToEnd.CommandLine;
using Carousel.EndToEnd.Harness;
using k8s.Models;
using Xunit;

namespace Carousel.EndToEnd.Deploy.Kubernetes;

/// <summary>The Kubernetes manifests: valid by the schema, consistent with each other and with the binary.</summary>
public partial class ManifestTests
{
    private const string Main = "deploy/loadbalancer.yaml";

    public static TheoryData<string> Manifests => [Main, "deploy/example-servers.yaml", ChartTests.Chart];

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Manifest_Schema_IsValid(string name)
    {
        Manifest manifest = Load(name);
        Assert.NotEmpty(manifest.Objects);
        Assert.Equal(manifest.Objects.Count, manifest.Objects.Select(Manifest.Name).Distinct().Count());
    }

    [Fact]
    public void Parse_UnknownField_Fails()
    {
        string yaml = Repository.Read(Main).Replace("automountServiceAccountToken", "automountServiceAcountToken", StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() => Manifest.Parse(yaml));
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Manifest_Selectors_FindTheirPods(string name)
    {
        Manifest manifest = Load(name);
        foreach (V1Deployment workload in manifest.All<V1Deployment>())
        {
            Assert.Same(workload.Spec.Template, Assert.Single(manifest.Selected(workload.Spec.Selector.MatchLabels)));
        }
        foreach (V1StatefulSet workload in manifest.All<V1StatefulSet>())
        {
            Assert.Same(workload.Spec.Template, Assert.Single(manifest.Selected(workload.Spec.Selector.MatchLabels)));
            Assert.Equal(workload.Spec.Selector.MatchLabels, manifest.The<V1Service>(workload.Spec.ServiceName).Spec.Selector);
        }
        IEnumerable<IDictionary<string, string>> selectors = manifest.All<V1Service>().Select(service => service.Spec.Selector)
            .Concat(manifest.All<V1PodDisruptionBudget>().Select(budget => budget.Spec.Selector.MatchLabels))
            .Concat(manifest.All<V1NetworkPolicy>().Select(policy => policy.Spec.PodSelector.MatchLabels))
            .Concat(manifest.Pods.Values.SelectMany(pod => pod.Spec.TopologySpreadConstraints ?? []).Select(spread => spread.LabelSelector.MatchLabels));
        Assert.All(selectors, selector => Assert.Single(manifest.Selected(selector)));
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Manifest_PortsByName_AreThoseOfThePods(string name)
    {
        Manifest manifest = Load(name);
        foreach (V1Service service in manifest.All<V1Service>())
        {
            string[] ports = PortNames(Assert.Single(manifest.Selected(service.Spec.Selector)));
            Assert.All(service.Spec.Ports, port => Assert.Contains(port.TargetPort.Value, ports));
        }
        foreach (V1NetworkPolicy policy in manifest.All<V1NetworkPolicy>())
        {
            string[] ports = PortNames(Assert.Single(manifest.Selected(policy.Spec.PodSelector.MatchLabels)));
            Assert.All(policy.Spec.Ingress.SelectMany(rule => rule.Ports), port => Assert.Contains(port.Port.Value, ports));
        }
        foreach (V1PodTemplateSpec pod in manifest.Pods.Values)
        {
            IEnumerable<V1Probe> probes = pod.Spec.Containers.SelectMany(container => (V1Probe?[])[container.ReadinessProbe, container.LivenessProbe]).OfType<V1Probe>();
            Assert.All(probes.Select(probe => (probe.HttpGet?.Port ?? probe.TcpSocket?.Port)?.Value).OfType<string>(), port => Assert.Contains(port, PortNames(pod)));
        }
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Manifest_VolumesAndSecrets_Exist(string name)
    {
        Manifest manifest = Load(name);
        foreach ((string workload, V1PodTemplateSpec pod) in manifest.Pods)
        {
            IEnumerable<string> claims = manifest.All<V1StatefulSet>().Where(set => Manifest.Name(set) == workload)
                .SelectMany(set => set.Spec.VolumeClaimTemplates ?? []).Select(claim => claim.Metadata.Name);
            string[] volumes = [.. (pod.Spec.Volumes ?? []).Select(volume => volume.Name).Concat(claims)];
            foreach (V1Container container in pod.Spec.Containers)
            {
                // A subPath mount is never updated: changes of a ConfigMap would not be seen.
                Assert.All(container.VolumeMounts ?? [], mount => Assert.True(volumes.Contains(mount.Name) && mount.SubPath is null));
                Assert.Equal(volumes.Order(), (container.VolumeMounts ?? []).Select(mount => mount.Name).Order());
                Assert.All((container.Env ?? []).Select(variable => variable.ValueFrom?.SecretKeyRef).OfType<V1SecretKeySelector>(),
                    secret => Assert.Contains(secret.Key, manifest.The<V1Secret>(secret.Name).StringData.Keys));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Manifest_EveryContainer_IsConfined(string name)
    {
        foreach (V1PodTemplateSpec pod in Load(name).Pods.Values)
        {
            Assert.True(pod.Spec.SecurityContext.RunAsNonRoot);
            Assert.NotEqual(0, pod.Spec.SecurityContext.RunAsUser ?? 0);
            Assert.Equal("RuntimeDefault", pod.Spec.SecurityContext.SeccompProfile.Type);
            Assert.False(pod.Spec.AutomountServiceAccountToken);
            foreach (V1Container container in pod.Spec.Containers)
            {
                Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
                Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
                Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
                Assert.Equal(["cpu", "memory"], container.Resources.Requests.Keys.Order());
                Assert.Contains("memory", container.Resources.Limits.Keys);
                Assert.NotNull(container.ReadinessProbe);
            }
        }
    }

    [Fact]
    public void Balancer_Deployment_HasThreeReplicasThatDrain()
    {
        Manifest manifest = Load(Main);
        V1Deployment balancer = manifest.The<V1Deployment>("carousel");
        V1PodSpec pod = balancer.Spec.Template.Spec;
        V1Container container = Assert.Single(pod.Containers);
        Assert.Equal("my-loadbalancer:latest", container.Image);
        Assert.NotEqual("Always", container.ImagePullPolicy);
        Assert.Equal(3, balancer.Spec.Replicas);
        Assert.Equal("2", manifest.The<V1PodDisruptionBudget>("carousel").Spec.MinAvailable.Value);
        Assert.Same(balancer.Spec.Template, Assert.Single(manifest.Selected(manifest.The<V1Service>("loadbalancer-service").Spec.Selector)));
        Assert.Equal(("/healthz", "/readyz"), (container.LivenessProbe.HttpGet.Path, container.ReadinessProbe.HttpGet.Path));
        string drain = container.Args.Single(argument => argument.StartsWith("--drain-timeout=", StringComparison.Ordinal)).Split('=')[1].TrimEnd('s');
        Assert.True(container.Lifecycle.PreStop.Sleep.Seconds + int.Parse(drain) < pod.TerminationGracePeriodSeconds);
        // Also covers the time until a failing readiness probe is noticed without preStop.
        Assert.True(container.Lifecycle.PreStop.Sleep.Seconds > container.ReadinessProbe.PeriodSeconds * container.ReadinessProbe.FailureThreshold);
    }

    [Fact]
    public void Balancer_User_IsTheImages()
    {
        V1PodSpec pod = Load(Main).The<V1Deployment>("carousel").Spec.Template.Spec;
        Assert.Contains($"USER {pod.SecurityContext.RunAsUser}:{pod.SecurityContext.RunAsGroup}", File.ReadAllLines(Repository.Path("Dockerfile")));
        Assert.Equal(pod.SecurityContext.RunAsGroup, pod.SecurityContext.FsGroup);
    }

    [Fact]
    public void Store_NetworkPolicy_AllowsBalancersAndLabelledPods()
    {
        Manifest manifest = Load(Main);
        V1NetworkPolicy policy = manifest.The<V1NetworkPolicy>("carousel-redis");
        V1NetworkPolicyPeer peer = Assert.Single(policy.Spec.Ingress.Single().FromProperty);
        Assert.Same(manifest.The<V1Deployment>("carousel").Spec.Template, Assert.Single(manifest.Selected(peer.PodSelector.MatchLabels)));
        Assert.Null(policy.Spec.Egress);
        Assert.Contains("Egress", policy.Spec.PolicyTypes);
    }

    [Theory]
    [InlineData(Main)]
    [InlineData(ChartTests.Chart)]
    public async Task Balancer_Arguments_AreFlagsOfTheBinaryAndFilesThatAreMounted(string name)
    {
        Manifest manifest = Load(name);
        V1PodSpec pod = manifest.The<V1Deployment>("carousel").Spec.Template.Spec;
        V1Container container = Assert.Single(pod.Containers);
        IReadOnlyDictionary<string, string> files = manifest.Files(pod, container);
        Run help = await Run.ToEndAsync("/", "--help");
        string[] flags = [.. FlagName().Matches(help.Output).Select(match => match.Value)];
        foreach (string argument in container.Args)
        {
            string[] halves = argument.Split('=', 2);
            Assert.Contains(halves[0], flags);
            if (halves[1].StartsWith('/'))
            {
                Assert.Contains(halves[1], files.Keys);
            }
        }
        Run check = await Run.WithServersAsync(files["/etc/carousel/servers.txt"], "check", "-f", "servers.txt");
        Assert.True(check.Code == 0, check.Output + check.Errors);
    }

    [Fact]
    public void Balancer_Ports_AreThoseOfItsArguments()
    {
        V1Container container = Load(Main).The<V1Deployment>("carousel").Spec.Template.Spec.Containers.Single();
        Assert.All(container.Ports, port => Assert.Contains(container.Args, argument =>
            argument.EndsWith($"={port.ContainerPort}", StringComparison.Ordinal) || argument.EndsWith($":{port.ContainerPort}", StringComparison.Ordinal)));
    }

    /// <summary>
    /// Shutdown takes the sleep, the longest request (DemoServerCommand) and a margin. Discovery takes readiness, the DNS TTL of 5 s, a lookup every second,
    /// and a probe.
    /// </summary>
    [Fact]
    public void ExampleServers_Rollout_AllowsTimeForDiscovery()
    {
        V1StatefulSet servers = Load("deploy/example-servers.yaml").The<V1StatefulSet>("web");
        V1Container container = Assert.Single(servers.Spec.Template.Spec.Containers);
        Assert.True(servers.Spec.MinReadySeconds > container.ReadinessProbe.PeriodSeconds + 5 + 1 + 2);
        Assert.True(container.Lifecycle.PreStop.Sleep.Seconds + 5 < servers.Spec.Template.Spec.TerminationGracePeriodSeconds);
        V1Deployment balancer = Load(Main).The<V1Deployment>("carousel");
        Assert.Equal(("0", "1"), (balancer.Spec.Strategy.RollingUpdate.MaxUnavailable.Value, balancer.Spec.Strategy.RollingUpdate.MaxSurge.Value));
        Assert.True(balancer.Spec.MinReadySeconds > 0);
    }

    /// <summary>Runs the command that replaces the Secret up to kubectl apply: it creates a Secret with the same keys and other values.</summary>
    [Fact]
    public async Task Secret_CommandInTheHeader_CreatesTheSameKeys()
    {
        string command = string.Concat(File.ReadAllLines(Repository.Path(Main)).SkipWhile(line => !line.Contains("kubectl create secret", StringComparison.Ordinal))
            .TakeWhile(line => line.StartsWith('#')).Select(line => line.TrimStart('#').TrimEnd('\\')));
        string local = command.Split("| kubectl apply -f -")[0].Replace("kubectl", KubernetesTool.Find("kubectl"), StringComparison.Ordinal);

        V1Secret made = Manifest.Parse(await Tool.RunAsync("sh", "-c", local)).The<V1Secret>("carousel");

        V1Secret old = Load(Main).The<V1Secret>("carousel");
        Assert.Equal(old.Metadata.Labels, made.Metadata.Labels);
        Assert.Equal(old.StringData.Keys.Order(), made.Data.Keys.Order());
        Assert.All(made.Data.Values, value => Assert.Equal(64, value.Length));
    }

    internal static Manifest Load(string name) => Manifest.Parse(name == ChartTests.Chart ? ChartTests.Rendered : Repository.Read(name));

    private static string[] PortNames(V1PodTemplateSpec pod) => [.. pod.Spec.Containers.SelectMany(container => container.Ports).Select(port => port.Name)];

    [GeneratedRegex("--[a-z][a-z-]+")]
    private static partial Regex FlagName();
}
