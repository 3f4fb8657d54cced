using k8s;
using k8s.Models;

namespace Carousel.EndToEnd.Deploy.Kubernetes;

/// <summary>Kubernetes objects, parsed with the models of the published schema: an unknown field or kind is an error.</summary>
internal sealed class Manifest
{
    private Manifest(IReadOnlyList<IKubernetesObject<V1ObjectMeta>> objects) => Objects = objects;

    public IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Objects { get; }

    /// <summary>The pod templates of its workloads, by the workload's "Kind/name".</summary>
    public IReadOnlyDictionary<string, V1PodTemplateSpec> Pods => All<V1Deployment>().Select(workload => (Name(workload), workload.Spec.Template))
        .Concat(All<V1StatefulSet>().Select(workload => (Name(workload), workload.Spec.Template)))
        .ToDictionary(pair => pair.Item1, pair => pair.Template);

    public static Manifest Parse(string yaml) =>
        new([.. KubernetesYaml.LoadAllFromString(yaml, strict: true).Cast<IKubernetesObject<V1ObjectMeta>>()]);

    public static string Name(IKubernetesObject<V1ObjectMeta> thing) => $"{thing.Kind}/{thing.Metadata.Name}";

    public IEnumerable<T> All<T>() => Objects.OfType<T>();

    public T The<T>(string name) where T : IKubernetesObject<V1ObjectMeta> => All<T>().Single(thing => thing.Metadata.Name == name);

    /// <summary>The pods that have all these labels.</summary>
    public IReadOnlyList<V1PodTemplateSpec> Selected(IDictionary<string, string> labels) =>
        [.. Pods.Values.Where(pod => labels.All(label => pod.Metadata.Labels.TryGetValue(label.Key, out string? value) && value == label.Value))];

    /// <summary>Files mounted into a pod's container, by full path: the keys of its ConfigMaps and Secrets.</summary>
    public IReadOnlyDictionary<string, string> Files(V1PodSpec pod, V1Container container)
    {
        var files = new Dictionary<string, string>();
        foreach (V1VolumeMount mount in container.VolumeMounts ?? [])
        {
            V1Volume? volume = pod.Volumes?.SingleOrDefault(volume => volume.Name == mount.Name);
            IDictionary<string, string> content = volume?.ConfigMap is { } map ? The<V1ConfigMap>(map.Name).Data
                : volume?.Secret is { } secret ? The<V1Secret>(secret.SecretName).StringData
                : new Dictionary<string, string>();
            foreach ((string key, string text) in content)
            {
                files[$"{mount.MountPath}/{key}"] = text;
            }
        }
        return files;
    }
}
